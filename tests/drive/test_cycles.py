"""A cabinet that runs the plan that it was told is left alone, one that does not is found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.cabinet.firmware import Firmware
from signals.drive.cycles import MOST_ON_THE_WAY, STRIKES, Cycles
from signals.drive.splits import SplitPlanner
from signals.model.cabinets import CabinetSite, PlanRequest, sites_of
from signals.testing import two_crossroads

SITE = sites_of(two_crossroads())[1]
GROUPS, CYCLE_S = len(SITE.groups), 94
BUILT = (25, 5, 12, 5, 25, 5, 12, 5)
OTHER = (21, 5, 16, 5, 25, 5, 12, 5)
NOBODY = np.zeros(len(SITE.detectors), np.int32)


class Bench:
    """A controller that is ours, and who looks at it; between them some that show nothing."""

    def __init__(self, site: CabinetSite = SITE) -> None:
        self.firmware = Firmware(site, backup_s=0.0)
        self.rows = np.arange(3, 3 + GROUPS)
        self.cycles = Cycles([SITE, site], [np.arange(0), self.rows], 10)
        self.tick, self.shown = 0, np.full(GROUPS + 5, -1, np.int8)
        self.pass_(20)
        self.firmware.take()

    def pass_(self, ticks: int) -> str:
        """Go on; return the first sentence about it."""
        for _ in range(ticks):
            self.tick += 1
            self.shown[self.rows] = self.firmware.step(np.ones(GROUPS, np.bool_), NOBODY, NOBODY.astype(np.float32))
            found = self.cycles.see(self.shown, self.tick)
            assert set(found) <= {1}
            if found:
                return found[1]
        return ""

    def tell(self, *green_s: int, offset_s: int = 0, obeys: bool = True) -> None:
        request = PlanRequest(1, sum(green_s), offset_s, green_s)
        assert not obeys or self.firmware.request_plan(request)
        self.cycles.asked(1, request, self.tick)


@pytest.mark.parametrize("seed", range(4))
def test_whoever_runs_what_he_is_told_is_left_alone(seed: int) -> None:
    rng, bench, planner = np.random.default_rng(seed), Bench(), SplitPlanner(SITE, 10)
    told = 0
    for tick in range(25 * CYCLE_S):
        if tick % (4 * CYCLE_S) == 0:
            share = rng.dirichlet(np.full(4, 2.0))
        assert bench.pass_(1) == ""
        want = np.zeros(GROUPS, np.bool_)
        want[list(SITE.intersection.stages[rng.choice(4, p=share)].groups)] = True
        request = planner.note(want)
        if request is not None:
            bench.tell(*request.green_s)
            told += 1
    assert told > 8


def test_whoever_does_not_is_found_out_four_cycles_after_he_was_asked() -> None:
    bench = Bench()
    bench.tell(*OTHER, obeys=False)
    assert bench.pass_((2 + STRIKES) * CYCLE_S - 1) == ""
    why = bench.pass_(1)
    assert why == (
        "it does not run the plan that it was told: "
        f'group "{SITE.groups[0]}" was green for 25 s of a cycle, expected 21 s'
    )
    assert bench.pass_(CYCLE_S) == why  # and for as long as it lasts


def test_whoever_stops_following_is_found_out_though_he_is_told_more_each_cycle() -> None:
    bench, green_s = Bench(), list(BUILT)
    for number in range(5):
        assert bench.pass_(CYCLE_S) == ""
        green_s[0], green_s[4] = green_s[0] - 3, green_s[4] + 3
        bench.tell(*green_s, obeys=number < 2)
    assert bench.pass_(2 * CYCLE_S - 1) == ""
    assert "does not run the plan" in bench.pass_(1)  # four cycles after the first that was not obeyed


def test_whoever_follows_a_cycle_late_is_left_alone() -> None:
    bench, green_s, told = Bench(), list(BUILT), list[tuple[int, ...]]()
    for _ in range(6):
        green_s[0], green_s[4] = green_s[0] - 3, green_s[4] + 3
        told.append(tuple(green_s))
        bench.cycles.asked(1, PlanRequest(1, CYCLE_S, 0, told[-1]), bench.tick)
        if told[1:]:
            assert bench.firmware.request_plan(PlanRequest(1, CYCLE_S, 0, told[-2]))
        assert bench.pass_(CYCLE_S) == ""
        assert bench.cycles._asked[1].strikes == 0


def test_a_cycle_that_is_not_as_it_must_be_is_forgiven() -> None:
    bench = Bench()
    bench.tell(*OTHER)
    assert bench.pass_(CYCLE_S + 40) == ""
    bench.firmware.misbehave("manual")
    bench.pass_(30)
    bench.firmware.misbehave("manual", on=False)
    bench.firmware.take()
    assert bench.firmware.request_plan(PlanRequest(1, CYCLE_S, 0, OTHER))
    assert bench.pass_(6 * CYCLE_S) == ""


def test_what_is_little_cannot_be_seen() -> None:
    bench = Bench()
    bench.tell(24, 5, 13, 5, 25, 5, 12, 5, obeys=False)
    assert bench.pass_(8 * CYCLE_S) == ""


def test_one_on_the_way_to_another_offset_has_time() -> None:
    bench = Bench()
    bench.tell(*OTHER, offset_s=40)
    assert bench.pass_(12 * CYCLE_S) == ""
    assert bench.cycles._asked[1].strikes == 0


def test_one_that_never_arrives_has_no_more_of_it() -> None:
    plan = replace(SITE.intersection.plans[0], steps=SITE.intersection.plans[0].steps[:-1])  # another cycle
    bench = Bench(CabinetSite(replace(SITE.intersection, plans=(plan,))))
    bench.tell(21, 5, 26, 5, 25, 5, 12, obeys=False)
    assert bench.pass_((1 + MOST_ON_THE_WAY + STRIKES) * 99) == ""
    assert "does not run the plan" in bench.pass_(99)


def test_where_nobody_has_looked_nothing_is_judged() -> None:
    bench = Bench()
    bench.tell(*OTHER, obeys=False)
    for _ in range(6):
        bench.tick += 2
        assert bench.pass_(CYCLE_S - 2) == ""


def test_what_is_forgotten_is_not_asked_for() -> None:
    bench = Bench()
    bench.tell(*OTHER, obeys=False)
    bench.cycles.forget(1)
    bench.cycles.forget(0)
    assert bench.pass_(6 * CYCLE_S) == ""
    bench.tell(*OTHER)
    assert bench.pass_(6 * CYCLE_S) == ""
