"""Code of others is loaded as somebody has looked at it, or not at all."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import pytest

from signals.drive.config import DriveFile, read_drive_file
from signals.drive.plug_ins import plug_ins_of, vet
from signals.drive.service import DriveOptions, drive
from signals.errors import InputError, ScenarioError
from signals.record.audit import read_audit
from signals.record.provenance import sha256_of_code

CONFIG = """
format = 1
[drive]
scenario = "crossroads"
controller = "{controller}"
level = "{level}"
speed = 10
deadline_s = 20.0
[[cabinets]]
intersection = "centre"
address = "{scheme}://localhost"
{plugins}
"""
BOARD = """
from signals.adapters.virtual.adapter import VirtualCabinet


class Board(VirtualCabinet):
    pass
"""
MINE = """
from signals.control.fixed_time import FixedTime


class Mine(FixedTime):
    pass
"""


class Place:
    """A folder with a package `board_maker`, installed, that has a cabinet `my-board`, and a module `mine`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.package, self.module = folder, folder / "board_maker", folder / "mine.py"
        self.package.mkdir()
        (self.package / "__init__.py").write_text("")
        (self.package / "board.py").write_text(BOARD)
        self.module.write_text(MINE)
        installed = folder / "board_maker-1.0.dist-info"
        installed.mkdir()
        (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: board-maker\nVersion: 1.0\n")
        (installed / "entry_points.txt").write_text("[signals.cabinets]\nmy-board = board_maker.board:Board\n")

    def path(
        self, controller: str = "fixed_time", scheme: str = "virtual", level: str = "direct", plugins: str = ""
    ) -> Path:
        path = self.folder / "drive.toml"
        path.write_text(CONFIG.format(controller=controller, scheme=scheme, level=level, plugins=plugins))
        return path

    def file(self, *args: Any, **how: Any) -> DriveFile:
        return read_drive_file(self.path(*args, **how))

    def listed(self, controllers: str = "", cabinets: str = "") -> str:
        return f'[plugins.controllers]\n"mine:Mine" = "{controllers}"\n' * bool(controllers) + (
            f'[plugins.cabinets]\nmy-board = "{cabinets}"\n' * bool(cabinets)
        )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("mine", "board_maker", "board_maker.board"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return Place(tmp_path)


def test_our_own_code_is_no_plug_in(place: Place) -> None:
    assert plug_ins_of(place.file()) == ()
    assert plug_ins_of(place.file(controller="signals.control.fixed_time:FixedTime")) == ()
    assert vet(place.file(plugins="[plugins]"), armed=True) == ()


def test_a_module_is_its_file_and_a_package_all_that_is_in_it(place: Place) -> None:
    board, mine = plug_ins_of(place.file("mine:Mine", "my-board"))
    assert (mine.kind, mine.name, mine.path) == ("controllers", "mine:Mine", place.module)
    assert mine.sha256 == hashlib.sha256(place.module.read_bytes()).hexdigest()
    assert (board.kind, board.name, board.target) == ("cabinets", "my-board", "board_maker.board:Board")
    assert board.path == place.package
    lines = "".join(
        f"{hashlib.sha256((place.package / name).read_bytes()).hexdigest()} {name}\n"
        for name in ("__init__.py", "board.py")
    )
    assert board.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    (place.package / "__pycache__").mkdir()
    (place.package / "__pycache__" / "board.pyc").write_bytes(b"compiled")
    assert plug_ins_of(place.file("mine:Mine", "my-board")) == (board, mine)
    (place.package / "table.csv").write_text("1")
    assert plug_ins_of(place.file("mine:Mine", "my-board"))[0].sha256 != board.sha256


def test_nothing_is_imported_to_look_at_it(place: Place) -> None:
    place.module.write_text("raise RuntimeError('imported')")
    (place.package / "__init__.py").write_text("raise RuntimeError('imported')")
    assert len(plug_ins_of(place.file("mine:Mine", "my-board"))) == 2
    assert not {"mine", "board_maker"} & set(sys.modules)
    with pytest.raises(ScenarioError, match="may look on, but not drive"):
        drive(place.path("mine:Mine", "my-board"), DriveOptions(armed=True, ticks=1, environment={}))
    assert not {"mine", "board_maker"} & set(sys.modules)


def test_who_is_not_listed_may_look_on_but_not_drive(place: Place) -> None:
    file = place.file("mine:Mine", "my-board")
    assert [one.kind for one in vet(file, armed=False)] == ["cabinets", "controllers"]
    with pytest.raises(
        ScenarioError, match=r'cabinet "my-board" .*may look on.*\[plugins.cabinets\] "my-board" = "[0-9a-f]{64}"'
    ):
        vet(file, armed=True)
    for level in ("observe", "advise"):
        assert len(vet(place.file("mine:Mine", "my-board", level=level), armed=True)) == 2
    with pytest.raises(ScenarioError, match="may look on"):
        vet(place.file("mine:Mine", level="plan"), armed=True)


def test_with_a_list_nobody_else_is_loaded_whatever_the_level(place: Place) -> None:
    for armed in (False, True):
        with pytest.raises(ScenarioError, match=r'"mine:Mine" .*is not in \[plugins\]'):
            vet(place.file("mine:Mine", level="observe", plugins="[plugins]"), armed=armed)
    board, mine = plug_ins_of(place.file("mine:Mine", "my-board"))
    both = place.listed(mine.sha256, board.sha256)
    assert vet(place.file("mine:Mine", "my-board", plugins=both), armed=True) == ()
    assert vet(place.file("mine:Mine", "my-board", plugins=both.replace("my-board", "my_board")), armed=True) == ()
    with pytest.raises(ScenarioError, match='cabinet "my-board"'):
        vet(place.file("mine:Mine", "my-board", plugins=place.listed(mine.sha256)), armed=True)


def test_another_version_is_not_the_one_that_was_looked_at(place: Place) -> None:
    (mine,) = plug_ins_of(place.file("mine:Mine"))
    listed = place.listed(mine.sha256)
    assert vet(place.file("mine:Mine", plugins=listed), armed=True) == ()
    place.module.write_text(MINE + "\n# new\n")
    new = sha256_of_code(place.module)
    with pytest.raises(ScenarioError) as caught:
        vet(place.file("mine:Mine", plugins=listed), armed=False)
    assert f"is not what was allowed (SHA-256 {mine.sha256})" in str(caught.value)
    assert f'"mine:Mine" = "{new}"' in str(caught.value)
    assert str(place.module) in str(caught.value)


@pytest.mark.parametrize(
    ("plugins", "sentence"),
    [
        ('[plugins.controllers]\n"mine:Mine" = "abc"', r'plugins.controllers: "mine:Mine" must be a SHA-256'),
        ("[plugins.cabinets]\nboard = 3", r'plugins.cabinets: "board" must be a SHA-256'),
        ("[plugins.servers]\nboard = 3", 'unknown key .*"plugins.servers"'),
        ("[plugins]\ncabinets = 3", "plugins.cabinets must be a table"),
    ],
)
def test_a_list_that_is_none_is_an_error(place: Place, plugins: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        place.file(plugins=plugins)
    assert "drive.toml" in str(caught.value)


@pytest.mark.parametrize("controller", ["nowhere:Mine", "sys:Mine", "..:x"])
def test_code_that_is_nowhere_is_an_error(place: Place, controller: str) -> None:
    with pytest.raises(InputError, match=r"code of the module .* cannot be found"):
        plug_ins_of(place.file(controller))


def test_a_package_may_lie_in_a_folder_without_code(place: Place) -> None:
    (place.folder / "space" / "inner").mkdir(parents=True)
    (place.folder / "space" / "inner" / "__init__.py").write_text("raise RuntimeError('imported')")
    (place.folder / "space" / "alone.py").write_text("raise RuntimeError('imported')")
    assert plug_ins_of(place.file("space.inner:Mine"))[0].path == place.folder / "space" / "inner"
    assert plug_ins_of(place.file("space.alone:Mine"))[0].path == place.folder / "space" / "alone.py"
    with pytest.raises(InputError, match="cannot be found"):
        plug_ins_of(place.file("space:Mine"))
    sys.modules.pop("space", None)


def test_a_policy_is_a_plug_in_and_so_is_who_does_the_rest(place: Place) -> None:
    (place.folder / "policies.py").write_text(
        "def choose(seen, mask):\n    return 0\n\n\nchoose.others = 'mine:Mine'\nchoose.name = 'mine too'\n"
    )
    file = place.file("policy=policies:choose")
    (policy,) = plug_ins_of(file)
    assert policy.path == place.folder / "policies.py"
    assert [one.name for one in vet(file, armed=False)] == ["policy=policies:choose", "mine:Mine"]
    listed = f'[plugins.controllers]\n"policy=policies:choose" = "{policy.sha256}"'
    with pytest.raises(ScenarioError, match='controller "mine:Mine"'):
        vet(place.file("policy=policies:choose", plugins=listed), armed=True)
    both = f'{listed}\n"mine:Mine" = "{sha256_of_code(place.module)}"'
    assert vet(place.file("policy=policies:choose", plugins=both), armed=True) == ()
    sys.modules.pop("policies", None)


def test_a_policy_in_a_folder_is_all_that_is_in_it(place: Place) -> None:
    folder = place.folder / "policy"
    folder.mkdir()
    (folder / "card.toml").write_text("x")
    (policy,) = plug_ins_of(place.file(f"policy={folder}"))
    assert (policy.path, policy.sha256) == (folder, sha256_of_code(folder))


def entries_of(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    read_audit(folder / "audit", lambda entry: found.append(dict(entry)))
    return [entry for entry in found if entry["kind"] == "plug-in"]


def test_whoever_only_looks_on_is_written_down(place: Place) -> None:
    sentences: list[str] = []
    options = DriveOptions(armed=False, ticks=2, environment={}, on_event=sentences.append)
    drive(place.path("mine:Mine", "my-board"), options)
    assert [(entry["code"], entry["text"].partition(" (")[0]) for entry in entries_of(place.folder)] == [
        ("not-listed", 'cabinet "my-board"'),
        ("not-listed", 'controller "mine:Mine"'),
    ]
    assert sum("not-listed" in sentence for sentence in sentences) == 2


def test_whoever_is_listed_drives(place: Place) -> None:
    board, mine = plug_ins_of(place.file("mine:Mine", "my-board"))
    path = place.path("mine:Mine", "my-board", plugins=place.listed(mine.sha256, board.sha256))
    end = drive(path, DriveOptions(armed=True, ticks=30, environment={}))
    assert end.seats[0].standing == "ours"
    assert entries_of(place.folder) == []
