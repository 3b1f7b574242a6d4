from __future__ import annotations

import pytest

from signals.bench.rule_sets import RULE_SETS, rule_set
from signals.errors import UnknownNameError
from signals.model.lanes import User
from signals.model.timing import profile


def test_the_street_has_warm_up_and_respects_designed_programs_only() -> None:
    rules = rule_set("M")
    assert rules.warmup_s == 600
    assert rules.timing(designed=True).respect_plans
    assert not rules.timing(designed=False).respect_plans
    times = profile(rules.profile)
    assert (times.vehicle_min_green_ds, times.max_red_ds) == (70, 1200)


def test_m7_is_the_same_for_every_map() -> None:
    rules = rule_set("M7")
    assert rules.warmup_s == 0
    assert not rules.timing(designed=True).respect_plans
    times = profile(rules.profile)
    assert times.vehicle_min_green_ds == 70
    assert {times.amber_ds(User.VEHICLE, kmh / 3.6) for kmh in (30, 50, 70, 100)} == {30}


def test_resco_has_another_grid_on_one_of_its_maps() -> None:
    rules = rule_set("L")
    assert (rules.warmup_s, rules.legacy) == (0, True)
    assert rules.timing(designed=True, site="arterial4x4").profile == "resco5"
    assert rules.timing(designed=True, site="cologne1").profile == "resco"
    assert not rules.timing(designed=True).respect_plans
    assert not any(other.legacy for name, other in RULE_SETS.items() if name != "L")


def test_names() -> None:
    assert all(rules.name == name for name, rules in RULE_SETS.items())
    with pytest.raises(UnknownNameError, match='rule set "M8"'):
        rule_set("M8")
