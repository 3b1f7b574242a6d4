from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.errors import InputError, SiteCardError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.movements import Movement
from signals.model.network import Network
from signals.model.site_card import (
    SITE_CARD_FORMAT,
    SiteCard,
    card_of,
    differences,
    foes_missing,
    from_table,
    to_table,
)
from signals.safety.monitor import Monitor
from signals.testing import two_crossroads
from tests.model.generated import networks
from tests.safety import layouts

Table = dict[str, Any]
Change = Callable[[Table], object]

NETWORK = crossroads()
PLACE = NETWORK.intersections[0]
CARD = card_of(PLACE, NETWORK)


def changed_place(**values: Any) -> Intersection:
    """The crossroads with other values for one group (`group` is its number)."""
    number = values.pop("group", 0)
    groups = list(PLACE.groups)
    groups[number] = replace(groups[number], **values)
    return replace(PLACE, groups=tuple(groups))


def with_cell(first: int, second: int, there: int | None, back: int | None) -> Intersection:
    rows = [list(row) for row in PLACE.intergreen_ds]
    rows[first][second], rows[second][first] = there, back
    return replace(PLACE, intergreen_ds=tuple(map(tuple, rows)), stages=(), plans=())


def edited(change: Change) -> Table:
    table = copy.deepcopy(to_table(CARD))
    change(table)
    return table


def rehashed(change: Change) -> Table:
    """What a cheat would write: the hash fits what the table says."""
    table = edited(change)
    with pytest.raises(SiteCardError) as refused:
        from_table(table)
    found = re.search(r"the hash of what it says is (\w+)", str(refused.value))
    assert found is not None
    return table | {"hash": found[1]}


# The value


@settings(deadline=None)
@given(layouts.layouts)
def test_a_card_comes_back(place: Intersection) -> None:
    card = card_of(place, layouts.network(place))
    again = from_table(json.loads(json.dumps(to_table(card))))
    assert again == card
    assert again.hash == card.hash
    assert again.intersection == place


@settings(deadline=None, max_examples=25)
@given(networks())
def test_whatever_a_network_holds_comes_back(network: Network) -> None:
    for place in network.intersections:
        card = card_of(place, network)
        assert from_table(json.loads(json.dumps(to_table(card)))) == card
        assert differences(card, card_of(place, network)) == ()


@settings(deadline=None)
@given(st.integers(0, 20), st.integers(0, 20))
def test_nothing_differs_where_the_hashes_are_equal_and_only_there(one: int, two: int) -> None:
    places = [layouts.random_intersection(random.Random(seed), 2) for seed in (one, two)]
    cards = [card_of(place, layouts.network(place)) for place in places]
    assert (differences(*cards) == ()) == (cards[0].hash == cards[1].hash)


def test_a_card_stands_without_a_network() -> None:
    card = from_table(to_table(CARD))
    network = Network(card.id, (), (), (card.intersection,))
    Monitor(network, tick_ds=10)
    assert card.intersection.intergreen_ds == PLACE.intergreen_ds
    assert (card.intersection.stages, card.intersection.plans) == ((), ())
    assert card.movements[0] == ("north_in_0>south_out_0", "north_in_0>west_out_0")


@pytest.mark.parametrize(("place", "movements"), [(PLACE, CARD.movements), (CARD.intersection, CARD.movements[1:])])
def test_a_card_holds_nothing_else(place: Intersection, movements: tuple[tuple[str, ...], ...]) -> None:
    with pytest.raises(ValueError, match=r'site card "centre": expected groups and intergreens only'):
        SiteCard(place, movements)


def test_the_hash_is_known_and_everything_else_of_a_network_leaves_it_alone() -> None:
    # A change of the hash makes every card out there worthless: then the version of the format must change, too.
    assert SITE_CARD_FORMAT == "signals-site-card/1"
    assert CARD.hash == "2bdf8d2a9767feb4b1f5470198ac1880332619a9ca98c5cc1a37167b7e48e920"
    other = replace(PLACE, stages=PLACE.stages[:1], plans=(), junctions=("elsewhere",))
    assert card_of(other, replace(NETWORK, name="other")).hash == CARD.hash


