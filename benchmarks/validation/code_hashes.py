"""Which code a result depends on: the modules that take part in it, and nothing that only stands beside them.

A run in SUMO takes minutes, and stays right while somebody works on the built-in simulator.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from signals import plugins
from signals.bench.code_closure import closure, closure_sha256
from signals.errors import InputError
from signals.record.files import sha256_of

__all__ = ["check_code", "code_files", "code_sha256", "roots_of"]

_LOOP = (
    "signals.loop", "signals.sensing.full", "signals.safety.guard", "signals.safety.fallback",
    "signals.control.net_plan", "signals.record.metrics", "signals.adapters.sumo.network",
)  # fmt: skip
_SUMO = "signals.adapters.sumo.world"
_SIM = ("signals.trial", "signals.adapters.sim.world", "signals.adapters.sumo.travel")
_MESO = ("signals.adapters.sumo.prepare", "signals.adapters.sumo.results", "signals.record.metrics")


def roots_of(world: str, controller: str) -> tuple[str, ...]:
    """Return the modules from which everything is imported that a run depends on."""
    if world == "meso":
        return _MESO
    mind = plugins.spec("controllers", controller).partition(":")[0]
    return (*_LOOP, mind, *(_SIM if world == "sim" else (_SUMO,)))


@cache
def code_sha256(roots: tuple[str, ...]) -> str:
    """Hash everything of this package that some modules import; comments, docstrings and spaces do not count."""
    return closure_sha256(roots)


@cache
def code_files(roots: tuple[str, ...]) -> Mapping[Path, str]:
    """Return the files of this package that some modules import, now or later, each with the SHA-256 of its bytes."""
    return closure(roots)


def check_code(files: Mapping[Path, str]) -> None:
    """Refuse to run where a file is another than it was when the key of the result was made.

    Raises
    ------
    InputError
        Which says what to do.
    """
    for path, sha256 in files.items():
        if not path.is_file() or sha256_of(path) != sha256:
            raise InputError(f"{path.name} was changed after this comparison began; start it again")
