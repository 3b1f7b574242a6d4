"""Hand-made networks for the built-in world."""

from __future__ import annotations

from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import Lane, User
from signals.model.movements import Movement, Turn
from signals.model.network import Detector, Network


def street(*, length_m: float = 300.0, detectors: tuple[float, ...] = (), plan: tuple[int, int] = (30, 50)) -> Network:
    """One lane, one stop line, one signal that is green and red for `plan` seconds."""
    lanes = (Lane("in", "in", length_m, 10.0), Lane("out", "out", 100.0, 10.0))
    group = SignalGroup("g", User.VEHICLE, (0,), (0,))
    steps = (PlanStep(plan[0] * 10, (0,)), PlanStep(plan[1] * 10, ()))
    signal = Intersection("j", (group,), ((None,),), (Stage("go", (0,)),), (Plan("own", steps),))
    loops = tuple(Detector(f"d{number}", 0, place) for number, place in enumerate(detectors))
    return Network("street", lanes, (Movement("in>out", 0, 1, (), 10.0, 10.0, link=0),), (signal,), loops)


def town() -> Network:
    """A signal with a permissive left turn and a crossing, a tiny lane behind it, a merge that yields, and a ring.

    Lanes: 0 west, 1 east (opposing), 2 tiny (3 m, behind the signal), 3 minor (joins 4), 4 exit, 5 east exit, 6 side.
    Movements: 0 west>tiny, 1 west>side (left, yields to 2), 2 east>east exit, 3 tiny>exit, 4 minor>exit (yields to 3),
    5 the crossing of the side road (7, 8), 6 exit>west: round again.
    """
    lanes = (
        Lane("west", "west", 60.0, 12.0), Lane("east", "east", 60.0, 12.0), Lane("tiny", "tiny", 3.0, 12.0),
        Lane("minor", "minor", 40.0, 8.0), Lane("exit", "exit", 30.0, 12.0), Lane("away", "away", 50.0, 12.0),
        Lane("side", "side", 20.0, 8.0),
        Lane("walk", "walk", 2.0, 1.4, User.PEDESTRIAN, internal=True),
        Lane("cross", "cross", 7.0, 1.4, User.PEDESTRIAN, internal=True),
    )  # fmt: skip
    foot = User.PEDESTRIAN
    movements = (
        Movement("west>tiny", 0, 2, (), 12.0, 12.0, link=0),
        Movement("west>side", 0, 6, (), 14.0, 7.0, Turn.LEFT, link=1, yields_to=(2, 5)),
        Movement("east>away", 1, 5, (), 12.0, 12.0, link=2),
        Movement("tiny>exit", 2, 4, (), 4.0, 8.0),
        Movement("minor>exit", 3, 4, (), 6.0, 6.0, Turn.RIGHT, yields_to=(3,)),
        Movement("walk>cross", 7, 8, (), 7.0, 1.4, Turn.CROSSING, foot, link=3),
        Movement("exit>west", 4, 0, (), 5.0, 8.0),
    )
    groups = (
        SignalGroup("main", User.VEHICLE, (0, 1, 2), (0, 1, 2), permissive_links=(1,)),
        SignalGroup("foot", foot, (3,), (5,), amber_ds=0, clearance_ds=50),
    )
    return Network("town", lanes, movements, (Intersection("j", groups, ((None, None), (None, None)), ()),))


def yard(yields: tuple[tuple[int, ...], ...], *, exit_m: float = 100.0) -> Network:
    """Lanes without any signal that cross: movement k leads from lane 2 k to lane 2 k + 1 and yields to `yields[k]`."""
    lanes, movements = [], []
    for number, foes in enumerate(yields):
        lanes += [Lane(f"in{number}", f"in{number}", 50.0, 10.0), Lane(f"out{number}", f"out{number}", exit_m, 10.0)]
        movements.append(Movement(f"m{number}", 2 * number, 2 * number + 1, (), 10.0, 10.0, yields_to=foes))
    return Network("yard", tuple(lanes), tuple(movements), ())


def full_exit() -> Network:
    """Movement 0 leads to a lane with one place before a signal (movement 2); movement 1 yields to movement 0."""
    lanes = tuple(
        Lane(name, name, length, 10.0) for name, length in zip("abcde", (50.0, 6.0, 50.0, 50.0, 50.0), strict=True)
    )
    movements = (
        Movement("a>b", 0, 1, (), 10.0, 10.0),
        Movement("c>d", 2, 3, (), 10.0, 10.0, yields_to=(0,)),
        Movement("b>e", 1, 4, (), 10.0, 10.0, link=0),
    )
    signal = Intersection("j", (SignalGroup("g", User.VEHICLE, (0,), (2,)),), ((None,),), ())
    return Network("full exit", lanes, movements, (signal,))
