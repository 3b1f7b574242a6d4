from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest

from signals.bench.legacy_delay import resco_delay_s

END_S = 100.0


def table(*rows: tuple[float, float, float, str]) -> dict[str, Any]:
    """Scheduled, waited to depart, lost on the way, state."""
    names = ("scheduled_s", "departure_delay_s", "time_loss_s", "state")
    return {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


EARLY = (10.0, 0.0, 8.0, "finished")
LAST = (20.0, 40.0, 4.0, "driving")  # departs at 60
BETWEEN = (30.0, 5.0, 2.0, "finished")  # scheduled later, departs sooner
LEFT_OUT = (15.0, 85.0, 0.0, "never_inserted")
LATE = (70.0, 30.0, 0.0, "never_inserted")


def test_trips_that_never_began_are_left_out() -> None:
    found = resco_delay_s(table(EARLY, LAST, LEFT_OUT, LATE), "cologne1", END_S)
    assert found == pytest.approx((8 + 44) / 2)


def test_who_is_scheduled_after_the_last_to_depart_counts_once_more() -> None:
    found = resco_delay_s(table(EARLY, LAST, BETWEEN, LEFT_OUT, LATE), "arterial4x4", END_S)
    assert found == pytest.approx((8 + 44 + 7 + (100 - 30) + (100 - 70)) / 5)


def test_of_several_that_depart_last_the_first_in_the_table_is_the_one() -> None:
    twin = (58.0, 2.0, 0.0, "driving")
    one, other = (resco_delay_s(table(*rows), "grid4x4", END_S) for rows in ((LAST, twin), (twin, LAST)))
    assert one == pytest.approx((44 + 2 + 42) / 3)
    assert other == pytest.approx((44 + 2) / 2)


@pytest.mark.parametrize("site", ["cologne1", "grid4x4"])
def test_where_nobody_departed_it_is_not_known(site: str) -> None:
    assert isnan(resco_delay_s(table(LATE), site, END_S))
