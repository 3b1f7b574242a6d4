"""What is done at a link: connecting, reading, asking and parting, each as one errand on its line."""

from __future__ import annotations

from typing import Final, NamedTuple, cast

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.plan_changes import PlanChange, release
from signals.drive.sound import Soundness
from signals.errors import WorldError
from signals.model.cabinets import CabinetLink, CabinetReport, Receipt, Request
from signals.model.prompt_links import PromptLink

__all__ = ["NO_ANSWER", "Heard", "connect", "part", "read", "read_now", "send", "send_now"]

PARTING_S: Final = 2.0
"""How long giving back may take where nobody may be listening any more."""

NO_ANSWER: Final = "no answer"
"""Stands for what is none."""


class Heard(NamedTuple):
    """What a cabinet reported, and when: others may be waited for before anybody looks at it."""

    report: CabinetReport
    at_s: float


async def connect(link: CabinetLink) -> object:
    """Connect, from a beginning that is known."""
    await link.close()
    return await link.connect()


async def part(link: CabinetLink, clock: Clock, change: PlanChange | None, why: str) -> None:
    """Give back what may be ours, whether anybody hears it or not, and leave."""
    try:
        await clock.within(PARTING_S, release(link, change, why))
    finally:
        await link.close()


async def read(link: CabinetLink, clock: Clock) -> Heard:
    """Ask for the status, and return it."""
    await link.refresh()
    return Heard(link.report(), clock.now_s())


def read_now(link: PromptLink, clock: Clock) -> object:
    """Read without waiting, where there is nothing to wait for."""
    return Heard(link.report(), clock.now_s()) if link.is_fresh() else read(link, clock)


def send_now(link: PromptLink, request: Request | None) -> object:
    """Send without waiting, where there is nothing to wait for."""
    sending = send(link, request)
    if not link.is_prompt(request):
        return sending
    try:
        sending.send(None)
    except StopIteration as end:
        return end.value
    sending.close()
    return WorldError("its adapter has waited where it said that it would not")


async def send(link: CabinetLink, request: Request | None) -> object:
    """Send a request, and say that all is well where it was accepted."""
    if request is None:
        await link.heartbeat()
        return None
    receipt: object = await link.send(request)
    if not Soundness.of_receipt(receipt):
        return NO_ANSWER
    if cast("Receipt", receipt).accepted:
        await link.heartbeat()
    return receipt
