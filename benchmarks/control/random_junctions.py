"""Junctions drawn at random, for what is learned off line: arms, lanes, stages, clearances and demand.

Three or four arms, one to three lanes each. Left turns of an axis yield, have a stage of their own, or go with all of
their arm. Demand is a share of what the stages can carry in a cycle of 110 s, 0.3 to 1.0, and Poisson. The same seed
draws the same junction. None of them is a map of a benchmark.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from signals.model.demand import Demand, Flow
from signals.model.intersections import Intersection, SignalGroup, Stage
from signals.model.lanes import Lane, User
from signals.model.movements import Movement, Turn
from signals.model.network import Network

__all__ = ["drawn"]

AHEAD, RIGHT, LEFT = Turn.STRAIGHT, Turn.RIGHT, Turn.LEFT
EXIT: Final = {AHEAD: 2, RIGHT: 3, LEFT: 1}
"""Arms are numbered clockwise; a turn leads so many arms on."""
LANES: Final = (
    ((AHEAD, RIGHT, LEFT),),
    ((AHEAD, RIGHT), (AHEAD, LEFT)),
    ((AHEAD, RIGHT), (LEFT,)),
    ((AHEAD, RIGHT), (AHEAD,), (LEFT,)),
)
"""The turns of each lane of an arm, from the kerb on."""
WAY_M: Final = {AHEAD: 24.0, RIGHT: 11.0, LEFT: 22.0}
WAY_MPS: Final = {AHEAD: 13.89, RIGHT: 6.5, LEFT: 8.0}
WEIGHT: Final = {AHEAD: 1.0, RIGHT: 1.15, LEFT: 1.15}
"""How much longer a turn takes than going straight on."""
YIELDING: Final = 1.8
"""The same of those who yield."""
SATURATION_VEH_H, CYCLE_S, CHANGE_S = 1850.0, 110.0, 2.0


class Way(NamedTuple):
    """A movement: from which arm and lane, and where to."""

    arm: int
    lane: int
    turn: Turn

    @property
    def exit(self) -> int:
        """The arm that it leaves by."""
        return (self.arm + EXIT[self.turn]) % 4


class Layout(NamedTuple):
    """What was drawn of a junction: its arms, the lanes of each axis, and what left turns of each axis have."""

    arms: tuple[int, ...]
    lanes: tuple[int, int]
    lefts: tuple[str, str]
    speed_mps: float
    min_green_ds: int
    between_s: float

    def has(self, arm: int, lefts: str) -> bool:
        """Whether the left turns of an arm are of a kind."""
        return self.lefts[arm % 2] == lefts


def drawn(seed: int) -> tuple[Network, Demand]:
    """Draw a junction, and who wants to pass it in any hour.

    Parameters
    ----------
    seed
        Which one.
    """
    rng = np.random.default_rng(seed)
    layout = _layout(rng)
    ways = [
        way
        for arm in layout.arms
        for lane, turns in enumerate(LANES[layout.lanes[arm % 2]])
        for turn in turns
        if (way := Way(arm, lane, turn)).exit in layout.arms
    ]
    lanes, movements = _roads(layout, ways)
    parts = _parts(layout, ways)
    place = _intersection(layout, ways, parts, rng)
    return Network(f"random{seed}", lanes, movements, (place,)), _demand(layout, ways, parts, rng)


def _layout(rng: np.random.Generator) -> Layout:
    arms = (0, 1, 2, 3) if rng.random() < 0.7 else (0, 1, 2)
    lanes, lefts = [], []
    for axis in range(2):
        lanes.append(int(rng.integers(len(LANES))))
        choices = ["yield", "arm"] + ["own", "own"] * (LANES[lanes[axis]][-1] == (LEFT,))
        whole = len(arms) == 4 or axis == 0
        lefts.append(choices[rng.integers(len(choices))] if whole else "yield")
    return Layout(
        arms,
        (lanes[0], lanes[1]),
        (lefts[0], lefts[1]),
        float(rng.choice([8.33, 13.89, 13.89, 16.67])),
        10 * int(rng.integers(5, 11)),
        float(rng.uniform(3.0, 8.0)),
    )


def _yields(layout: Layout, way: Way, other: Way) -> bool:
    """Whether a left turn gives way to somebody who comes towards it."""
    opposite = (other.arm - way.arm) % 4 == 2
    return layout.has(way.arm, "yield") and way.turn is LEFT and opposite and other.turn is not LEFT


def _meet(one: Way, other: Way) -> bool:
    """Whether two ways cross or merge."""
    if one.arm == other.arm:
        return False
    if one.exit == other.exit:
        return True
    facing = one.turn is other.turn and (one.arm - other.arm) % 4 == 2
    return RIGHT not in (one.turn, other.turn) and not facing


def _roads(layout: Layout, ways: list[Way]) -> tuple[tuple[Lane, ...], tuple[Movement, ...]]:
    """Return lanes of 400 m to the junction and 200 m away from it, and the movements between them."""
    lanes: dict[str, Lane] = {}
    for arm in layout.arms:
        for k in range(len(LANES[layout.lanes[arm % 2]])):
            lanes[f"{arm}_in_{k}"] = Lane(f"{arm}_in_{k}", f"{arm}_in", 400.0, layout.speed_mps)
        for k in range(3):
            lanes[f"{arm}_out_{k}"] = Lane(f"{arm}_out_{k}", f"{arm}_out", 200.0, layout.speed_mps)
    movements = []
    for n, way in enumerate(ways):
        leads_to = {RIGHT: 0, LEFT: 2}.get(way.turn, way.lane)
        start, end = f"{way.arm}_in_{way.lane}", f"{way.exit}_out_{leads_to}"
        number = {name: k for k, name in enumerate(lanes)}
        via = (len(lanes), len(lanes) + 1) if way.turn is LEFT else ()
        for k in via:  # where the first of the two ends one waits
            lanes[f":{k}"] = Lane(f":{k}", f":{k}", WAY_M[LEFT] / 2, WAY_MPS[LEFT], internal=True)
        movements.append(
            Movement(
                f"{start}>{end}", number[start], number[end], via, WAY_M[way.turn], WAY_MPS[way.turn], way.turn, link=n,
                yields_to=tuple(k for k, other in enumerate(ways) if _yields(layout, way, other)),
                foes=tuple(k for k, other in enumerate(ways) if _meet(way, other)),
            )
        )  # fmt: skip
    return tuple(lanes.values()), tuple(movements)


def _parts(layout: Layout, ways: list[Way]) -> list[list[list[int]]]:
    """Return the stages that serve everybody once, each a list of groups, each a list of ways."""
    found = []
    for axis in range(2):
        groups = [
            group
            for arm in layout.arms
            if arm % 2 == axis
            for left in ((False, True) if layout.has(arm, "own") else (None,))
            if (group := [n for n, way in enumerate(ways) if way.arm == arm and left in (None, way.turn is LEFT)])
        ]
        if layout.lefts[axis] == "arm":
            found += [[group] for group in groups]
        elif layout.lefts[axis] == "own":
            lefts = [group for group in groups if ways[group[0]].turn is LEFT]
            found += [[group for group in groups if group not in lefts], lefts]
        else:
            found.append(groups)
    return found


def _intersection(
    layout: Layout, ways: list[Way], parts: list[list[list[int]]], rng: np.random.Generator
) -> Intersection:
    """Return groups, clearances and stages; where left turns have their own, an arm may have green alone as well."""
    owned = [group for part in parts for group in part]
    groups = tuple(
        SignalGroup(
            str(g), User.VEHICLE, tuple(own), tuple(own), min_green_ds=layout.min_green_ds,
            permissive_links=tuple(n for n in own if any(_yields(layout, ways[n], other) for other in ways)),
        )
        for g, own in enumerate(owned)
    )  # fmt: skip
    matrix = tuple(tuple(_between_ds(layout, ways, (a, b), rng) for b in owned) for a in owned)
    stages = [tuple(owned.index(group) for group in part) for part in parts]
    alone = [arm for arm in layout.arms if layout.has(arm, "own") and rng.random() < 0.4]
    stages += [tuple(g for g, own in enumerate(owned) if ways[own[0]].arm == arm) for arm in alone]
    named = tuple(Stage(str(n), stage) for n, stage in enumerate(dict.fromkeys(stages)))
    return Intersection("0", groups, matrix, named, (), ("0",), len(ways))


def _between_ds(
    layout: Layout, ways: list[Way], groups: tuple[list[int], list[int]], rng: np.random.Generator
) -> int | None:
    """Return the intergreen between two groups; those that only yield to each other are compatible."""
    one, other = groups
    facing = layout.has(ways[one[0]].arm, "yield") and (ways[one[0]].arm - ways[other[0]].arm) % 4 == 2
    if facing or not any(_meet(ways[a], ways[b]) for a in one for b in other):
        return None
    return 10 * round(layout.between_s + rng.uniform(0.0, 2.0))


def _demand(layout: Layout, ways: list[Way], parts: list[list[list[int]]], rng: np.random.Generator) -> Demand:
    """Draw how many come on each arm and where they go, as much as is a drawn share of what the stages can carry."""
    rate = np.zeros(len(ways))
    for arm in layout.arms:
        turns = list(dict.fromkeys(way.turn for way in ways if way.arm == arm))
        share = {turn: rng.uniform(0.4, 1.0) if turn is AHEAD else rng.uniform(0.05, 0.35) for turn in turns}
        arm_share = rng.uniform(0.3, 1.0) / sum(share.values())
        for turn in turns:
            own = [n for n, way in enumerate(ways) if way.arm == arm and way.turn is turn]
            rate[own] = arm_share * share[turn] / len(own)
    takes = [
        rate[n] * (YIELDING if any(_yields(layout, way, other) for other in ways) else WEIGHT[way.turn])
        for n, way in enumerate(ways)
    ]
    critical = 0.0
    for part in parts:
        load: dict[tuple[int, int], float] = {}
        for n in (n for group in part for n in group):
            load[ways[n][:2]] = load.get(ways[n][:2], 0.0) + takes[n]
        critical += max(load.values(), default=0.0)
    green = max(1.0 - len(parts) * (layout.between_s + CHANGE_S) / CYCLE_S, 0.25)
    veh_h = rate * (rng.uniform(0.3, 1.0) * green * SATURATION_VEH_H / critical)
    return Demand(tuple(Flow((n,), float(veh_h[n])) for n in range(len(ways))))
