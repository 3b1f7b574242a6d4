"""What a letter of S0001 means, and which letter is told."""

from __future__ import annotations

import pytest

from signals.adapters.rsmp.letters import aspect_of, letter_of
from signals.model.lanes import User
from signals.model.values import Aspect


@pytest.mark.parametrize(
    ("letters", "aspect"),
    [
        ("ABCDEFGPgh", Aspect.RED),
        ("0", Aspect.RED_AMBER),
        ("123456789", Aspect.GREEN),
        ("NOf", Aspect.AMBER),
        ("abcde-?zé", Aspect.UNKNOWN),
    ],
)
def test_letters_of_vehicles(letters: str, aspect: Aspect) -> None:
    assert {aspect_of(letter, User.VEHICLE) for letter in letters} == {aspect}


def test_flashing_green_is_a_clearance_of_people_on_foot() -> None:
    assert aspect_of("9", User.PEDESTRIAN) is Aspect.CLEARANCE
    assert aspect_of("f", User.PEDESTRIAN) is Aspect.RED
    assert aspect_of("1", User.PEDESTRIAN) is Aspect.GREEN


@pytest.mark.parametrize("aspect", list(Aspect))
@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("early", [False, True])
def test_what_is_told_is_understood(aspect: Aspect, called: bool, early: bool) -> None:
    user = User.PEDESTRIAN if aspect is Aspect.CLEARANCE else User.VEHICLE
    assert aspect_of(letter_of(aspect, called=called, in_minimum=early), user) is aspect


def test_a_call_and_a_minimum_are_told() -> None:
    assert letter_of(Aspect.RED, called=True, in_minimum=False) == "F"
    assert letter_of(Aspect.GREEN, called=False, in_minimum=True) == "1"
