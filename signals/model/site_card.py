"""Site cards: what the controller of one intersection must be, in one small table with a hash.

A card holds what decides whether a command is safe: the signal groups with their outputs and times, which of them
conflict, and the intergreens. It knows no stages and no plans: these are what is wanted, not what is allowed. Nobody
writes one by hand: the hash covers everything that it says, in whatever order that stands. It guards against accident,
not against malice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import combinations, permutations
from typing import NamedTuple, cast

from signals import schema
from signals.errors import NetworkError, ScenarioError, SiteCardError, UnknownNameError
from signals.model.document_rows import GroupRow, OffLinkRow, UserName
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.schema import at_least

__all__ = [
    "SITE_CARD_FORMAT",
    "SiteCard",
    "SiteCardRow",
    "card_of",
    "differences",
    "foes_missing",
    "from_table",
    "to_table",
]

SITE_CARD_FORMAT = "signals-site-card/1"
"""Name and version of the format; the version changes when an old card would be read wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCardRow:
    """The table of a site card; ``hash`` is the SHA-256 of all the rest, in hexadecimal."""

    format: str
    hash: str
    id: str
    link_count: int = field(metadata=at_least(0))
    off_links: tuple[OffLinkRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()


class _Content(NamedTuple):
    """What a card says, by name: about the whole, about each group, and from each group to those it conflicts with."""

    about: Mapping[str, object]
    groups: Mapping[str, Mapping[str, object]]
    between: Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class SiteCard:
    """One intersection as its controller must be.

    Parameters
    ----------
    intersection
        Its groups and intergreens, without stages, plans, junctions and movements, so that it stands without a
        network: ``Network(card.id, (), (), (card.intersection,))`` is one.
    movements
        The ids of the movements that each group releases.

    Raises
    ------
    ValueError
        When the intersection has more than that, or the movements are not of its groups.
    """

    intersection: Intersection
    movements: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if self.intersection != _bare(self.intersection) or len(self.movements) != len(self.intersection.groups):
            raise ValueError(f'site card "{self.id}": expected groups and intergreens only, and the movements of each')

    @property
    def id(self) -> str:
        """The id of the intersection."""
        return self.intersection.id

    @property
    def hash(self) -> str:
        """The SHA-256 of what it says, in hexadecimal; the order of groups, links and movements does not count."""
        canonical = json.dumps(_content(self)._asdict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def card_of(intersection: Intersection, network: Network) -> SiteCard:
    """Make the card of an intersection.

    Parameters
    ----------
    intersection
        One of the network's.
    network
        Where the names of its movements are.
    """
    names = [tuple(network.movements[m].id for m in group.movements) for group in intersection.groups]
    return SiteCard(_bare(intersection), tuple(names))


def to_table(card: SiteCard) -> dict[str, object]:
    """Write a card as a table, as TOML and JSON have them; `from_table` makes the same card again.

    Parameters
    ----------
    card
        The card.

    Returns
    -------
    dict
        The keys of `SiteCardRow`, lists that are empty left out.
    """
    place = card.intersection
    off_links = [{"link": link, "shows": shows} for link, shows in place.off_links]
    return {
        "format": SITE_CARD_FORMAT,
        "hash": card.hash,
        "id": place.id,
        "link_count": place.link_count,
        **({"off_links": off_links} if off_links else {}),
        "groups": [_group_table(row) for row in _group_rows(card)],
    }


def from_table(table: Mapping[str, object], where: str = "site card") -> SiteCard:
    """Read what `to_table` wrote.

    Parameters
    ----------
    table
        The outermost table.
    where
        Its file, for messages.

    Raises
    ------
    SiteCardError
        When a value is missing, wrong or contradicts another, or when the card was edited: its hash is not that of
        its content.
    UnknownNameError
        When a key does not exist.
    """
    try:
        row = schema.from_table(SiteCardRow, table, where)
    except ScenarioError as error:
        raise SiteCardError(str(error)) from error
    if row.format != SITE_CARD_FORMAT:
        raise SiteCardError(f'"{where}": format must be "{SITE_CARD_FORMAT}", got "{row.format}"')
    try:
        card = SiteCard(_intersection(row, where), tuple(group.movements for group in row.groups))
    except NetworkError as error:
        raise SiteCardError(f'"{where}": {error}') from error
    if row.hash != card.hash:
        raise SiteCardError(
            f'"{where}" was edited: its hash is {row.hash}, the hash of what it says is {card.hash}; '
            "check what was changed and write it anew with: signals inspect NET --site-card FOLDER"
        )
    return card


def differences(card: SiteCard, found: SiteCard) -> tuple[str, ...]:
    """Return everything in which two cards of one intersection differ; nothing means that their hashes are equal.

    Parameters
    ----------
    card
        What must be.
    found
        What is: the card of the intersection in the network that was read (`card_of`).

    Returns
    -------
    tuple of str
        One sentence each: which signal groups, which key, what the card says, what the network says.
    """
    said, seen = _content(card), _content(found)
    sentences = [*_unlike(said.about, seen.about)]
    for name in sorted(said.groups.keys() ^ seen.groups.keys()):
        where = "on the card, but not in the network" if name in said.groups else "in the network, but not on the card"
        sentences.append(f'signal group "{name}" is {where}')
    both = [name for name in said.groups if name in seen.groups]
    for name in both:
        sentences += [f'signal group "{name}": {text}' for text in _unlike(said.groups[name], seen.groups[name])]
    for one, two in combinations(both, 2):
        sentences += _unlike_between(said, seen, one, two)
    return tuple(sentences)


def foes_missing(card: SiteCard, network: Network) -> tuple[str, ...]:
    """Hold a card against the roads: the groups of two movements that meet must conflict.

    This looks neither at the network's matrix nor at its derived stages. Two kinds of pairs are excepted: from one road
    (drivers sort it out among themselves), and those that the network's own programs show green together while one of
    the two is shown the green that yields.

    Parameters
    ----------
    card
        The card of one of the network's intersections. Movements on it that the intersection does not have are left
        out (`differences` names them).
    network
        Where the movements, their foes and the programs are.

    Returns
    -------
    tuple of str
        One sentence for each pair of movements whose groups should conflict and do not.
    """
    own, place = card.intersection, network.intersections[network.intersection_index[card.id]]
    group_of = {name: number for number, names in enumerate(card.movements) for name in names}
    switched = sorted({m for group in place.groups for m in group.movements})
    released = {m: group_of[name] for m in switched if (name := network.movements[m].id) in group_of}
    yielding = {link for group in own.groups for link in group.permissive_links}
    together = _shown_together(place)
    return tuple(
        f'signal groups "{own.groups[released[one]].id}" and "{own.groups[released[two]].id}" do not conflict, but '
        f'"{network.movements[one].id}" and "{network.movements[two].id}" meet and neither is shown to yield'
        for one, two in combinations(released, 2)
        if released[one] != released[two]
        and not own.conflict(released[one], released[two])
        and _meet(network, one, two)
        and not ((one, two) in together and yielding & {network.movements[one].link, network.movements[two].link})
    )


def _meet(network: Network, one: int, two: int) -> bool:
    """Whether two movements cross or merge and do not come from the same road."""
    first, second = network.movements[one], network.movements[two]
    if first.user is second.user and network.lanes[first.from_lane].edge == network.lanes[second.from_lane].edge:
        return False
    return two in first.foes or one in second.foes


def _shown_together(place: Intersection) -> set[tuple[int, int]]:
    """Return the pairs of movements, in either order, that a program of the network lets go at the same time."""
    greens = [stage.groups for stage in place.stages if stage.source == "file"]
    greens += [step.groups for plan in place.plans for step in plan.steps]
    return {
        pair
        for green in set(greens)
        for pair in permutations([m for group in green for m in place.groups[group].movements], 2)
    }


def _bare(place: Intersection) -> Intersection:
    groups = tuple(replace(group, movements=()) for group in place.groups)
    return replace(place, groups=groups, stages=(), plans=(), junctions=())


def _group_rows(card: SiteCard) -> Iterator[GroupRow]:
    place = card.intersection
    for group, movements, cells in zip(place.groups, card.movements, place.intergreen_ds, strict=True):
        yield GroupRow(
            id=group.id,
            user=cast("UserName", group.user.name.lower()),
            links=group.links,
            movements=movements,
            min_green_ds=group.min_green_ds,
            max_green_ds=group.max_green_ds,
            amber_ds=group.amber_ds,
            red_amber_ds=group.red_amber_ds,
            clearance_ds=group.clearance_ds,
            max_red_ds=group.max_red_ds,
            permissive_links=group.permissive_links,
            turn_on_red_links=group.turn_on_red_links,
            intergreen_ds={other.id: cell for other, cell in zip(place.groups, cells, strict=True) if cell is not None},
        )


def _group_table(row: GroupRow) -> dict[str, object]:
    table = {key: list(value) if isinstance(value, tuple) else value for key, value in _values(row).items()}
    return {key: value for key, value in table.items() if value not in ([], {})}


def _values(row: GroupRow) -> dict[str, object]:
    return {key.name: getattr(row, key.name) for key in fields(row)}


def _intersection(row: SiteCardRow, where: str) -> Intersection:
    groups = tuple(
        SignalGroup(
            group.id,
            User[group.user.upper()],
            group.links,
            (),
            group.min_green_ds,
            group.max_green_ds,
            group.amber_ds,
            group.red_amber_ds,
            group.clearance_ds,
            group.max_red_ds,
            group.permissive_links,
            group.turn_on_red_links,
        )
        for group in row.groups
    )
    cells = tuple(_cells(row, number, where) for number in range(len(row.groups)))
    off_links = tuple((off.link, off.shows) for off in row.off_links)
    return Intersection(row.id, groups, cells, (), link_count=row.link_count, off_links=off_links)


def _cells(row: SiteCardRow, number: int, where: str) -> tuple[int | None, ...]:
    """Make one row of the matrix; a group that is not named does not conflict."""
    names = [group.id for group in row.groups]
    given, path = row.groups[number].intergreen_ds, f"groups[{number}].intergreen_ds"
    for name, cell in given.items():
        if name not in names:
            raise UnknownNameError(f'signal group in "{where}", {path}:', name, names)
        if type(cell) is not int or cell < 0:
            raise NetworkError(f"{path}.{name} must be a whole number of at least 0, got {cell!r}")
    return tuple(cast("int | None", given.get(name)) for name in names)


def _content(card: SiteCard) -> _Content:
    """Return everything that a card says but its hash, without the order in which it says it."""
    place = card.intersection
    about = {
        "format": SITE_CARD_FORMAT,
        "id": place.id,
        "link_count": place.link_count,
        "off_links": sorted({f"{link} {shows}" for link, shows in place.off_links}),
    }
    groups: dict[str, dict[str, object]] = {}
    between: dict[str, Mapping[str, object]] = {}
    for row in _group_rows(card):
        between[row.id] = row.intergreen_ds
        groups[row.id] = {
            key: sorted(set(value)) if isinstance(value, tuple) else value
            for key, value in _values(row).items()
            if key not in ("id", "intergreen_ds")
        }
    return _Content(about, groups, between)


def _unlike(said: Mapping[str, object], seen: Mapping[str, object]) -> Iterator[str]:
    """Name the keys with other values."""
    for key, value in said.items():
        other = seen[key]
        if isinstance(value, list) and isinstance(other, list):
            sides = (("on the card", value, other), ("in the network", other, value))
            only = [
                f"{where} only: {', '.join(map(_shown, more))}"
                for where, these, those in sides
                if (more := [item for item in these if item not in those])
            ]
            if only:
                yield f"{key} {'; '.join(only)}"
        elif value != other:
            yield f"{key} is {_shown(value)} on the card, {_shown(other)} in the network"


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _unlike_between(said: _Content, seen: _Content, one: str, two: str) -> Iterator[str]:
    """Name what is not alike between two groups: whether they conflict, or their intergreens."""
    sides = [(c.between[one].get(two), c.between[two].get(one)) for c in (said, seen)]
    if (None in sides[0]) != (None in sides[1]):
        where = "in the network, but not on the card" if None in sides[0] else "on the card, but not in the network"
        yield f'signal groups "{one}" and "{two}" conflict {where}'
        return
    for names, card_ds, network_ds in zip((f'"{one}" to "{two}"', f'"{two}" to "{one}"'), *sides, strict=True):
        if card_ds != network_ds:
            yield f"intergreen_ds from {names} is {card_ds} on the card, {network_ds} in the network"
