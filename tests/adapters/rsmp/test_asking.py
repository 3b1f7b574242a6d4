"""Which answer belongs to which question."""

from __future__ import annotations

import asyncio

import pytest

from signals.adapters.rsmp.asking import Asking
from signals.adapters.rsmp.messages import (
    Argument,
    CommandRequest,
    CommandResponse,
    Returned,
    StatusName,
    StatusRequest,
    StatusResponse,
    StatusValue,
    Watchdog,
)
from signals.errors import WorldLostError
from signals.model.cabinets import CabinetRefusedError
from tests.adapters.rsmp.bench import STAMP, run


def question(identity: str, name: str = "stage") -> StatusRequest:
    return StatusRequest(identity, "C", (StatusName("S0001", name),))


def answer(value: str, name: str = "stage", component: str = "C") -> StatusResponse:
    return StatusResponse("x", component, STAMP, (StatusValue("S0001", name, value, "recent"),))


def test_the_oldest_question_of_its_kind_is_answered() -> None:
    async def test() -> None:
        asking = Asking()
        first, second, other = (asking.expect(one) for one in (question("1"), question("2"), question("3", "x")))
        for message in (answer("a"), answer("b"), answer("c"), answer("d", component="D"), Watchdog("w", STAMP)):
            asking.told(message)
        assert [await first, await second] == [answer("a"), answer("b")]
        assert not other.done()
        asking.forget("3")
        asking.forget("3")
        assert other.cancelled()

    run(test)


def test_commands_are_told_apart_by_their_arguments() -> None:
    async def test() -> None:
        asking = Asking()
        asked = asking.expect(CommandRequest("1", "C", (Argument("M0002", "status", "setPlan", "True"),)))
        asking.told(CommandResponse("x", "C", STAMP, (Returned("M0015", "status", "5", "recent"),)))
        assert not asked.done()
        asking.told(CommandResponse("x", "C", STAMP, (Returned("M0002", "status", "True", "recent"),)))
        assert isinstance(await asked, CommandResponse)

    run(test)


def test_a_refusal_and_a_lost_connection_are_answers_too() -> None:
    async def test() -> None:
        asking = Asking()
        refused, lost = asking.expect(question("1")), asking.expect(question("2"))
        asking.refused("1", "no")
        asking.refused("1", "again")
        asking.refused("nobody", "no")
        asking.fail(WorldLostError("gone"))
        with pytest.raises(CabinetRefusedError, match="no"):
            await refused
        with pytest.raises(WorldLostError, match="gone"):
            await lost
        await asyncio.sleep(0)

    run(test)
