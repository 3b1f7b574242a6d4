from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings

from signals.errors import InputError, NetworkError, UnknownNameError, UnsafePlanError
from signals.model.crossroads import crossroads
from signals.model.document import FORMAT, content_hash, from_document, to_document
from signals.model.intersections import Plan, PlanStep
from signals.model.network import Network
from tests.model.generated import networks

Document = dict[str, Any]


@settings(deadline=None, max_examples=25)
@given(networks())
def test_nothing_is_lost_on_the_way_through_toml_and_json(network: Network) -> None:
    document = to_document(network)
    assert from_document(tomllib.loads(tomli_w.dumps(document))) == network
    assert from_document(json.loads(json.dumps(document))) == network


@pytest.mark.parametrize("pedestrians", [True, False])
def test_the_crossroads_come_back(*, pedestrians: bool) -> None:
    network = crossroads(pedestrians=pedestrians)
    assert from_document(tomllib.loads(tomli_w.dumps(to_document(network)))) == network


def test_people_read_names_where_the_model_has_numbers() -> None:
    document: Document = to_document(crossroads())
    place = document["intersections"][0]
    assert place["stages"][0]["groups"] == ["north_ahead", "south_ahead", "east_walk", "west_walk"]
    assert document["movements"][1]["yields_to"] == ["west_walk>west_cross"]
    assert document["detectors"][0] == {"id": "north_in_0@4", "lane": "north_in_0", "position_m": 296.0}
    assert document["lanes"][0]["shape"] == "-4.8,312.0 -4.8,12.0"
    assert "user" not in document["lanes"][0]  # the usual value


def test_no_conflict_is_not_a_conflict_of_0_s() -> None:
    network = crossroads(pedestrians=False)
    place = network.intersections[0]
    cells = [list(row) for row in place.intergreen_ds]
    cells[0][2] = 0
    place = replace(place, intergreen_ds=tuple(tuple(row) for row in cells))
    document: Document = to_document(replace(network, intersections=(place,)))
    shown = document["intersections"][0]["groups"][0]["intergreen_ds"]
    assert shown["east_ahead"] == 0
    assert "south_ahead" not in shown
    again = from_document(document).intersections[0]
    assert again.intergreen_ds[0][2] == 0
    assert again.intergreen_ds[0][4] is None


def test_two_movements_of_one_name_cannot_be_written() -> None:
    network = crossroads()
    twice = replace(network, movements=(*network.movements, network.movements[0]))
    with pytest.raises(NetworkError, match=r'movement "north_in_0>south_out_0" is defined twice'):
        to_document(twice)


def broken(change: Callable[[Document], object]) -> Document:
    document: Document = json.loads(json.dumps(to_document(crossroads())))
    change(document)
    return document


