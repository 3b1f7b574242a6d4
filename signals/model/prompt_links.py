"""A link to a street controller that knows when it has nothing to wait for."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from signals.model.cabinets import CabinetLink, Request

__all__ = ["PromptLink"]


@runtime_checkable
class PromptLink(CabinetLink, Protocol):
    """A link that knows when it has nothing to wait for. Optional: it makes a tick of a thousand cabinets shorter.

    It remembers a `signals.model.cabinets.GroupRequest`: as long as nothing in it is news, only `heartbeat` is called.
    """

    def is_fresh(self) -> bool:
        """Whether `refresh` would ask for nothing and return at once."""
        ...

    def is_prompt(self, request: Request | None) -> bool:
        """Whether `send` (unless that is None) and then `heartbeat` would wait for nothing."""
        ...
