"""A four-arm crossroads made by rule: for first steps, for tests, and wherever no network file is at hand.

Arms are numbered clockwise (north, east, south, west), traffic keeps to the right. Every arm has a lane for straight
on and right, a lane for left, one exit lane, and, if wanted, a pedestrian crossing.
"""

from __future__ import annotations

from itertools import product
from math import cos, pi, sin

from signals.model.demand import Demand, Flow
from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import Lane, Point, User
from signals.model.movements import Movement, Turn
from signals.model.network import Detector, Network

__all__ = ["crossroads", "crossroads_demand"]

ARMS = ("north", "east", "south", "west")
_EXIT = {Turn.STRAIGHT: 2, Turn.RIGHT: 3, Turn.LEFT: 1}
_TURNS = (Turn.STRAIGHT, Turn.RIGHT, Turn.LEFT)


def crossroads(*, pedestrians: bool = True, length_m: float = 300.0, speed_mps: float = 13.89) -> Network:
    """Build the network.

    Parameters
    ----------
    pedestrians
        Whether every arm has a crossing with its own signal group.
    length_m
        Length of the arms.
    speed_mps
        Speed limit of the arms.
    """
    lanes = _lanes(length_m, speed_mps, pedestrians=pedestrians)
    movements = _movements({lane.id: index for index, lane in enumerate(lanes)}, pedestrians=pedestrians)
    detectors = tuple(
        Detector(f"{lane.id}@{distance}", index, length_m - distance)
        for index, lane in enumerate(lanes)
        if "_in_" in lane.id
        for distance in (4, 50)
    )
    return Network("crossroads", lanes, movements, (_intersection(pedestrians=pedestrians),), detectors)


def crossroads_demand(veh_h: float = 400.0, *, end_s: float = 3600.0) -> Demand:
    """Return equal demand on every arm: 60 % straight on, 20 % right, 20 % left.

    Parameters
    ----------
    veh_h
        Vehicles per hour and arm.
    end_s
        When it ends.
    """
    share = {Turn.STRAIGHT: 0.6, Turn.RIGHT: 0.2, Turn.LEFT: 0.2}
    return Demand(
        tuple(
            Flow((arm * len(_TURNS) + number,), veh_h * share[turn], 0.0, end_s)
            for arm in range(4)
            for number, turn in enumerate(_TURNS)
        )
    )


def _place(arm: int, distance_m: float, aside_m: float) -> Point:
    """Metres along an arm and to the right of it as seen when driving towards the centre."""
    angle = pi / 2 - arm * pi / 2
    return (
        round(distance_m * cos(angle) - aside_m * sin(angle), 3) + 0.0,
        round(distance_m * sin(angle) + aside_m * cos(angle), 3) + 0.0,
    )


def _lanes(length_m: float, speed_mps: float, *, pedestrians: bool) -> tuple[Lane, ...]:
    lanes = []
    for arm, name in enumerate(ARMS):
        far, near = 12.0 + length_m, 12.0
        for number, aside in ((0, 4.8), (1, 1.6)):
            shape = (_place(arm, far, aside), _place(arm, near, aside))
            lanes.append(Lane(f"{name}_in_{number}", f"{name}_in", length_m, speed_mps, shape=shape))
        shape = (_place(arm, near, -1.6), _place(arm, far, -1.6))
        lanes.append(Lane(f"{name}_out_0", f"{name}_out", length_m, speed_mps, shape=shape))
        if pedestrians:
            walk = (_place(arm, 9.0, 8.0), _place(arm, 9.0, 6.4))
            cross = (_place(arm, 9.0, 6.4), _place(arm, 9.0, -3.2))
            lanes.append(Lane(f"{name}_walk", f"{name}_walk", 1.6, 1.4, User.PEDESTRIAN, internal=True, shape=walk))
            lanes.append(Lane(f"{name}_cross", f"{name}_cross", 9.6, 1.4, User.PEDESTRIAN, internal=True, shape=cross))
    return tuple(lanes)


def _exit_arm(arm: int, turn: Turn) -> int:
    return (arm + _EXIT[turn]) % 4


def _paths_meet(one: tuple[int, Turn], two: tuple[int, Turn]) -> bool:
    """Whether two movements from different arms cross or merge."""
    (arm, turn), (other, other_turn) = one, two
    if arm == other:
        return False
    if _exit_arm(*one) == _exit_arm(*two):
        return True
    if Turn.RIGHT in (turn, other_turn):
        return False
    return not (turn is other_turn and (other - arm) % 4 == 2)


