from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from signals.adapters.sumo.install import find_sumo, version
from signals.bench.legacy_sumo import LEGACY_SUMO, cache_folder, install_legacy_sumo, legacy_home, sumo_from
from signals.errors import MissingDependencyError, RecordError
from signals.record.files import locked

PIP = """#!{python}
import pathlib, sys
log = pathlib.Path(r"{log}")
log.write_text((log.read_text() if log.exists() else "") + " ".join(sys.argv[1:]) + chr(10))
home = pathlib.Path(sys.argv[sys.argv.index("--target") + 1]) / "sumo" / "{inside}"
home.mkdir(parents=True)
{rest}
"""


def pip(folder: Path, rest: str = "", inside: str = "bin") -> tuple[str, Path]:
    """An interpreter whose pip makes folders instead of asking a registry, and its log."""
    path, log = folder / "python", folder / "log.txt"
    path.write_text(PIP.format(python=sys.executable, log=log, inside=inside, rest=rest))
    path.chmod(0o755)
    return str(path), log


def test_it_goes_into_the_cache_of_the_user(tmp_path: Path) -> None:
    assert cache_folder({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "signals" / "sumo-1.9.2"
    assert cache_folder({"XDG_CACHE_HOME": ""}) == Path.home() / ".cache" / "signals" / "sumo-1.9.2"


def test_it_is_installed_once(tmp_path: Path) -> None:
    python, log = pip(tmp_path)
    folder = tmp_path / "cache" / "sumo"
    homes = [install_legacy_sumo(folder, python) for _ in range(2)]
    assert homes == [folder / "sumo"] * 2
    assert (folder / "sumo" / "bin").is_dir()
    (asked,) = log.read_text().splitlines()
    assert asked.startswith("-m pip install --no-deps")
    assert asked.endswith("eclipse-sumo==1.9.2")
    assert [path.name for path in folder.parent.iterdir()] == ["sumo"]


def test_what_was_interrupted_is_begun_anew(tmp_path: Path) -> None:
    python, _ = pip(tmp_path)
    left = tmp_path / "cache" / "sumo.partial" / "site" / "half"
    left.mkdir(parents=True)
    home = install_legacy_sumo(tmp_path / "cache" / "sumo", python)
    assert (home / "bin").is_dir()
    assert not left.exists()
    assert not (home.parent / "half").exists()


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("sys.exit('ERROR: No matching distribution found')", "ERROR: No matching distribution found"),
        ("sys.exit(3)", "it said nothing"),
    ],
)
def test_pip_that_fails_is_one_error_and_leaves_nothing_that_looks_whole(tmp_path: Path, rest: str, said: str) -> None:
    python, _ = pip(tmp_path, rest)
    with pytest.raises(MissingDependencyError, match=f"pip cannot install eclipse-sumo==1.9.2: {said}; .*SUMO_HOME"):
        install_legacy_sumo(tmp_path / "cache" / "sumo", python)
    assert not (tmp_path / "cache" / "sumo").exists()


def test_no_pip_and_no_programs_are_said(tmp_path: Path) -> None:
    with pytest.raises(MissingDependencyError, match="cannot be run"):
        install_legacy_sumo(tmp_path / "one", str(tmp_path / "nowhere"))
    with pytest.raises(MissingDependencyError, match="no programs for this system"):
        install_legacy_sumo(tmp_path / "two", pip(tmp_path, inside="data")[0])


def test_only_one_installs_at_a_time(tmp_path: Path) -> None:
    python, log = pip(tmp_path)
    with locked(tmp_path / "sumo.partial"), pytest.raises(RecordError, match="another run writes"):
        install_legacy_sumo(tmp_path / "sumo", python)
    assert not log.exists()


def test_the_users_own_goes_first_where_it_is_of_that_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python, _ = pip(tmp_path)
    binary = tmp_path / "own" / "bin" / "sumo"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(find_sumo().binary.read_bytes()[:64])  # no script, and executable
    binary.chmod(0o755)
    monkeypatch.setenv("SUMO_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("signals.adapters.sumo.install.version", lambda _: LEGACY_SUMO)
    assert legacy_home(os.environ, python) == tmp_path / "own"
    monkeypatch.setattr("signals.adapters.sumo.install.version", lambda _: "1.28.0")
    assert legacy_home(os.environ, python) == tmp_path / "cache" / "signals" / "sumo-1.9.2" / "sumo"
    monkeypatch.delenv("SUMO_HOME")
    assert legacy_home(os.environ, python) == tmp_path / "cache" / "signals" / "sumo-1.9.2" / "sumo"


@pytest.mark.parametrize("before", [None, "elsewhere"])
def test_it_is_used_for_a_while(before: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SUMO_HOME", raising=False)
    if before:
        monkeypatch.setenv("SUMO_HOME", before)
    with sumo_from(tmp_path):
        assert os.environ["SUMO_HOME"] == str(tmp_path)
    assert os.environ.get("SUMO_HOME") == before


@pytest.mark.slow
def test_the_real_one_is_found_and_tells_its_version(tmp_path: Path) -> None:
    home = install_legacy_sumo(tmp_path / "sumo")
    with sumo_from(home):
        found = find_sumo()
    assert found.home == home
    assert version(found.binary) == LEGACY_SUMO