def test_order_does_not_count() -> None:
    order = [3, 0, 2, 1, *range(4, 12)]
    groups = tuple(replace(PLACE.groups[n], links=PLACE.groups[n].links[::-1]) for n in order)
    rows = tuple(tuple(PLACE.intergreen_ds[n][m] for m in order) for n in order)
    other = Intersection("centre", groups, rows, (), link_count=16)
    card = card_of(other, NETWORK)
    assert card.hash == CARD.hash
    assert differences(card, CARD) == ()


# The table


def places_of(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every key and every item of a list, by its path."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        yield (*path, key)
        yield from places_of(item, (*path, key))


def at(table: Table, path: tuple[str | int, ...]) -> Any:
    found: Any = table
    for key in path:
        found = found[key]
    return found


PATHS = [path for path in places_of(to_table(CARD)) if path[0] != "groups" or path[1:2] in ((), (0,), (8,))]
"""Everything that stands on the card: about the whole, about a group of vehicles and about one of pedestrians."""


def name_of(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path))


@pytest.mark.parametrize("path", [p for p in PATHS if not isinstance(at(to_table(CARD), p), dict | list)], ids=name_of)
def test_no_value_can_be_changed_by_hand(path: tuple[str | int, ...]) -> None:
    for change in (lambda old: old + (1 if isinstance(old, int) else "x"), lambda _: None, lambda _: 7.5):
        table = edited(lambda table: at(table, path[:-1]).__setitem__(path[-1], change(at(table, path))))  # noqa: B023
        with pytest.raises(InputError):
            from_table(table)


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_nothing_can_be_deleted_by_hand(path: tuple[str | int, ...]) -> None:
    table = edited(lambda table: at(table, path[:-1]).__delitem__(path[-1]))
    if path[-1] in ("red_amber_ds", "clearance_ds", "user") and at(to_table(CARD), path) in (0, "vehicle"):
        assert from_table(table) == CARD  # a key that may be left out with its usual value
        return
    with pytest.raises(InputError):
        from_table(table)


def set_(key: str, value: object, group: int | None = None) -> Change:
    return lambda table: (table if group is None else table["groups"][group]).__setitem__(key, value)


def both_ways(table: Table, value: int) -> None:
    table["groups"][0]["intergreen_ds"]["south_ahead"] = value
    table["groups"][4]["intergreen_ds"]["north_ahead"] = value


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (set_("format", "signals-site-card/9"), 'format must be "signals-site-card/1", got "signals-site-card/9"'),
        (set_("colour", "red"), 'unknown key in "x.toml": "colour"'),
        (set_("clearence_ds", 80, 8), '"groups[8].clearence_ds"; did you mean "groups[8].clearance_ds"?'),
        (set_("user", "horse", 0), 'unknown value of groups[0].user in "x.toml": "horse"'),
        (set_("amber_ds", 3.0, 0), "groups[0].amber_ds must be a whole number, got 3.0"),
        (set_("amber_ds", -1, 0), "groups[0].amber_ds must be at least 0, got -1"),
        (set_("min_green_ds", 0, 0), "groups[0].min_green_ds must be more than 0"),
        (set_("max_green_ds", 10, 0), 'signal group "north_ahead": expected 0 < min_green_ds <= max_green_ds'),
        (set_("link_count", -1), "link_count must be at least 0"),
        (set_("links", [2], 0), 'intersection "centre": a link belongs to two signal groups'),
        (lambda t: t["groups"].append(t["groups"][1]), 'signal group "north_left" is defined twice'),
        (set_("groups", []), 'intersection "centre": it has no signal group'),
        (lambda t: t.pop("hash"), "the key hash is missing"),
        (lambda t: t["groups"][0]["intergreen_ds"].update(north_ahead=50), 'group "north_ahead" conflicts with itself'),
        (lambda t: t["groups"][0]["intergreen_ds"].pop("east_ahead"), '"north_ahead" and "east_ahead" conflict in one'),
        (
            lambda t: t["groups"][0]["intergreen_ds"].update(east_ahead=-10),
            "groups[0].intergreen_ds.east_ahead must be a whole number of at least 0, got -10",
        ),
        (
            lambda t: t["groups"][0]["intergreen_ds"].update(east_ahead=True),
            "groups[0].intergreen_ds.east_ahead must be a whole number of at least 0, got True",
        ),
        (
            lambda t: t["groups"][0]["intergreen_ds"].update(east_haed=50),
            'unknown signal group in "x.toml", groups[0].intergreen_ds: "east_haed"; did you mean "east_ahead"?',
        ),
    ],
)
def test_what_is_wrong_is_named(change: Change, sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)) as refused:
        from_table(edited(change), "x.toml")
    assert '"x.toml"' in str(refused.value)
    assert isinstance(refused.value, SiteCardError | UnknownNameError)