def group(document: Document, number: int = 2) -> Document:
    found: Document = document["intersections"][0]["groups"][number]
    return found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(format="signals-network/9"), f'format must be "{FORMAT}", got "signals-network/9"'),
        (lambda d: d.pop("format"), "the key format is missing"),
        (lambda d: group(d).update(min_green_ds="x"), "intersections[0].groups[2].min_green_ds must be a whole number"),
        (lambda d: group(d).update(min_green_ds=0), "intersections[0].groups[2].min_green_ds must be more than 0"),
        (lambda d: group(d).update(max_green_ds=1), 'signal group "east_ahead": expected 0 < min_green_ds'),
        (lambda d: group(d).update(movements=["a>b"]), 'groups[2].movements[0]: there is no movement "a>b"'),
        (lambda d: group(d)["intergreen_ds"].update(north_ahead="-"), "intergreen_ds.north_ahead: expected a whole"),
        (lambda d: group(d)["intergreen_ds"].update(north_ahead=-1), "got -1"),
        (lambda d: group(d)["intergreen_ds"].update(north_ahead=True), "got True"),
        (
            lambda d: group(d)["intergreen_ds"].update(north_ahed=5),
            'groups[2].intergreen_ds.north_ahed: there is no signal group "north_ahed"; did you mean "north_ahead"?',
        ),
        (lambda d: group(d)["intergreen_ds"].pop("north_ahead"), "conflict in one direction only"),
        (lambda d: group(d, 3).update(id="east_ahead"), 'signal group "east_ahead" is defined twice'),
        (lambda d: d["lanes"][1].update(id="north_in_0"), 'lane "north_in_0" is defined twice'),
        (lambda d: d["lanes"][0].update(length_m=0), "lanes[0].length_m must be more than 0"),
        (lambda d: d["lanes"][0].update(shape="1,2 3"), 'lanes[0].shape: expected places as "x,y x,y", got "3"'),
        (lambda d: d["lanes"][0].update(shape="1,nan"), 'lanes[0].shape: "1,nan" is no place'),
        (lambda d: d["movements"][0].update(from_lane="x"), 'movements[0].from_lane: there is no lane "x"'),
        (lambda d: d["movements"][0].update(via=["x"]), "movements[0].via[0]"),
        (lambda d: d["movements"][4].update(foes=["x"]), "movements[4].foes[0]"),
        (lambda d: d["movements"][0].update(speed_mps=0), "movements[0].speed_mps must be more than 0"),
        (lambda d: d["detectors"][0].update(lane="x"), "detectors[0].lane"),
        (lambda d: d["intersections"][0]["stages"][1].update(groups=["x"]), "stages[1].groups[0]"),
        (lambda d: d["intersections"][0]["plans"][0]["steps"][0].update(groups=["x"]), "plans[0].steps[0].groups[0]"),
        (lambda d: d["intersections"][0]["plans"][0].update(steps=[]), 'plan "fixed": at least one step'),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(change: Callable[[Document], object], message: str) -> None:
    with pytest.raises(NetworkError) as raised:
        from_document(broken(change), "town.toml")
    assert message in str(raised.value)
    assert str(raised.value).startswith('"town.toml": ')


@pytest.mark.parametrize(
    ("change", "near"),
    [
        (lambda d: group(d).update(min_gren_ds=5), "min_green_ds"),
        (lambda d: d["lanes"][0].update(user="vehicel"), "vehicle"),
        (lambda d: d["movements"][0].update(turn="strait"), "straight"),
        (lambda d: d["intersections"][0]["stages"][0].update(source="fiel"), "file"),
    ],
)
def test_an_unknown_key_or_word_is_refused_with_the_nearest_one(
    change: Callable[[Document], object], near: str
) -> None:
    with pytest.raises(UnknownNameError, match=f'did you mean "[^"]*{near}"'):
        from_document(broken(change))


def test_an_unsafe_stage_is_refused_as_unsafe() -> None:
    document = broken(lambda d: d["intersections"][0]["stages"][0].update(groups=["north_ahead", "east_ahead"]))
    with pytest.raises(UnsafePlanError, match='"north_ahead" and "east_ahead" conflict'):
        from_document(document)


@pytest.mark.parametrize("document", [{}, {"format": FORMAT}, {"format": FORMAT, "name": 3}, {"format": 1}])
def test_anything_else_is_an_input_error(document: Document) -> None:
    with pytest.raises(InputError):
        from_document(document)


def test_the_hash_covers_what_safety_relies_on() -> None:
    network = crossroads()
    place = network.intersections[0]
    same = content_hash(network)
    assert same == content_hash(from_document(to_document(network)))

    def changed(**known: Any) -> str:
        return content_hash(replace(network, intersections=(replace(place, **known),)))

    first = place.groups[0]
    cells = [list(row) for row in place.intergreen_ds]
    cells[0][2] = 0
    hashes = [
        same,
        changed(groups=(replace(first, min_green_ds=60), *place.groups[1:])),
        changed(groups=(replace(first, links=(1, 0)), *place.groups[1:])),
        changed(intergreen_ds=tuple(tuple(row) for row in cells)),
        changed(off_links=((20, "O"),)),
        content_hash(
            replace(network, movements=(replace(network.movements[0], yields_to=(3,)), *network.movements[1:]))
        ),
    ]
    assert len(set(hashes)) == len(hashes)


def test_the_hash_ignores_what_cannot_harm() -> None:
    network = crossroads()
    place = replace(network.intersections[0], plans=(Plan("other", (PlanStep(10, ()),)),), stages=())
    lanes = tuple(replace(lane, shape=()) for lane in network.lanes)
    other = replace(network, name="another", lanes=lanes, intersections=(place,), detectors=())
    assert content_hash(other) == content_hash(network)
