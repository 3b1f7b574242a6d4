from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo import install
from signals.errors import MissingDependencyError
from tests.adapters.sumo_tee import write


def test_sumo_is_looked_for_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def program(folder: Path, head: str) -> Path:
        (folder / "bin").mkdir(parents=True)
        path = write(folder / "bin", "sumo", f"{head}\n")
        path.chmod(0o755)
        return path

    home, wheel, path = (tmp_path / name for name in ("home", "wheel", "path"))
    binaries = [program(folder, "\x7fELF") for folder in (home, wheel, path)]
    monkeypatch.setenv("SUMO_HOME", str(home))
    monkeypatch.setenv("PATH", str(path / "bin"))
    monkeypatch.setattr(install, "_package_folder", lambda _: wheel)
    found = install.find_sumo()
    assert (found.binary, found.home, found.source) == (binaries[0], home, "SUMO_HOME")
    assert found.gui == home / "bin" / "sumo-gui"
    binaries[0].write_text("#!/usr/bin/env python3\n")  # a script that starts it is not it
    assert install.find_sumo().source == "wheel"
    monkeypatch.setattr(install, "_package_folder", lambda _: None)
    assert install.find_sumo().source == "PATH"
    binaries[2].chmod(0o644)
    with pytest.raises(MissingDependencyError, match=r'pip install "signals\[sumo\]"'):
        install.find_sumo()
    assert [row.what for row in install.check() if row.advice] == ["SUMO", "libsumo", "traci"]


def test_files_of_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    assert install.package_path("pytest", "__init__.py").name == "__init__.py"
    with pytest.raises(install.FileError, match="has no file"):
        install.package_path("pytest", "gone.xml")
    with pytest.raises(install.FileError, match="leads out"):
        install.package_path("pytest", "../../../etc/passwd")
    with pytest.raises(MissingDependencyError, match="pip install no-such-package"):
        install.package_path("no-such-package", "x")


@pytest.mark.sumo
def test_the_check_up_finds_what_is_installed() -> None:
    rows = {row.what: row for row in install.check()}
    assert rows["SUMO"].advice == ""
    assert rows["SUMO"].found[0].isdigit()
    assert install.package_path("eclipse-sumo", "data/xsd").is_dir()


def test_a_program_that_does_not_run(tmp_path: Path) -> None:
    broken = write(tmp_path, "sumo", "\x7fELF")
    broken.chmod(0o755)
    with pytest.raises(MissingDependencyError, match="cannot be run"):
        install.version(broken)