def _movements(lane: dict[str, int], *, pedestrians: bool) -> tuple[Movement, ...]:
    ways = list(product(range(4), _TURNS))
    crossing = {arm: len(ways) + arm for arm in range(4)} if pedestrians else {}
    length = {Turn.STRAIGHT: 24.0, Turn.RIGHT: 11.0, Turn.LEFT: 22.0}
    speed = {Turn.STRAIGHT: 13.89, Turn.RIGHT: 6.5, Turn.LEFT: 8.0}
    found = []
    for index, (arm, turn) in enumerate(ways):
        exit_arm = _exit_arm(arm, turn)
        foes = [k for k, way in enumerate(ways) if _paths_meet((arm, turn), way)]
        foes += [crossing[a] for a in (arm, exit_arm) if crossing]
        start, end = f"{ARMS[arm]}_in_{int(turn is Turn.LEFT)}", f"{ARMS[exit_arm]}_out_0"
        yields = (crossing[exit_arm],) if crossing and turn is Turn.RIGHT else ()
        found.append(
            Movement(
                f"{start}>{end}", lane[start], lane[end], (), length[turn], speed[turn], turn,
                link=index, yields_to=yields, foes=tuple(foes),
            )
        )  # fmt: skip
    for arm, index in crossing.items():
        foes = [k for k, (a, turn) in enumerate(ways) if arm in (a, _exit_arm(a, turn))]
        start, end = f"{ARMS[arm]}_walk", f"{ARMS[arm]}_cross"
        found.append(
            Movement(
                f"{start}>{end}", lane[start], lane[end], (), 9.6, 1.4, Turn.CROSSING, User.PEDESTRIAN,
                link=index, foes=tuple(foes),
            )
        )  # fmt: skip
    return tuple(found)


def _intersection(*, pedestrians: bool) -> Intersection:
    groups = []
    for arm, name in enumerate(ARMS):
        first = arm * len(_TURNS)
        permissive = (first + 1,) if pedestrians else ()
        ahead = (first, first + 1)
        groups.append(SignalGroup(f"{name}_ahead", User.VEHICLE, ahead, ahead, permissive_links=permissive))
        groups.append(SignalGroup(f"{name}_left", User.VEHICLE, (first + 2,), (first + 2,)))
    if pedestrians:
        groups += [
            SignalGroup(
                f"{name}_walk", User.PEDESTRIAN, (12 + arm,), (12 + arm,), amber_ds=0, clearance_ds=80, min_green_ds=60
            )
            for arm, name in enumerate(ARMS)
        ]
    greens = _stage_groups(pedestrians=pedestrians)
    matrix = tuple(tuple(_intergreen_ds(i, j) for j in range(len(groups))) for i in range(len(groups)))
    stages = tuple(Stage(name, green) for name, green in greens.items())
    lengths = {"ahead_ns": 250, "left_ns": 120, "ahead_ew": 250, "left_ew": 120}
    steps = []
    for name, green in greens.items():
        drive = tuple(group for group in green if groups[group].user is not User.PEDESTRIAN)
        if drive == green:
            steps.append(PlanStep(lengths[name], green))
        else:  # who walks needs 3 s longer to be gone than the 5 s between the stages
            steps += [PlanStep(lengths[name] - 30, green), PlanStep(30, drive)]
        steps.append(PlanStep(50, ()))
    plan = Plan("fixed", tuple(steps))
    return Intersection("centre", tuple(groups), matrix, stages, (plan,), ("centre",), 12 + 4 * pedestrians)


def _stage_groups(*, pedestrians: bool) -> dict[str, tuple[int, ...]]:
    walk = {"ns": (9, 11), "ew": (8, 10)} if pedestrians else {"ns": (), "ew": ()}
    return {
        "ahead_ns": (0, 4, *walk["ns"]),
        "left_ns": (1, 5),
        "ahead_ew": (2, 6, *walk["ew"]),
        "left_ew": (3, 7),
    }


def _group_ways(group: int) -> list[tuple[int, Turn]]:
    arm, left = divmod(group, 2)
    return [(arm, Turn.LEFT)] if left else [(arm, Turn.STRAIGHT), (arm, Turn.RIGHT)]


def _intergreen_ds(i: int, j: int) -> int | None:
    """Return 5 s between vehicles and from vehicles to people, 8 s from people to vehicles."""
    if i >= 8 and j >= 8:
        return None
    if i < 8 and j < 8:
        meet = any(_paths_meet(one, two) for one in _group_ways(i) for two in _group_ways(j))
        return 50 if meet else None
    arm, ways = max(i, j) - 8, _group_ways(min(i, j))
    # Right turns give way to people on their exit, so only straight on and left forbid them to be green together.
    meet = any(arm in (a, _exit_arm(a, turn)) for a, turn in ways if turn is not Turn.RIGHT or arm == a)
    if not meet:
        return None
    return 80 if i >= 8 else 50
