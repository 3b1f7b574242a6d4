"""Nothing can be asked of a site but what is on the list."""

from __future__ import annotations

import pytest

from signals.adapters.rsmp import orders
from signals.adapters.rsmp.messages import Argument
from signals.adapters.rsmp.orders import ALLOWED, choose_plan, set_backup, set_bands, set_cycle, set_offset
from signals.adapters.rsmp.sxl import COMMANDS


def test_the_list_is_this_one() -> None:
    assert sorted(ALLOWED) == ["M0002", "M0014", "M0015", "M0018", "M0023"]


def test_orders_are_whole() -> None:
    made = [
        choose_plan(3, "c", on=True),
        set_bands(1, {2: 5, 1: 7}, "c"),
        set_offset(1, 9, "c"),
        set_cycle(1, 90, "c"),
        set_backup(1, "c"),
    ]
    assert {order[0].command for order in made} == ALLOWED
    for order in made:
        assert [row.name for row in order] == list(COMMANDS[order[0].command].arguments)
    assert made[0][0] == Argument("M0002", "status", "setPlan", "True")
    assert made[1][1].value == "1-7,2-5"


@pytest.mark.parametrize("code", sorted(set(COMMANDS) - ALLOWED))
def test_no_other_command_can_be_made(code: str) -> None:
    values = dict.fromkeys(COMMANDS[code].arguments, "1")
    with pytest.raises(ValueError, match="never sent"):
        orders._order(code, **values)


def test_values_out_of_range_are_never_sent() -> None:
    for make in (
        lambda: set_offset(1, 256, "c"),
        lambda: set_cycle(1, 0, "c"),
        lambda: choose_plan(0, "c", on=True),
        lambda: set_backup(0, "c"),
        lambda: set_backup(70_000, "c"),
    ):
        with pytest.raises(ValueError, match=r"range|a minute") as found:
            make()
        assert '"c"' not in str(found.value)
