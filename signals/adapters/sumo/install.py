"""Where SUMO is, and what to do where it is not.

The command `sumo` that the wheel installs is a Python wrapper: killing it leaves the simulator running as an orphan.
So only the program itself is ever started, ``$SUMO_HOME/bin/sumo``.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from signals.errors import FileError, MissingDependencyError

__all__ = ["Installation", "Row", "check", "find_sumo", "has_libsumo", "package_path", "version"]

ADVICE = 'pip install "signals[sumo]"'
_VERSION_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Installation:
    """An installed SUMO.

    Parameters
    ----------
    home
        Its `SUMO_HOME`.
    binary
        The simulator itself.
    source
        Where it was found: ``SUMO_HOME``, ``wheel`` or ``PATH``.
    """

    home: Path
    binary: Path
    source: str

    @property
    def gui(self) -> Path:
        """The simulator with windows."""
        return self.binary.with_name("sumo-gui" + self.binary.suffix)

    def environment(self) -> dict[str, str]:
        """Return the environment in which its programs find their data."""
        found = {**os.environ, "SUMO_HOME": str(self.home)}
        projections = self.home / "data" / "proj"
        if projections.is_dir():
            found.setdefault("PROJ_LIB", str(projections))
            found.setdefault("PROJ_DATA", str(projections))
        return found


class Row(NamedTuple):
    """One line of a check-up.

    Attributes
    ----------
    what
        What was looked for.
    found
        What was found; empty if nothing was.
    advice
        What to do about it; empty if all is well.
    """

    what: str
    found: str
    advice: str


def find_sumo() -> Installation:
    """Find SUMO: first in `SUMO_HOME`, then in the wheel ``eclipse-sumo``, then on the `PATH`.

    Raises
    ------
    MissingDependencyError
        When it is nowhere.
    """
    home = os.environ.get("SUMO_HOME")
    wheel = _package_folder("sumo")
    on_path = shutil.which("sumo")
    places = (
        ("SUMO_HOME", Path(home) / "bin" if home else None),
        ("wheel", wheel / "bin" if wheel else None),
        ("PATH", Path(on_path).resolve().parent if on_path else None),
    )
    for source, folder in places:
        binary = _program(folder)
        if binary is not None:
            return Installation(_home_of(binary), binary, source)
    raise MissingDependencyError(f"SUMO is not installed; run {ADVICE}, or set SUMO_HOME to where it is")


def has_libsumo() -> bool:
    """Whether SUMO can run inside this process."""
    return _package_folder("libsumo") is not None


def version(binary: Path) -> str:
    """Ask a SUMO program for its version, such as ``1.28.0``.

    Raises
    ------
    MissingDependencyError
        When it cannot be run.
    """
    try:
        done = subprocess.run(  # noqa: S603  the program that `find_sumo` found
            [binary, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingDependencyError(f"{binary} cannot be run ({error}); run {ADVICE}") from error
    words = done.stdout.split()
    return next((word for word in words if word[:1].isdigit()), "unknown")


def check() -> list[Row]:
    """Look for everything that a SUMO world needs."""
    try:
        found = find_sumo()
        rows = [Row("SUMO", f"{version(found.binary)} in {found.home} ({found.source})", "")]
        gui = str(found.gui) if found.gui.is_file() else ""
        rows.append(Row("sumo-gui", gui, "" if gui else f"only needed to watch a run; {ADVICE}"))
    except MissingDependencyError as error:
        rows = [Row("SUMO", "", str(error))]
    for name, why in (("libsumo", "runs fall back to TraCI, which is slower"), ("traci", "needed to watch a run")):
        folder = _package_folder(name)
        rows.append(Row(name, str(folder or ""), "" if folder else f"{why}; {ADVICE}"))
    return rows


def package_path(package: str, relative: str) -> Path:
    """Point at a file inside an installed package.

    Parameters
    ----------
    package
        Name of the distribution: ``eclipse-sumo`` (its files lie in `SUMO_HOME`), ``sumo-rl``, …
    relative
        The file, from the folder of the package.

    Raises
    ------
    MissingDependencyError
        When the package is not installed.
    FileError
        When it has no such file, or the name leads out of the package.
    """
    if package == "eclipse-sumo":
        folder: Path | None = find_sumo().home
    else:
        folder = _package_folder(package.replace("-", "_"))
    if folder is None:
        raise MissingDependencyError(f'the package "{package}" is not installed; run pip install {package}')
    path = (folder / relative).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise FileError(f'"{relative}" leads out of the package "{package}"')
    if not path.exists():
        raise FileError(f'the package "{package}" has no file "{relative}" (looked in {folder})')
    return path


def _package_folder(module: str) -> Path | None:
    """Find the folder of a package without importing it."""
    spec = importlib.util.find_spec(module)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def _program(folder: Path | None) -> Path | None:
    """Return the simulator in a folder, unless it is only a script that starts it."""
    if folder is None:
        return None
    for name in ("sumo", "sumo.exe"):
        path = folder / name
        if path.is_file() and os.access(path, os.X_OK):
            with path.open("rb") as file:
                if file.read(2) != b"#!":
                    return path
    return None


def _home_of(binary: Path) -> Path:
    """Return the `SUMO_HOME` of a program; Debian keeps it away from its programs."""
    home = binary.parent.parent
    return Path("/usr/share/sumo") if home == Path("/usr") else home
