"""Alarms are issued once, forgotten never."""

from __future__ import annotations

from signals.adapters.rsmp.alarms import AlarmBook, AlarmKey

KEY, OTHER = AlarmKey("C", "A0001"), AlarmKey("D", "A0302")


def test_what_changes_is_issued_once() -> None:
    book = AlarmBook()
    assert book.update({KEY: (("a", "b"),)}, "1") == [KEY]
    assert book.update({KEY: (), OTHER: ()}, "2") == [OTHER]
    assert book.state(KEY, "9").values == (("a", "b"),)
    assert book.priorities() == {"2", "3"}
    assert book.update({}, "3") == [KEY, OTHER]
    assert (book.state(KEY, "9").active, book.state(KEY, "9").at, book.priorities()) == (False, "3", set())
    assert book.update({}, "4") == []
    assert book.known == (KEY, OTHER)


def test_it_is_not_acknowledged_again_when_it_comes_again() -> None:
    book = AlarmBook()
    assert not book.acknowledge(KEY, "0")
    book.update({KEY: ()}, "1")
    assert book.acknowledge(KEY, "2")
    assert book.state(KEY, "9").acknowledged
    book.update({}, "3")
    book.update({KEY: ()}, "4")
    assert not book.state(KEY, "9").acknowledged


def test_what_is_suspended_is_not_issued() -> None:
    book = AlarmBook()
    book.suspend(KEY, "1", on=True)
    assert book.update({KEY: ()}, "2") == []
    assert (book.state(KEY, "9").active, book.state(KEY, "9").suspended) == (True, True)
    book.suspend(KEY, "3", on=False)
    assert book.update({}, "4") == [KEY]


def test_of_what_never_was_there_is_something_to_say() -> None:
    state = AlarmBook().state(OTHER, "now")
    assert (state.active, state.acknowledged, state.at, state.priority) == (False, True, "now", "3")
