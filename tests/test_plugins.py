from __future__ import annotations

import sys
from pathlib import Path

import pytest

from signals import plugins
from signals.errors import InputError, MissingDependencyError, UnknownNameError

ENTRY_POINTS = """
[signals.controllers]
green-wave = a_stranger.wave:Wave
net = a_stranger.wave:Wave
broken = a_stranger.broken:Thing
"""


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that brings controllers."""
    package = tmp_path / "a_stranger"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "wave.py").write_text("class Wave:\n    class Inner:\n        pass\nNUMBER = 3\n")
    (package / "broken.py").write_text("raise RuntimeError('two\\nlines')\n")
    meta = tmp_path / "a_stranger-1.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: a-stranger\nVersion: 1\n")
    (meta / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for module in [name for name in sys.modules if name.split(".")[0] == "a_stranger"]:
        del sys.modules[module]


@pytest.mark.parametrize("kind", list(plugins.BUILT_IN))
def test_every_built_in_is_there(kind: plugins.Kind) -> None:
    assert set(plugins.BUILT_IN[kind]) <= set(plugins.names(kind))
    for name, target in plugins.BUILT_IN[kind].items():
        assert plugins.load(kind, name).__name__ == target.partition(":")[2]


def test_a_hyphen_is_an_underscore(stranger: Path) -> None:
    assert plugins.spec("controllers", "max-pressure") == plugins.BUILT_IN["controllers"]["max_pressure"]
    assert plugins.spec("controllers", "green_wave") == plugins.spec("controllers", "green-wave")


def test_entry_points_are_added_but_never_replace(stranger: Path) -> None:
    assert "green_wave" in plugins.names("controllers")
    assert plugins.load("controllers", "green_wave").__module__ == "a_stranger.wave"
    assert plugins.spec("controllers", "net") == plugins.BUILT_IN["controllers"]["net"]


def test_names_import_nothing(stranger: Path) -> None:
    plugins.names("controllers")
    plugins.spec("controllers", "broken")
    assert not [name for name in sys.modules if name.startswith("a_stranger")]


def test_a_class_can_be_named_directly(stranger: Path) -> None:
    assert plugins.load("controllers", "a_stranger.wave:Wave").__name__ == "Wave"
    assert plugins.load("controllers", "a_stranger.wave:Wave.Inner").__name__ == "Inner"


def test_a_file_in_the_working_directory_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_controller_file.py").write_text("class Mine:\n    pass\n")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    assert plugins.load("controllers", "my_controller_file:Mine").__name__ == "Mine"
    assert sys.path[-1] == str(tmp_path)  # last: it can hide nothing


def test_the_nearest_name_is_suggested() -> None:
    with pytest.raises(UnknownNameError, match=r'unknown controller "max_presure"; did you mean "max_pressure"\?'):
        plugins.load("controllers", "max_presure")
    with pytest.raises(UnknownNameError, match=r'unknown adapter "sumoo"; did you mean "sumo"\?'):
        plugins.load("adapters", "sumoo")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("broken", 'controller "broken" cannot be imported: RuntimeError: two lines'),
        ("no_such_module:Class", 'controller "no_such_module:Class" cannot be imported: ModuleNotFoundError'),
        ("a_stranger.wave:Nothing", 'module "a_stranger.wave" has no "Nothing"'),
        ("a_stranger.wave:NUMBER", "is not a class"),
        ("a_stranger.wave:", 'expected a name or "module:Class"'),
        (":Wave", 'expected a name or "module:Class"'),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_line(stranger: Path, name: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        plugins.load("controllers", name)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_our_own_errors_pass_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needs_more.py").write_text(
        "from signals.errors import MissingDependencyError\nraise MissingDependencyError('pip install more')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(MissingDependencyError, match="pip install more"):
        plugins.load("controllers", "needs_more:Thing")


def test_an_attribute_of_any_module_is_found(stranger: Path) -> None:
    assert plugins.attribute("thing", "a_stranger.wave:NUMBER") == 3
    with pytest.raises(InputError, match=r'thing: module "a_stranger.wave" has no "Inner"'):
        plugins.attribute("thing", "a_stranger.wave:Inner")
    with pytest.raises(InputError, match="thing cannot be imported: RuntimeError: two lines"):
        plugins.attribute("thing", "a_stranger.broken:Thing")


def test_the_reader_of_policies_is_there() -> None:
    assert callable(plugins.attribute("what reads policies", plugins.POLICIES))


def test_what_a_stranger_cannot_make_is_one_line() -> None:
    def fails() -> object:
        raise RuntimeError("two\nlines")

    def complains() -> object:
        raise UnknownNameError("file", "x", ())

    assert plugins.made("thing", lambda: 5) == 5
    with pytest.raises(InputError, match=r"^thing cannot be made: RuntimeError: two lines$"):
        plugins.made("thing", fails)
    with pytest.raises(UnknownNameError):
        plugins.made("thing", complains)