def test_an_edited_card_is_refused_with_both_hashes_and_what_to_do() -> None:
    table = edited(set_("clearance_ds", 60, 8))
    with pytest.raises(SiteCardError) as refused:
        from_table(table, "centre.toml")
    text = str(refused.value)
    assert text.startswith('"centre.toml" was edited: its hash is ' + CARD.hash)
    assert re.search(r"the hash of what it says is [0-9a-f]{64};", text)
    assert text.endswith("write it anew with: signals inspect NET --site-card FOLDER")


def test_a_conflict_of_no_time_is_not_no_conflict() -> None:
    card = from_table(rehashed(lambda table: both_ways(table, 0)))
    assert card.intersection.intergreen_ds[0][4] == 0
    assert card.intersection.conflict(0, 4)
    assert not CARD.intersection.conflict(0, 4)


# What differs


@pytest.mark.parametrize(
    ("place", "sentences"),
    [
        (replace(PLACE, id="other"), ['id is "centre" on the card, "other" in the network']),
        (replace(PLACE, link_count=15), ["link_count is 16 on the card, 15 in the network"]),
        (replace(PLACE, off_links=((15, "O"),)), ['off_links in the network only: "15 O"']),
        (changed_place(user=User.BICYCLE), ['"north_ahead": user is "vehicle" on the card, "bicycle" in the network']),
        (changed_place(links=(0, 99)), ['"north_ahead": links on the card only: 1; in the network only: 99']),
        (
            changed_place(movements=(0,)),
            ['"north_ahead": movements on the card only: "north_in_0>west_out_0"'],
        ),
        (changed_place(min_green_ds=60), ['"north_ahead": min_green_ds is 50 on the card, 60 in the network']),
        (changed_place(max_green_ds=60), ['"north_ahead": max_green_ds is 900 on the card, 60 in the network']),
        (changed_place(amber_ds=20), ['"north_ahead": amber_ds is 30 on the card, 20 in the network']),
        (changed_place(red_amber_ds=10), ['"north_ahead": red_amber_ds is 0 on the card, 10 in the network']),
        (changed_place(group=8, clearance_ds=0), ['"north_walk": clearance_ds is 80 on the card, 0 in the network']),
        (changed_place(max_red_ds=60), ['"north_ahead": max_red_ds is 1200 on the card, 60 in the network']),
        (changed_place(permissive_links=()), ['"north_ahead": permissive_links on the card only: 1']),
        (changed_place(turn_on_red_links=(1,)), ['"north_ahead": turn_on_red_links in the network only: 1']),
        (
            with_cell(0, 2, 40, 50),
            ['intergreen_ds from "north_ahead" to "east_ahead" is 50 on the card, 40 in the network'],
        ),
        (
            with_cell(0, 2, 50, 40),
            ['intergreen_ds from "east_ahead" to "north_ahead" is 50 on the card, 40 in the network'],
        ),
        (
            with_cell(0, 2, None, None),
            ['signal groups "north_ahead" and "east_ahead" conflict on the card, but not in the network'],
        ),
        (
            with_cell(0, 4, 0, 0),
            ['signal groups "north_ahead" and "south_ahead" conflict in the network, but not on the card'],
        ),
        (
            changed_place(id="north"),
            [
                'signal group "north" is in the network, but not on the card',
                'signal group "north_ahead" is on the card, but not in the network',
            ],
        ),
    ],
)
def test_every_difference_is_one_sentence(place: Intersection, sentences: list[str]) -> None:
    found = differences(CARD, card_of(place, NETWORK))
    assert len(found) == len(sentences)
    for text, sentence in zip(found, sentences, strict=True):
        assert text.endswith(sentence)


