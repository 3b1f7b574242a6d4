"""The signal exchange list: every code has its shape, and values that cannot be are seen."""

from __future__ import annotations

import pytest

from signals.adapters.rsmp.orders import ALLOWED
from signals.adapters.rsmp.sxl import ALARMS, COMMANDS, STATUSES, Part


def test_the_list_is_whole() -> None:
    assert (len(STATUSES), len(COMMANDS), len(ALARMS)) == (48, 24, 17)
    assert all(kind.names for kind in STATUSES.values())
    assert set(ALLOWED) < set(COMMANDS)
    assert "A0302" in {code for code, kind in ALARMS.items() if kind.part is Part.DETECTOR}


@pytest.mark.parametrize(
    ("code", "name", "good", "bad"),
    [
        ("M0001", "status", "Dark", "dark"),
        ("M0002", "status", "True", "true"),
        ("M0002", "timeplan", "255", "256"),
        ("M0013", "status", "3,4143,65;12,1,4", "3,4143"),
        ("M0014", "status", "1-22,2-3", "1-22,"),
        ("M0015", "status", "0", "-1"),
        ("M0017", "status", "12-1-12-59", "12-1-12"),
        ("M0018", "status", "1", "0"),
        ("M0023", "status", "65535", "9" * 400),
        ("M0104", "month", "12", "13"),
        ("M0103", "newSecurityCode", "x", "x" * 300),
    ],
)
def test_values_are_checked(code: str, name: str, good: str, bad: str) -> None:
    check = COMMANDS[code].arguments[name]
    assert check(good)
    assert not check(bad)
