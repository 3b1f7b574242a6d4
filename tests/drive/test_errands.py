"""What is done at a link begins from nothing, and all is said to be well only where a request was accepted."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.drive.errands import NO_ANSWER, Heard, connect, part, read_now, send, send_now
from signals.errors import WorldError
from signals.model.cabinets import CabinetReport, Receipt, Request, StageRequest, sites_of
from signals.testing import two_crossroads
from tests.drive.cabinet_of_mine import MyCabinet, Plan

CLOCK = Clock()


class Prompt(MyCabinet):
    """One that says whether it has to be waited for, and answers what it is told to."""

    fresh = prompt = True
    answer: object = Receipt(accepted=True, code="accepted", detail="", sent_s=0.0, answered_s=0.0)

    def __init__(self) -> None:
        super().__init__(sites_of(two_crossroads())[0], Plan(), CLOCK)
        self.did: list[str] = []

    def is_fresh(self) -> bool:
        return self.fresh

    def is_prompt(self, request: Request | None) -> bool:
        return self.prompt

    async def refresh(self) -> None:
        self.did.append("refresh")

    async def send(self, request: Request) -> Receipt:
        self.did.append("send")
        return self.answer  # type: ignore[return-value]

    async def heartbeat(self) -> None:
        self.did.append("heartbeat")

    async def close(self) -> None:
        self.did.append("close")

    async def release(self, reason: str) -> bool:
        self.did.append(f"release: {reason}")
        raise WorldError("gone")


def run(work: Coroutine[Any, Any, object]) -> object:
    return asyncio.run(work)


def test_connecting_begins_with_leaving() -> None:
    link = Prompt()
    run(connect(link))
    assert link.did == ["close"]


def test_who_parts_leaves_whatever_happens() -> None:
    link = Prompt()
    with pytest.raises(WorldError):
        run(part(link, CLOCK, None, "enough"))
    assert link.did == ["release: enough", "close"]


def test_who_has_nothing_to_wait_for_is_read_at_once() -> None:
    link = Prompt()
    heard = read_now(link, CLOCK)
    assert isinstance(heard, Heard)
    assert isinstance(heard.report, CabinetReport)
    link.fresh = False
    waits = read_now(link, CLOCK)
    assert asyncio.iscoroutine(waits)
    assert isinstance(run(waits), Heard)
    assert link.did == ["refresh"]


def test_the_heartbeat_follows_what_was_accepted_and_nothing_else() -> None:
    link = Prompt()
    assert send_now(link, None) is None
    assert send_now(link, StageRequest(0)) is link.answer
    assert link.did == ["heartbeat", "send", "heartbeat"]
    for link.answer in (Receipt(accepted=False, code="no", detail="", sent_s=0.0, answered_s=0.0), "nonsense"):
        link.did.clear()
        assert run(send(link, StageRequest(0))) == (NO_ANSWER if link.answer == "nonsense" else link.answer)
        assert link.did == ["send"]


def test_who_waits_where_nothing_was_to_be_waited_for_is_told_so() -> None:
    link = Prompt()

    async def slow() -> None:
        await asyncio.sleep(0)

    link.heartbeat = slow  # type: ignore[method-assign]
    assert isinstance(send_now(link, None), WorldError)
    link.prompt = False
    waits = send_now(link, None)
    assert asyncio.iscoroutine(waits)
    waits.close()
