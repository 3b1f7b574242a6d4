"""Where a result comes from: enough to make it again, nothing about who made it."""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import re
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath, PureWindowsPath

import signals
from signals.errors import InputError
from signals.record.files import sha256_of

__all__ = ["provenance", "sha256_of_code", "sha256_of_module", "without_paths"]

_PACKAGES = ("signals", "numpy", "numba")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


def provenance(
    inputs: Sequence[Path],
    settings: Mapping[str, object],
    seed: int | None,
    versions: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """Describe where a result comes from.

    Parameters
    ----------
    inputs
        The files it was made from.
    settings
        Everything that was chosen; paths in it are reduced to file names.
    seed
        The seed, or `None` where there are many.
    versions
        Versions of other programs that took part, such as ``{"sumo": "1.28.0"}``.

    Returns
    -------
    dict
        ``inputs`` (name, bytes and SHA-256 of each), ``versions``, ``source_sha256`` (of this package's own code),
        ``commit`` (`None` where it does not run from a checkout), ``settings``, ``seed``, ``platform``. No name of a
        user or a machine and no folder is in it.

    Raises
    ------
    RecordError
        When an input cannot be read.
    """
    return {
        "inputs": [{"name": p.name, "sha256": sha256_of(p), "bytes": p.stat().st_size} for p in inputs],
        "versions": {"python": platform.python_version(), **_package_versions(), **(versions or {})},
        "source_sha256": _source_sha256(),
        "commit": _commit(_package_folder().parent / ".git"),
        "settings": without_paths(settings),
        "seed": seed,
        "platform": f"{platform.system()} {platform.machine()}",
    }


def sha256_of_module(module: str) -> str | None:
    """Hash the file of a module that is not ours, None where it has none or is not there.

    Our own code is hashed as a whole, and what cannot be found is said by who imports it.
    """
    if module.partition(".")[0] == "signals":
        return None
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return sha256_of(Path(found.origin)) if found and found.origin and Path(found.origin).is_file() else None


def sha256_of_code(path: Path) -> str:
    """Hash a file, or all that is in a folder.

    Parameters
    ----------
    path
        The file, whose plain SHA-256 it is then; or the folder, of which every file, but what Python has compiled into
        ``__pycache__``, is a line of its SHA-256 and its name in the folder, in the order of the names.

    Raises
    ------
    InputError
        When there are links to other folders in it: what is in there nobody has counted.
    RecordError
        When something cannot be read.
    """
    if not path.is_dir():
        return sha256_of(path)
    digest = hashlib.sha256()
    for found in sorted(path.rglob("*"), key=lambda one: one.relative_to(path).as_posix()):
        if found.is_dir():
            if found.is_symlink():
                raise InputError(f'"{found}" is a link to another folder: put a copy in its place')
            continue
        if found.parent.name == "__pycache__" and found.suffix == ".pyc":
            continue
        digest.update(f"{sha256_of(found)} {found.relative_to(path).as_posix()}\n".encode())
    return digest.hexdigest()


def without_paths(value: object) -> object:
    """Return plain JSON data in which every path is only a file name."""
    if isinstance(value, Mapping):
        return {str(key): without_paths(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [without_paths(item) for item in value]
    if isinstance(value, Path):
        return value.name
    if isinstance(value, str):
        return _without_folder(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


def _without_folder(text: str) -> str:
    if PurePosixPath(text).is_absolute() or text.startswith(("~", "./", "../")):
        return PurePosixPath(text).name
    return PureWindowsPath(text).name if PureWindowsPath(text).is_absolute() else text


def _package_folder() -> Path:
    return Path(signals.__path__[0])


def _package_versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed as a package"
    return found


def _source_sha256() -> str:
    """Hash this package's own code: a commit does not tell what was edited after it."""
    digest, folder = hashlib.sha256(), _package_folder()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def _commit(git: Path) -> str | None:
    """Read the commit of a checkout from its `.git` folder (or file, in a worktree); `None` where there is none."""
    try:
        if git.is_file():
            git = git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref:"):
            return head if _COMMIT.fullmatch(head) else None
        return _resolve(git, head.removeprefix("ref:").strip())
    except (OSError, UnicodeDecodeError):
        return None


def _resolve(git: Path, name: str) -> str | None:
    shared = git / "commondir"
    for folder in (git, git / shared.read_text("utf-8").strip()) if shared.is_file() else (git,):
        if (folder / name).is_file():
            return (folder / name).read_text("utf-8").strip()
        if (folder / "packed-refs").is_file():
            for line in (folder / "packed-refs").read_text("utf-8").splitlines():
                commit, _, packed = line.partition(" ")
                if packed == name:
                    return commit
    return None
