from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import signals.kernels.compile
from signals.kernels import rolling_horizon, traffic_sums
from signals.kernels.compile import kernel, part, quick, sources

CALLEE = """
from signals.kernels.compile import kernel

@kernel
def half(x: float) -> float:
    return x * {factor}
"""
BETWEEN = """
from signals.kernels.callee import half
from signals.kernels.compile import kernel

@kernel
def quarter(x: float) -> float:
    return half(half(x))
"""
CALLER = """
from signals.kernels.between import quarter
from signals.kernels.compile import kernel

@kernel
def eighth(x: float) -> float:
    return quarter(x) * 0.5
"""
KERNELS = {"kernel", "inlined", "part"}
ASK = """
from signals.kernels.caller import eighth
print(eighth(8.0), sum(eighth.stats.cache_hits.values()))
"""


def write(folder: Path, **texts: str) -> None:
    room = folder / "signals" / "kernels"
    room.mkdir(parents=True, exist_ok=True)
    compiler = Path(signals.kernels.compile.__file__).read_text()
    for name, text in {"__init__": "", "../__init__": "", "compile": compiler, **texts}.items():
        (room / f"{name}.py").write_text(text)


def ask(folder: Path, **environment: str) -> tuple[float, int]:
    """Return the answer of a fresh interpreter, and how often it found what was compiled before."""
    told = {name: text for name, text in os.environ.items() if not name.startswith("NUMBA_")}
    told |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=told, cwd=folder)
    value, hits = done.stdout.split()
    return float(value), int(hits)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["beside the source", "in a folder of its own"])
def test_a_caller_is_compiled_anew_when_what_it_calls_has_changed(tmp_path: Path, *, elsewhere: bool) -> None:
    """Where a wheel is read-only, Numba keeps what it compiled elsewhere; so it does where it is told to."""
    kept = tmp_path / "kept" if elsewhere else tmp_path / "signals"
    told = {"NUMBA_CACHE_DIR": str(kept)} if elsewhere else {}
    write(tmp_path, callee=CALLEE.format(factor=0.5), between=BETWEEN, caller=CALLER)
    assert ask(tmp_path, **told) == (1.0, 0)
    assert ask(tmp_path, **told) == (1.0, 1)
    before = sorted(path.name for path in kept.rglob("*.nb?"))
    write(tmp_path, callee=CALLEE.format(factor=2.5), between=BETWEEN, caller=CALLER)
    assert ask(tmp_path, **told) == (25.0, 0)
    assert ask(tmp_path, **told) == (25.0, 1)
    assert sorted(path.name for path in kept.rglob("*.nb?")) == before  # nothing piles up


def test_the_sources_of_a_kernel_are_those_it_can_reach(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.py" for name in ("alone", "with_rows", "same")}
    files["alone"].write_text("X = 1\n")
    files["same"].write_text("X = 1\n")
    files["with_rows"].write_text("from signals.kernels.traffic_sums import look\nX = 1\n")
    assert sources(files["alone"]) != sources(files["with_rows"])
    assert sources(files["alone"]) == sources(files["alone"])
    assert sources(Path(traffic_sums.__file__)) != sources(Path(rolling_horizon.__file__))
    assert sources(tmp_path / "<notebook>")  # no file at all


def test_as_plain_python_arrays_are_handed_over_as_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    column = np.arange(3)
    assert quick((column, 5))[0] is column
    monkeypatch.setattr("numba.config.DISABLE_JIT", True)
    view, number = quick((column, 5))
    view[1] = 7
    assert (type(view), number, column[1]) == (memoryview, 5, 7)

    def plain(x: int) -> int:
        return x + 1

    assert kernel(plain) is plain


@part
def _twice(x: float) -> float:
    return x * 2


@kernel
def twice_and_one(x: float) -> float:
    return _twice(x) + 1


def test_a_part_is_compiled_into_kernels_and_plain_python_for_everybody_else() -> None:
    assert _twice(3) == 6  # an integer times an integer: not compiled
    assert twice_and_one(3.0) == 7.0
    assert _twice(3.0) == 6.0  # compiled by now, for kernels only
    assert _twice(x=[1]) == [1, 1]
    assert part is not kernel


def test_a_kernel_is_private_to_kernels_if_it_is_private() -> None:
    """From Python it would run as plain Python, a hundred times slower, and nobody would notice."""
    for path in Path(signals.kernels.compile.__file__).parents[1].rglob("*.py"):
        functions = [one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.FunctionDef)]
        compiled = {one.name: one for one in functions if KERNELS & set(map(ast.unparse, one.decorator_list))}
        private = {name for name in compiled if name.startswith("_")}
        for one in functions:
            called = {ast.unparse(call.func) for call in ast.walk(one) if isinstance(call, ast.Call)}
            assert one.name in compiled or not called & private, f"{path}: {one.name}"
