from __future__ import annotations

from signals.model.timelines import GREEN, OFF, RED, Layout, Relation, Timeline


def test_no_letter_means_two_things() -> None:
    assert len(set(GREEN + RED + OFF)) == len(GREEN + RED + OFF)


def test_a_timeline_of_nothing() -> None:
    layout = Layout((), (), (), "nobody")
    assert not layout.own, "a profile's times are advice unless somebody says otherwise"
    assert Timeline("J", "p", (0,), (10,), ((0,),), (0,), (1,), layout).follow == ((0,),)


def test_every_relation_is_another() -> None:
    assert len({relation.value for relation in Relation}) == 4
