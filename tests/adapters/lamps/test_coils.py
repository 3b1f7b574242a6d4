from __future__ import annotations

import pytest

from signals.adapters.lamps.coils import PORT, Settings, coils_of
from signals.errors import InputError
from signals.model.cabinets import CabinetAddress, sites_of
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

SITE = sites_of(crossroads())[0]


def read(port: int = 0, **options: object) -> Settings:
    return Settings.of(SITE, CabinetAddress(scheme="lamps", host="bench", port=port, options=options))


def test_a_group_has_three_lamps() -> None:
    assert coils_of([Aspect.RED, Aspect.GREEN, Aspect.AMBER]) == [
        True, False, False,  False, False, True,  False, True, False
    ]  # fmt: skip
    assert coils_of([Aspect.RED_AMBER, Aspect.CLEARANCE, Aspect.UNKNOWN]) == [
        True, True, False,  True, False, False,  False, False, False
    ]  # fmt: skip


def test_never_red_and_green_together() -> None:
    for aspect in Aspect:
        red, _, green = coils_of([aspect])
        assert not (red and green)


def test_defaults() -> None:
    found = read(bench_only=True)
    assert (found.host, found.port, found.unit, found.first_coil, found.first_button) == ("bench", PORT, 1, 0, -1)
    assert (found.tick_s, found.backup_s, found.reply_s) == (1.0, 10.0, 1.0)
    assert read(5020, bench_only=True, unit=3, tick_s=1).port == 5020


@pytest.mark.parametrize("said", [{}, {"bench_only": False}, {"bench_only": "yes"}, {"bench_only": 1}])
def test_somebody_has_to_say_that_it_is_a_bench(said: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"not for a road.*bench_only = true"):
        read(**said)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"coil": 1}, "first_coil"),
        ({"unit": 248}, '"unit": expected a whole number from 0 to 247, got 248'),
        ({"unit": 1.5}, '"unit": expected a whole number'),
        ({"unit": True}, '"unit": expected a whole number'),
        ({"tick_s": "1"}, '"tick_s": expected a number'),
        ({"tick_s": float("nan")}, '"tick_s": expected a number'),
        ({"first_coil": 65_530}, '"first_coil": 36 coils from 65530 on do not exist'),
    ],
)
def test_what_makes_no_sense_is_named(options: dict[str, object], what: str) -> None:
    with pytest.raises(InputError, match=what):
        read(bench_only=True, **options)
