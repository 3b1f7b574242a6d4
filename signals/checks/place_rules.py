"""Rules about the times and conflicts of an intersection itself, as a network in TOML or a site card has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from signals.checks.breaches import ERROR, WARNING, Breach
from signals.checks.lamp_rules import AMBER_FLOOR_DS
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.timing import TimingProfile

__all__ = ["foe_breaches", "place_breaches"]

_LONGEST_RED_AMBER_DS: Final = 20
_NO_GUIDELINE: Final = "no guideline has less"


def place_breaches(place: Intersection, movements: Sequence[tuple[str, ...]], rules: TimingProfile) -> Iterator[Breach]:
    """Yield what is not plausible about the times of an intersection.

    Parameters
    ----------
    place
        The intersection.
    movements
        The ids of the movements that each of its groups releases.
    rules
        The timing profile that says which greens are too short.
    """
    profile = f"timing profile {rules.name}"
    for number, group in enumerate(place.groups):

        def found(level: str, rule: str, said: tuple[str, str, str], number: int = number) -> Breach:
            return _breach(place, movements, (number,), (level, rule), said)

        if group.user is User.VEHICLE and group.amber_ds < AMBER_FLOOR_DS:
            said = (f"amber_ds = {group.amber_ds}", f"at least {AMBER_FLOOR_DS}", _NO_GUIDELINE)
            yield found(ERROR, "short-amber", said)
        if group.red_amber_ds > _LONGEST_RED_AMBER_DS:
            said = (f"red_amber_ds = {group.red_amber_ds}", f"at most {_LONGEST_RED_AMBER_DS}", "no guideline has more")
            yield found(WARNING, "long-red-amber", said)
        if group.user is User.PEDESTRIAN and group.clearance_ds == 0:
            yield found(ERROR, "clearance-cut", ("clearance_ds = 0", "more than 0: people are still walking", profile))
        least_ds = rules.min_green_ds(group.user)
        if group.min_green_ds < least_ds:
            said = (f"min_green_ds = {group.min_green_ds}", f"at least {least_ds}", profile)
            yield found(WARNING, "short-green", said)
    for one, two in combinations(range(len(place.groups)), 2):
        yield from _between(place, movements, one, two)


def _between(place: Intersection, movements: Sequence[tuple[str, ...]], one: int, two: int) -> Iterator[Breach]:
    """Look at the intergreens of two groups that conflict: none may be shorter than the amber before it."""
    there, back = place.intergreen_ds[one][two], place.intergreen_ds[two][one]
    if there is None or back is None:
        return
    for leaving, entering, between_ds in ((one, two, there), (two, one, back)):
        amber_ds = place.groups[leaving].amber_ds
        if between_ds < amber_ds:
            said = (f"intergreen_ds = {between_ds}", f"at least amber_ds = {amber_ds}", "the amber of the first")
            yield _breach(place, movements, (leaving, entering), (ERROR, "intergreen"), said)
    if there == back == 0:
        required = "a time in one direction at least; groups that may be green together are not named at all"
        said = ("intergreen_ds = 0 both ways", required, "what a conflict is")
        yield _breach(place, movements, (one, two), (ERROR, "intergreen"), said)


def foe_breaches(place: Intersection, network: Network) -> Iterator[Breach]:
    """Yield the groups that may be green together although their movements meet and neither is shown to yield.

    Parameters
    ----------
    place
        One of the network's intersections.
    network
        The network.
    """
    names = [tuple(network.movements[movement].id for movement in group.movements) for group in place.groups]
    yielding = {link for group in place.groups for link in group.permissive_links}
    for one, two in combinations(range(len(place.groups)), 2):
        if place.conflict(one, two):
            continue
        pairs = [
            (a, b)
            for a in place.groups[one].movements
            for b in place.groups[two].movements
            if _meet(network, a, b) and not (_yields(network, a, b, yielding) or _yields(network, b, a, yielding))
        ]
        if pairs:
            first, second = (network.movements[movement] for movement in pairs[0])
            said = ("they may be green together", "a conflict, or a yielding green for one", "foes of its movements")
            found = _breach(place, names, (one, two), (ERROR, "conflict"), said)
            yield found._replace(links=(first.link, second.link), movements=(first.id, second.id))


def _meet(network: Network, one: int, two: int) -> bool:
    """Whether two movements cross or merge and do not come from one road."""
    first, second = network.movements[one], network.movements[two]
    if first.user is second.user and network.lanes[first.from_lane].edge == network.lanes[second.from_lane].edge:
        return False
    return two in first.foes or one in second.foes


def _yields(network: Network, one: int, two: int, yielding: set[int]) -> bool:
    way = network.movements[one]
    return way.link in yielding and two in way.yields_to


def _breach(
    place: Intersection,
    movements: Sequence[tuple[str, ...]],
    groups: tuple[int, ...],
    rule: tuple[str, str],
    said: tuple[str, str, str],
) -> Breach:
    return Breach(
        *rule,
        place.id,
        "",
        0,
        -1,
        0,
        tuple(place.groups[group].id for group in groups),
        tuple(link for group in groups for link in place.groups[group].links),
        tuple(name for group in groups for name in movements[group]),
        *said,
    )
