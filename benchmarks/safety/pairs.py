"""Real site cards, pair by pair.

What the monitor calls unsafe concerns one group (its own intervals) or two that conflict (never both, and the
intergreens between them), so that an intersection is safe if each of its pairs is. And each pair is: whatever two
groups do inside the whole intersection, they can do alone, with an adversary that wishes what suits it.

*Ends.* A green ends when its wish is refused, whoever refuses it, and its minimum is over: alone, it is not wished.
What follows until red depends on nobody.

*Starts.* The others can only delay one. When it comes, the other of the pair is red, and the intergreen is over: alone,
the group is wished in this tick, and the other is not.

*Cuts.* A walk is cut by the call of any group that conflicts with it, maybe of a third one: alone, the other of the
pair calls, in this tick only. It cannot start in it, because amber, clearance or an intergreen follows the walk
(`covered` checks that), and nothing is left of the call.

*Take-over.* If the whole display is adopted, so is that of the pair. If it is not, because of others, the pair alone
shows something that cannot be adopted, and no such display differs from another in its effect. Alone the start-up may
be shorter: then nothing is wished until the longer one would have ended.

So the times of the two groups and both intergreens are all there is to prove, and equal pairs are proved once. How long
somebody waits is not a matter of pairs, and is not proved here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

from benchmarks.safety.layouts import OUT_OF_REACH
from signals.adapters.sumo.install import package_path
from signals.adapters.sumo.network import read_network
from signals.errors import MissingDependencyError
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.site_card import card_of
from signals.model.timing import PROFILES
from signals.scenario import load

__all__ = ["MOST_GROUPS", "TICK_DS", "RealCards", "covered", "part", "real_cards"]

DEMO: Final = "braunschweig"
RESCO: Final = (
    *("arterial4x4", "cologne1", "cologne3", "cologne8"),
    *("grid4x4", "ingolstadt1", "ingolstadt7", "ingolstadt21"),
)
TICK_DS: Final = 10

MOST_GROUPS: Final = 4
"""Cards with more groups are proved by their pairs alone."""

_Times = tuple[bool, int, int, int, int]
"""Of a group, as far as its safety depends on it: on foot, minimum green, amber, red-amber, clearance."""
_Key = tuple[tuple[_Times, ...], tuple[tuple[int | None, ...], ...]]


@dataclass
class RealCards:
    """What has to be proved for the real site cards.

    Attributes
    ----------
    pairs
        The pairs that differ, and groups that conflict with nobody.
    whole
        The cards that differ and have few groups, which are proved as they are, too.
    networks, cards, count
        How many were read: networks, site cards, pairs of groups that conflict.
    missing
        Networks that were not read, because their package is not installed.
    uncovered
        Pairs for which the argument does not hold.
    """

    pairs: list[Intersection] = field(default_factory=list)
    whole: list[Intersection] = field(default_factory=list)
    networks: int = 0
    cards: int = 0
    count: int = 0
    missing: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)


def real_cards() -> RealCards:
    """Read the demo junction and RESCO's networks with every timing profile, and take their cards to pairs."""
    found, seen = RealCards(), set[_Key]()
    for name in (DEMO, *RESCO):
        try:
            networks = [_read(name, profile) for profile in PROFILES]
        except MissingDependencyError:
            found.missing.append(name)
            continue
        found.networks += 1
        for network in networks:
            for place in network.intersections:
                _add(found, seen, card_of(place, network).intersection)
    return found


def part(card: Intersection, groups: Sequence[int], name: str) -> Intersection:
    """Return some groups of a card as an intersection, without what does not count: maxima concern waiting."""
    members = [
        replace(
            card.groups[group],
            id=f"{number} ({card.groups[group].id})",
            links=(number,),
            movements=(),
            max_green_ds=max(OUT_OF_REACH, card.groups[group].min_green_ds),
            max_red_ds=OUT_OF_REACH,
            permissive_links=(),
            turn_on_red_links=(),
        )
        for number, group in enumerate(groups)
    ]
    return Intersection(
        name, tuple(members), tuple(tuple(card.intergreen_ds[i][j] for j in groups) for i in groups), ()
    )


def covered(pair: Intersection) -> bool:
    """Whether nobody can start in the tick in which a walk is cut."""
    size = range(len(pair.groups))
    return all(
        group.user is not User.PEDESTRIAN
        or group.amber_ds + group.clearance_ds > 0
        or all((pair.intergreen_ds[i][j] or 0) > pair.groups[j].red_amber_ds for j in size if j != i)
        for i, group in enumerate(pair.groups)
    )


def _read(name: str, profile: str) -> Network:
    if name == DEMO:
        return load(name, profile=profile).network
    return read_network(package_path("sumo-rl", f"nets/RESCO/{name}/{name}.net.xml"), profile=profile)


def _add(found: RealCards, seen: set[_Key], card: Intersection) -> None:
    """Add a card and its pairs, as far as they are new."""
    found.cards += 1
    size = range(len(card.groups))
    if len(card.groups) <= MOST_GROUPS and _new(seen, whole := part(card, size, f"{card.id} ({found.cards})")):
        found.whole.append(whole)
    pairs: list[tuple[int, ...]] = [pair for pair in combinations(size, 2) if card.conflict(*pair)]
    found.count += len(pairs)
    for pair in [*pairs, *((group,) for group in size if not any(card.conflict(group, other) for other in size))]:
        order = sorted(pair, key=lambda group: _times(card.groups[group]))
        layout = part(card, order, f"{card.id} ({found.cards}) {order}")
        if not covered(layout):
            found.uncovered.append(layout.id)
        elif _new(seen, layout):
            found.pairs.append(layout)


def _new(seen: set[_Key], layout: Intersection) -> bool:
    """Whether nothing like it was seen before."""
    key = (tuple(map(_times, layout.groups)), layout.intergreen_ds)
    new = key not in seen
    seen.add(key)
    return new


def _times(group: SignalGroup) -> _Times:
    on_foot = group.user is User.PEDESTRIAN
    return on_foot, group.min_green_ds, group.amber_ds, group.red_amber_ds, group.clearance_ds
