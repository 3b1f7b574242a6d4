"""Only what has changed is asked for, and predictions only where they are news."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from signals.adapters.tlcfi.requests import Requests
from signals.adapters.tlcfi.settings import read_settings
from signals.errors import InputError
from signals.model.cabinets import GroupRequest
from signals.model.values import Aspect
from tests.adapters.tlcfi.pairs import plain
from tests.adapters.tlcfi.places import asked, crossing

SITE = crossing()
COUNT = len(SITE.groups)
REDS = [int(Aspect.RED)] * COUNT


def requests(**options: object) -> Requests:
    return Requests(SITE, read_settings(SITE, plain(dict(options))))


def said(made: Requests, request: GroupRequest, ticks: int) -> tuple[dict[str, Any], dict[int, int]]:
    """Return what is asked, read from JSON."""
    rows, states = made.rows(request, ticks)
    return {name: json.loads(text) for name, text in rows.items()}, states


def test_changes_only() -> None:
    made = requests()
    rows, states = said(made, asked(SITE, REDS), 0)
    assert rows == {f"{number:02d}": {"reqState": 3} for number in range(1, COUNT + 1)}
    assert states == dict.fromkeys(range(COUNT), 3)
    assert said(made, asked(SITE, REDS), 1000) == ({}, {})
    rows, states = said(made, asked(SITE, [0, 1, *REDS[2:]]), 2000)
    assert (rows, states) == ({"02": {"reqState": 4}}, {1: 4})
    made.forget()
    assert len(said(made, asked(SITE, REDS), 3000)[0]) == COUNT


def test_only_predictions_that_are_news_are_said() -> None:
    made, none = requests(), np.zeros(COUNT, np.bool_)
    said(made, asked(SITE, REDS), 0)
    rows, states = said(made, asked(SITE, REDS, 100, 150), 0)
    assert rows["01"] == {"reqPredictions": [{"state": 3, "minEnd": 10_000, "likelyEnd": 15_000}]}
    assert states == {}
    assert said(made, asked(SITE, REDS, 20, 20)._replace(news=none), 9000)[0] == {}
    first = none.copy()
    first[0] = True
    rows, _ = said(made, asked(SITE, REDS, 20, 20)._replace(news=first), 9000)
    assert rows == {"01": {"reqPredictions": [{"state": 3, "minEnd": 11_000, "likelyEnd": 11_000}]}}
    rows, _ = said(made, asked(SITE, REDS)._replace(news=first), 10_000)
    assert rows == {"01": {"reqPredictions": []}}


def test_predictions_go_round_and_are_never_before_the_earliest() -> None:
    made = requests()
    rows, _ = said(made, asked(SITE, REDS, 30, -1), (1 << 32) - 1000)
    assert rows["01"]["reqPredictions"] == [{"state": 3, "minEnd": 2000}]


def test_a_change_carries_its_prediction() -> None:
    made = requests()
    said(made, asked(SITE, REDS, 10, 10), 0)
    nothing = np.zeros(COUNT, np.bool_)
    rows, _ = said(made, asked(SITE, [2, *REDS[1:]], 10, 10)._replace(news=nothing), 0)
    assert rows == {"01": {"reqState": 5, "reqPredictions": [{"state": 5, "minEnd": 1000, "likelyEnd": 1000}]}}


def test_predictions_can_be_left_out() -> None:
    made = requests(predictions=False)
    assert said(made, asked(SITE, REDS, 100, 150), 0)[0]["01"] == {"reqState": 3}
    assert said(made, asked(SITE, REDS, 50, 150), 0) == ({}, {})


def test_a_clearance_is_red_unless_it_flashes() -> None:
    walk = [*REDS[:8], int(Aspect.CLEARANCE), *REDS[9:]]
    assert said(requests(), asked(SITE, walk), 0)[0]["09"] == {"reqState": 3}
    (row,) = said(requests(), asked(SITE, walk, 30, 30), 0)[0]["09"]["reqPredictions"]
    assert row == {"state": 3, "minEnd": 3000}  # that red does not end with the clearance
    assert said(requests(clearance="flashing-green"), asked(SITE, walk), 0)[0]["09"] == {"reqState": 10}


@pytest.mark.parametrize("value", [-1, 5, 127])
def test_what_is_no_aspect_is_refused(value: int) -> None:
    with pytest.raises(InputError, match="expected RED to CLEARANCE"):
        requests().rows(asked(SITE, [value, *REDS[1:]]), 0)


def test_a_request_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match=f"expected arrays of {COUNT} groups"):
        requests().rows(asked(SITE, REDS[1:]), 0)
    request = GroupRequest(np.zeros(COUNT, np.int8), np.zeros(1, np.int32), np.zeros(COUNT, np.int32))
    with pytest.raises(InputError, match=f"expected arrays of {COUNT} groups"):
        requests().rows(request, 0)
    request = asked(SITE, REDS)._replace(confidence=np.zeros(1, np.int8))
    with pytest.raises(InputError, match=f"expected arrays of {COUNT} groups"):
        requests().rows(request, 0)
