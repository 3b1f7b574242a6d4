"""Who answers late is asked early, and who answers at once is asked when the tick begins."""

from __future__ import annotations

import pytest

from signals.adapters.ntcip.ahead import KEPT, LEAST_S, MARGIN, MOST_S, LookAhead


def ticking(tick_s: float, took_s: float) -> LookAhead:
    ahead = LookAhead()
    ahead.took(took_s)
    ahead.looked(100.0)
    ahead.looked(100.0 + tick_s)
    return ahead


def test_nothing_is_known_at_first() -> None:
    ahead = LookAhead()
    assert ahead.rest_s(0.0) is None
    ahead.took(0.1)
    ahead.looked(5.0)
    assert ahead.rest_s(5.0) is None


def test_it_is_asked_as_much_ahead_as_answers_take() -> None:
    assert ticking(1.0, 0.1).rest_s(101.0) == pytest.approx(1.0 - MARGIN * 0.1)
    assert ticking(1.0, 0.1).rest_s(101.3) == pytest.approx(0.7 - MARGIN * 0.1)
    assert ticking(1.0, 3.0).rest_s(101.0) == pytest.approx(1.0 - MOST_S)


def test_a_slow_answer_is_forgotten_little_by_little() -> None:
    ahead = ticking(1.0, 0.1)
    ahead.took(0.002)
    assert ahead.rest_s(101.0) == pytest.approx(1.0 - MARGIN * KEPT * 0.1)
    for _ in range(100):
        ahead.took(0.002)
    assert MARGIN * 0.1 * KEPT**101 < LEAST_S
    assert ahead.rest_s(101.0) is None


@pytest.mark.parametrize(
    ("tick_s", "took_s", "now_s"), [(1.0, 0.002, 101.0), (0.1, 0.1, 100.1), (1.0, 0.1, 101.9), (60.0, 0.1, 160.0)]
)
def test_where_it_would_not_help_it_is_asked_at_the_tick(tick_s: float, took_s: float, now_s: float) -> None:
    assert ticking(tick_s, took_s).rest_s(now_s) is None
