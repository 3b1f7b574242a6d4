"""Adaptive traffic-signal control: simulate, optimise, compare and drive, with a guard that has the last word.

::

    import signals

    scenario = signals.load("crossroads")
    result = signals.run(scenario, controller="actuated", seed=1)
    print(result.metrics["delay_s"])

The tree, from the command line down to the errors; imports only point down::

    cli             thin commands over the library
    bench           every controller on every map under the same rules and faults → one leaderboard
    screens, inspection, checkup
                    what the commands show
    checks          what is unsafe in plans, site cards, programs and records
    study           every controller with every seed → one table; resumable, parallel (worker: one run of it)
    report          pictures and pages
    testing         contract checks for other people's controllers and adapters (testing_cabinets: links to cabinets)
    trial           one run: who plays, what is kept, how it ends
    drive           the same loop against street controllers
    serve           virtual street controllers at the junctions of a scenario
    scenario        a name, a folder, a .sumocfg or a .net.xml → everything a run needs (scenario_file: its format,
                    scenario_search: where it is, scenario_worlds: what world it is in, site_cards: what must be)
    loop            the whole program on one page: read, believe, wish, permit, show, remember
    adapters        the world: sim (in memory), sumo, and street protocols: tlcfi, ntcip, rsmp, virtual
    record          what happened: recorder, tables, metrics, statistics
    plans           offline design of plans
    control         what we want: one file a method
    sensing         what we believe: readings → snapshot
    safety          what is allowed: interstage, monitor, guard, fallback
    kernels         numbers: Numba functions over arrays
    model           what exists, and the values that travel
    plugins, schema, jobs, text
                    name → class; table → dataclass; work in processes; foreign text made safe
    errors          the exceptions, as a tree

Importing this package loads none of it; a name is loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signals.errors import SignalsError
    from signals.model.intersections import Intersection, SignalGroup, Stage
    from signals.model.network import Network
    from signals.model.roles import Controller, Estimator, World
    from signals.model.values import Command, Decision, Readings, Snapshot
    from signals.record.comparison import ComparisonRecord
    from signals.record.run_record import RunRecord
    from signals.report import render
    from signals.scenario import Scenario, load
    from signals.study import compare, run

__all__ = [
    "Command",
    "ComparisonRecord",
    "Controller",
    "Decision",
    "Estimator",
    "Intersection",
    "Network",
    "Readings",
    "RunRecord",
    "Scenario",
    "SignalGroup",
    "SignalsError",
    "Snapshot",
    "Stage",
    "World",
    "compare",
    "load",
    "render",
    "run",
]

_HOME = MappingProxyType(
    {
        "Command": "signals.model.values",
        "ComparisonRecord": "signals.record.comparison",
        "Controller": "signals.model.roles",
        "Decision": "signals.model.values",
        "Estimator": "signals.model.roles",
        "Intersection": "signals.model.intersections",
        "Network": "signals.model.network",
        "Readings": "signals.model.values",
        "RunRecord": "signals.record.run_record",
        "Scenario": "signals.scenario",
        "SignalGroup": "signals.model.intersections",
        "SignalsError": "signals.errors",
        "Snapshot": "signals.model.values",
        "Stage": "signals.model.intersections",
        "World": "signals.model.roles",
        "compare": "signals.study",
        "load": "signals.scenario",
        "render": "signals.report",
        "run": "signals.study",
    }
)


def __getattr__(name: str) -> object:
    """Load a public name when it is first used (PEP 562)."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
