"""Which answer belongs to which question: RSMP does not say, so it is told by what they are about."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from signals.adapters.rsmp.messages import (
    CommandRequest,
    CommandResponse,
    Message,
    StatusRequest,
    StatusResponse,
)
from signals.errors import WorldError
from signals.model.cabinets import CabinetRefusedError

__all__ = ["Asking"]

About = tuple[type[Message], str, frozenset[tuple[str, str]]]


class _Question(NamedTuple):
    about: About
    answer: asyncio.Future[Message]


class Asking:
    """Questions that wait for their answers; the oldest of several alike is answered first."""

    def __init__(self) -> None:
        self._questions: dict[str, _Question] = {}

    def expect(self, message: CommandRequest | StatusRequest) -> asyncio.Future[Message]:
        """Return what will be the answer."""
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._questions[message.id] = _Question(_about_question(message), answer)
        return answer

    def forget(self, identity: str) -> None:
        """Wait no longer for an answer."""
        question = self._questions.pop(identity, None)
        if question is not None:
            question.answer.cancel()

    def told(self, message: Message) -> None:
        """Take a message that may be an answer."""
        if not isinstance(message, CommandResponse | StatusResponse):
            return
        about = _about_answer(message)
        for question in self._questions.values():
            if question.about == about and not question.answer.done():
                question.answer.set_result(message)
                return

    def refused(self, identity: str, reason: str) -> None:
        """Take it that a question was not understood."""
        question = self._questions.get(identity)
        if question is not None and not question.answer.done():
            question.answer.set_exception(CabinetRefusedError(f"rsmp: the site does not understand: {reason}"))

    def fail(self, error: WorldError) -> None:
        """Take it that nothing will be answered any more."""
        for question in self._questions.values():
            if not question.answer.done():
                question.answer.set_exception(error)


def _about_question(message: CommandRequest | StatusRequest) -> About:
    if isinstance(message, CommandRequest):
        names = frozenset((row.command, row.name) for row in message.arguments)
        return CommandResponse, message.component, names
    return StatusResponse, message.component, frozenset(message.names)


def _about_answer(message: CommandResponse | StatusResponse) -> About:
    if isinstance(message, CommandResponse):
        return CommandResponse, message.component, frozenset((row.command, row.name) for row in message.returned)
    return StatusResponse, message.component, frozenset((row.code, row.name) for row in message.values)
