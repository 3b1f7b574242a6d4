"""What a result depends on: files, settings, versions, code, and who controls.

A result is only used again while its fingerprint is what it would be now. Code that takes no part in a run (pages,
other controllers, the making of a scenario, whose product is hashed) is not in it, so that a campaign of days survives
a better picture or another rival.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from platform import python_version

from signals import entrants, plugins
from signals.bench.cases import Case
from signals.bench.code_closure import closure_sha256, imports_of
from signals.record.files import sha256_of
from signals.record.provenance import without_paths
from signals.scenario import Scenario

__all__ = ["code_sha256", "entrant_sha256", "fingerprint", "scene_sha256", "versions"]

_TAKES_PART = ("signals.bench.task", "signals.worker")
_NOT_IN_SUMO = ("signals.adapters.sim",)
_NOT_WITH_FULL_SENSING = (
    "signals.sensing.connected_world", "signals.sensing.loops", "signals.sensing.loop_places", "signals.kernels.loops",
)  # fmt: skip
_POLICIES = ("signals.env.policy_sources",)
_PACKAGES = ("numpy", "numba")


def scene_sha256(scenario: Scenario) -> str:
    """Hash a scenario: its files, everything that was chosen, our code, and the versions of what takes part.

    Raises
    ------
    InputError, RecordError
        When an input is not there or cannot be read.
    """
    return _sha256({
        "inputs": [(path.name, _sha256_once(path, path.stat().st_mtime_ns)) for path in scenario.inputs],
        "settings": without_paths(scenario.settings),
        "code": code_sha256(scenario.file.scenario.world, scenario.file.sensing.level),
        "versions": versions(scenario.file.scenario.world),
    })  # fmt: skip


def fingerprint(case: Case, scene: str, entrant: str) -> str:
    """Hash everything that the result of a run depends on.

    Parameters
    ----------
    case
        The run.
    scene
        What `scene_sha256` says of its scenario.
    entrant
        What `entrant_sha256` says of its controller.
    """
    return _sha256({"case": case, "scene": scene, "entrant": entrant})


def entrant_sha256(controller: str, settings: Mapping[str, object] | None = None) -> str:
    """Hash what a controller is: its name, its files or those of its policy, and the code of this package it imports.

    Parameters
    ----------
    controller
        Who it is (`signals.entrants`).
    settings
        What else is chosen, as plain data.

    Raises
    ------
    InputError
        When there is no such controller.
    """
    origin = entrants.origin_of(controller)
    return _sha256({"origin": origin, "settings": settings or {}, "code": closure_sha256(_roots_of(controller))})


@cache
def code_sha256(world: str, *sensing: str) -> str:
    """Hash the code of this package that every run in a world depends on, whoever controls it.

    Parameters
    ----------
    world
        Where vehicles drive, as a scenario names it.
    sensing
        The levels of sensing that take part.
    """
    without = _NOT_IN_SUMO if world == "sumo" else ()
    return closure_sha256(_TAKES_PART, without + _NOT_WITH_FULL_SENSING if set(sensing) <= {"full"} else without)


def _roots_of(controller: str) -> tuple[str, ...]:
    """Return the modules of this package in which a controller begins."""
    if entrants.is_policy(controller):
        return _POLICIES
    module = plugins.spec("controllers", controller).partition(":")[0]
    if module.partition(".")[0] == "signals":
        return (module,)
    found = find_spec(module)
    return imports_of(Path(found.origin)) if found and found.origin and Path(found.origin).is_file() else ()


@cache
def versions(world: str) -> Mapping[str, str]:
    """Return the versions of what takes part in a run in a world. Raises `MissingDependencyError`."""
    return {
        "python": python_version(),
        **{name: metadata.version(name) for name in _PACKAGES},
        **_world_versions(world),
    }


@cache
def _world_versions(world: str) -> Mapping[str, str]:
    """Ask a simulator for its version, once: it is a process."""
    if world != "sumo":
        return {}
    from signals.adapters.sumo.install import find_sumo, version  # noqa: PLC0415  only SUMO's users pay for it

    return {"sumo": version(find_sumo().binary)}


@cache
def _sha256_once(path: Path, changed_ns: int) -> str:  # noqa: ARG001  another time is another file
    return sha256_of(path)


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
