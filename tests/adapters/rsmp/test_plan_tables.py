"""Cycle, offset and bands of a plan come one after another and are taken over together."""

from __future__ import annotations

from dataclasses import replace

from signals.adapters.rsmp.bands import bands_of
from signals.adapters.rsmp.plan_tables import PlanTables
from signals.model.cabinets import PlanRequest
from tests.adapters.rsmp.bench import SITE

PLAN = SITE.intersection.plans[0]
OTHER = replace(PLAN, offset_ds=100)


def tables() -> PlanTables:
    return PlanTables((PLAN, OTHER), (bands_of(PLAN), bands_of(OTHER)))


def test_they_begin_as_built() -> None:
    found = tables()
    lengths = tuple(step.duration_ds // 10 for step in PLAN.steps)
    assert found.request(1) == PlanRequest(1, 94, 0, lengths)
    assert found.request(2) == PlanRequest(2, 94, 84, lengths)
    assert (found.cycles(), found.offsets()) == ("1-94,2-94", "1-0,2-84")
    assert found.bands().startswith("1-1-21,1-2-2,")
    assert (1 in found, 3 in found, found.changed) == (True, False, False)


def test_what_does_not_fit_waits_for_the_rest() -> None:
    found = tables()
    found.now[1] = replace(found.now[1], cycle_s=95)
    assert found.request(1) is None
    found.now[1] = replace(found.now[1], extensions={**found.now[1].extensions, 1: 22})
    request = found.request(1)
    assert request is not None
    assert (request.cycle_s, request.green_s[0]) == (95, 23)
    assert found.changed
    found.restore()
    assert not found.changed
