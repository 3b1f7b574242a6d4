"""The SUMO that RESCO's figures come from, installed beside everything else.

Version 1.9.2 is a wheel of its own on PyPI. It goes into a folder of the user's cache, once, whole or not at all; the
SUMO that this package runs with otherwise is not touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from signals.errors import MissingDependencyError, RecordError
from signals.record.files import locked

__all__ = ["LEGACY_SUMO", "cache_folder", "install_legacy_sumo", "legacy_home", "sumo_from"]

LEGACY_SUMO = "1.9.2"
"""The version."""

_HOME = "SUMO_HOME"
_PACKAGE = "sumo"
_TAIL = 300


def legacy_home(environment: Mapping[str, str], python: str = sys.executable) -> Path:
    """Return the `SUMO_HOME` of the version that RESCO used: the user's own, or the one in the cache, installed now.

    Parameters
    ----------
    environment
        The variables of the process.
    python
        The interpreter whose pip is used.

    Raises
    ------
    MissingDependencyError, RecordError
        As `install_legacy_sumo`.
    """
    from signals.adapters.sumo.install import find_sumo, version  # noqa: PLC0415  only SUMO's users pay for it

    if environment.get(_HOME):
        found = find_sumo()
        if found.source == _HOME and version(found.binary) == LEGACY_SUMO:
            return found.home
    return install_legacy_sumo(cache_folder(environment), python)


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where it goes.

    Parameters
    ----------
    environment
        The variables of the process: ``XDG_CACHE_HOME``, where it is set, goes before ``~/.cache``.
    """
    cache = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "signals" / f"sumo-{LEGACY_SUMO}"


def install_legacy_sumo(folder: Path, python: str = sys.executable) -> Path:
    """Install it where it is not there yet.

    Parameters
    ----------
    folder
        Where; its own and nobody else's. What an interrupted installation left beside it is removed.
    python
        The interpreter whose pip is used.

    Returns
    -------
    Path
        Its `SUMO_HOME`.

    Raises
    ------
    MissingDependencyError
        When pip is not there or fails; says why and what to do instead.
    RecordError
        When the folder cannot be written, or somebody else installs there at this moment.
    """
    home = folder / _PACKAGE
    if folder.is_dir():
        return home
    partial = folder.with_name(f"{folder.name}.partial")
    with locked(partial):
        target = partial / "site"
        shutil.rmtree(target, ignore_errors=True)
        _pip(python, target)
        if not (target / _PACKAGE / "bin").is_dir():
            raise MissingDependencyError(f"eclipse-sumo {LEGACY_SUMO} has no programs for this system; {_ADVICE}")
        try:
            target.rename(folder)
        except OSError as error:
            raise RecordError(f'cannot rename "{target}" to "{folder}": {error.strerror}') from error
    shutil.rmtree(partial, ignore_errors=True)
    return home


_ADVICE = f"install SUMO {LEGACY_SUMO} yourself, and set SUMO_HOME to where it is"


def _pip(python: str, target: Path) -> None:
    wheel = f"eclipse-sumo=={LEGACY_SUMO}"
    command = [python, "-m", "pip", "install", "--no-deps", "--only-binary", ":all:", "--target", str(target), wheel]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603  ours
    except OSError as error:
        raise MissingDependencyError(f"{python} cannot be run ({error}); {_ADVICE}") from error
    if done.returncode:
        said = next((line.strip() for line in reversed(done.stderr.splitlines()) if line.strip()), "it said nothing")
        raise MissingDependencyError(f"pip cannot install {wheel}: {said[-_TAIL:]}; {_ADVICE}")


@contextmanager
def sumo_from(home: Path) -> Iterator[None]:
    """Have this process, and those that it starts, use the SUMO in a folder; afterwards all is as it was before."""
    before = os.environ.get(_HOME)
    os.environ[_HOME] = str(home)
    try:
        yield
    finally:
        if before is None:
            del os.environ[_HOME]
        else:
            os.environ[_HOME] = before
