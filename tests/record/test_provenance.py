"""Where a result comes from, without who made it."""

from __future__ import annotations

import getpass
import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from signals.errors import InputError, RecordError
from signals.record.files import sha256_of
from signals.record.provenance import _commit, provenance, sha256_of_code, sha256_of_module, without_paths

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_it_holds_what_is_needed(tmp_path: Path) -> None:
    net = tmp_path / "a.net.xml"
    net.write_bytes(b"abc")
    found = provenance([net], {"stages": "file"}, 7, {"sumo": "1.28.0"})
    assert found["inputs"] == [
        {"name": "a.net.xml", "bytes": 3, "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
    ]
    versions = found["versions"]
    assert isinstance(versions, dict)
    assert versions["numpy"] == np.__version__
    assert versions["python"] == platform.python_version()
    assert versions["sumo"] == "1.28.0"
    assert {"signals", "numba"} <= set(versions)
    assert (found["seed"], found["settings"]) == (7, {"stages": "file"})
    assert found == provenance([net], {"stages": "file"}, 7, {"sumo": "1.28.0"})


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="missing"):
        provenance([tmp_path / "missing.xml"], {}, 1)


def test_no_user_machine_or_folder_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    settings = {
        "folder": tmp_path,
        "text": str(tmp_path / "x"),
        "home": "~/secret/x",
        "up": "../../secret/x",
        "windows": "C:\\secret\\x",
        "nested": [{"deep": (tmp_path / "x",)}],
    }
    text = json.dumps(provenance([tmp_path / "x"], settings, 1))
    assert str(tmp_path.parent) not in text
    assert "secret" not in text
    assert platform.node() not in text
    assert f'"{getpass.getuser()}"' not in text


def test_what_is_not_a_path_stays() -> None:
    plain = {"ratio": "1/2", "none": None, "yes": True, "n": 1, "x": 0.5, "name": "a/b", "list": [1]}
    assert without_paths(plain) == plain
    assert without_paths({1: {2}, "z": 1j}) == {"1": [2], "z": "1j"}


@pytest.fixture
def git(tmp_path: Path) -> Path:
    folder = tmp_path / ".git"
    (folder / "refs" / "heads").mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    return folder


def test_commit_of_a_branch(git: Path) -> None:
    (git / "refs" / "heads" / "main").write_text(f"{COMMIT}\n")
    assert _commit(git) == COMMIT


def test_commit_of_a_packed_branch(git: Path) -> None:
    (git / "packed-refs").write_text(f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n")
    assert _commit(git) == COMMIT


def test_commit_of_a_detached_head(git: Path) -> None:
    (git / "HEAD").write_text(f"{COMMIT}\n")
    assert _commit(git) == COMMIT
    (git / "HEAD").write_text("nonsense\n")
    assert _commit(git) is None


def test_commit_of_a_worktree(git: Path, tmp_path: Path) -> None:
    (git / "refs" / "heads" / "side").write_text(f"{COMMIT}\n")
    inner = git / "worktrees" / "w"
    inner.mkdir(parents=True)
    (inner / "HEAD").write_text("ref: refs/heads/side\n")
    (inner / "commondir").write_text("../..\n")
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / ".git").write_text(f"gitdir: {inner}\n")
    assert _commit(tmp_path / "w" / ".git") == COMMIT


def test_no_checkout_no_commit(git: Path, tmp_path: Path) -> None:
    assert _commit(tmp_path / "nothing") is None
    assert _commit(git) is None


def test_a_branch_that_is_not_among_the_packed_ones_has_no_commit(git: Path) -> None:
    (git / "packed-refs").write_text(f"{COMMIT} refs/heads/other\n")
    assert _commit(git) is None


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("signals.record.provenance.metadata.version", missing)
    versions = provenance([], {}, None)["versions"]
    assert isinstance(versions, dict)
    assert versions["numba"] == "not installed as a package"


def test_modules_of_others_are_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "a_strangers_module.py"
    file.write_text("x = 1\n")
    assert sha256_of_module("a_strangers_module") == sha256_of(file)


@pytest.mark.parametrize("module", ["signals.control.actuated", "no_such_module_at_all", "no_such.module", "", "sys"])
def test_there_may_be_nothing_to_hash(module: str) -> None:
    assert sha256_of_module(module) is None


def test_the_code_of_a_folder_is_everything_in_it_but_what_python_makes_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    (folder / "inner").mkdir(parents=True)
    (folder / "b.py").write_text("b")
    (folder / "inner" / "a.py").write_text("a")
    before = sha256_of_code(folder)
    lines = f"{sha256_of(folder / 'b.py')} b.py\n{sha256_of(folder / 'inner' / 'a.py')} inner/a.py\n"
    assert before == hashlib.sha256(lines.encode()).hexdigest()
    assert sha256_of_code(folder / "b.py") == sha256_of(folder / "b.py")
    (folder / "inner" / "__pycache__").mkdir()
    (folder / "inner" / "__pycache__" / "a.pyc").write_bytes(b"a")
    assert sha256_of_code(folder) == before
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "hidden.py").write_text("hidden")
    assert sha256_of_code(folder) != before
    (folder / "__pycache__" / "hidden.py").unlink()
    (folder / "inner" / "a.py").rename(folder / "a.py")
    assert sha256_of_code(folder) != before


def test_a_link_to_another_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is a link to another folder"):
        sha256_of_code(tmp_path / "package")
