"""The same sentence is said once a minute, and few sentences are said in all."""

from __future__ import annotations

from signals.serve.seldom import AGAIN_S, MOST, Seldom


def test_the_same_is_said_again_after_a_minute_and_another_at_once() -> None:
    said: list[str] = []
    time_s = [0.0]
    seldom = Seldom(said.append, lambda: time_s[0])
    for text in ("a", "a", "b", "a"):
        seldom(text)
    assert said == ["a", "b"]
    time_s[0] = AGAIN_S - 0.1
    seldom("a")
    assert said == ["a", "b"]
    time_s[0] = AGAIN_S
    seldom("a")
    assert said == ["a", "b", "a"]


def test_sentences_that_all_differ_are_bounded_too() -> None:
    said: list[str] = []
    time_s = [0.0]
    seldom = Seldom(said.append, lambda: time_s[0])
    for number in range(3 * MOST):
        seldom(str(number))
    assert len(said) == MOST
    time_s[0] = AGAIN_S
    seldom("later")
    assert said[-1] == "later"
