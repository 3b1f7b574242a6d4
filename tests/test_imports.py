"""What is imported when: the package costs nothing until it is used."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import signals

HEAVY = ("numpy", "numba", "llvmlite", "scipy", "pyarrow", "matplotlib", "sumolib", "traci", "libsumo", "sumo", "rich")


def loaded_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has after some code."""
    ending = "\nimport json, sys\nprint(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + ending], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def seconds_of(*command: str) -> float:
    """Return the least of three tries: the machine is busy with other things, too."""
    spent = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)
        spent.append(time.perf_counter() - start)
    return min(spent)


def test_the_public_names_are_few_and_there() -> None:
    assert len(signals.__all__) <= 20
    assert signals.__all__ == sorted(signals.__all__)
    assert set(signals.__all__) == set(signals._HOME)
    for name in signals.__all__:
        assert getattr(signals, name).__name__ == name
        assert getattr(signals, name).__module__.startswith("signals.")
    assert set(signals.__all__) <= set(dir(signals))
    with pytest.raises(AttributeError, match="has no attribute 'lode'"):
        signals.lode  # noqa: B018


def test_the_map_names_every_part() -> None:
    parts = {
        line.split()[0] for line in signals.__doc__.splitlines() if line.startswith("    ") and "  " in line.strip()
    }
    root = Path(signals.__file__).parent
    folders = {path.name for path in root.iterdir() if (path / "__init__.py").is_file()}
    assert folders - {"env"} <= parts


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_after("import signals") & set(HEAVY)


def test_the_loop_needs_numpy_only() -> None:
    assert not loaded_after("import signals.loop") & (set(HEAVY) - {"numpy"})


def test_scenarios_are_read_without_compiler_or_simulator() -> None:
    code = "import signals\nsignals.load('crossroads').network.arrays"
    assert not loaded_after(code) & {"numba", "matplotlib", "traci", "libsumo", "sumolib"}


def test_help_loads_nothing_heavy() -> None:
    code = "import sys\nsys.argv = ['signals', '{}']\nfrom signals.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass"
    for option in ("--help", "--version"):
        assert not loaded_after(code.format(option)) & (set(HEAVY) - {"rich"})


def test_the_package_is_imported_in_a_tenth_of_a_second() -> None:
    bare = seconds_of(sys.executable, "-c", "pass")
    assert seconds_of(sys.executable, "-c", "import signals") - bare < 0.1


def test_help_starts_in_half_a_second() -> None:
    assert seconds_of(sys.executable, "-m", "signals.cli", "--help") < 0.5