def test_several_differences_are_all_named() -> None:
    place = changed_place(amber_ds=20, min_green_ds=60)
    assert len(differences(CARD, card_of(replace(place, link_count=15), NETWORK))) == 3


# The roads


@pytest.mark.parametrize("network", [NETWORK, crossroads(pedestrians=False), two_crossroads()], ids=lambda n: n.name)
def test_the_roads_agree_with_the_cards_of_our_networks(network: Network) -> None:
    for place in network.intersections:
        assert foes_missing(card_of(place, network), network) == ()


def test_every_conflict_that_is_lost_is_missed() -> None:
    """Delete each conflict in turn, from the network and the card: the roads still tell."""
    for one, two in combinations(range(len(PLACE.groups)), 2):
        if PLACE.conflict(one, two):
            place = replace(with_cell(one, two, None, None), stages=PLACE.stages, plans=PLACE.plans)
            network = replace(NETWORK, intersections=(place,))
            missing = foes_missing(card_of(place, network), network)
            start = f'signal groups "{PLACE.groups[one].id}" and "{PLACE.groups[two].id}" do not conflict, but '
            assert missing
            assert all(text.startswith(start) for text in missing)


def test_movements_that_meet_are_named() -> None:
    card = card_of(with_cell(1, 4, None, None), NETWORK)
    groups = 'signal groups "north_left" and "south_ahead" do not conflict'
    assert foes_missing(card, NETWORK) == tuple(
        f'{groups}, but "north_in_1>east_out_0" and "{other}" meet and neither is shown to yield'
        for other in ("south_in_0>north_out_0", "south_in_0>east_out_0")
    )


def network_with(**values: Any) -> Network:
    """The crossroads; `values` are other parts of its intersection."""
    return replace(NETWORK, intersections=(replace(PLACE, **values),))


def test_who_yields_may_go_at_the_same_time_if_a_program_of_the_network_shows_it() -> None:
    walk = 'signal groups "north_ahead" and "west_walk" do not conflict'
    by_plan, by_stage = network_with(stages=()), network_with(plans=())
    assert foes_missing(CARD, by_plan) == foes_missing(CARD, by_stage) == ()
    derived = tuple(replace(stage, source="derived") for stage in PLACE.stages)
    for network in (network_with(stages=(), plans=()), network_with(stages=derived, plans=())):
        assert [text for text in foes_missing(CARD, network) if text.startswith(walk)]
    strong = card_of(changed_place(permissive_links=()), NETWORK)
    (text,) = foes_missing(strong, NETWORK)
    assert text.startswith(walk)


def test_drivers_from_one_road_sort_it_out() -> None:
    def with_way(number: int, change: Callable[[Movement], Movement]) -> Network:
        ways = list(NETWORK.movements)
        ways[number] = change(ways[number])
        return replace(NETWORK, movements=tuple(ways))

    meeting = with_way(2, lambda way: replace(way, foes=(*way.foes, 0)))  # the left lane beside the lane ahead
    assert foes_missing(CARD, meeting) == ()
    bicycle = replace(meeting.movements[2], user=User.BICYCLE)
    (text,) = foes_missing(CARD, with_way(2, lambda _: bicycle))
    assert text.startswith('signal groups "north_ahead" and "north_left" do not conflict')


def test_it_is_enough_that_one_of_two_knows_its_foe() -> None:
    card = card_of(with_cell(1, 4, None, None), NETWORK)
    ways = [replace(way, foes=() if number == 2 else way.foes) for number, way in enumerate(NETWORK.movements)]
    assert len(foes_missing(card, replace(NETWORK, movements=tuple(ways)))) == 2
    ways = [replace(way, foes=way.foes if number == 2 else ()) for number, way in enumerate(NETWORK.movements)]
    assert len(foes_missing(card, replace(NETWORK, movements=tuple(ways)))) == 2


def test_movements_that_the_network_does_not_have_are_left_to_the_differences() -> None:
    known = card_of(with_cell(1, 4, None, None), NETWORK)
    card = replace(known, movements=(("nowhere",),) * len(PLACE.groups))
    assert foes_missing(card, NETWORK) == ()
