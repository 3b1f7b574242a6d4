"""How an application comes to control and leaves it: the control states of a session. Pure."""

from __future__ import annotations

from typing import Final

from signals.adapters.tlcfi.objects import ControlState

__all__ = ["ALLOWED", "MAX_ERRORS", "Seat"]

ALLOWED: Final[dict[ControlState, tuple[ControlState, ...]]] = {
    ControlState.ERROR: (ControlState.NOT_CONFIGURED,),
    ControlState.NOT_CONFIGURED: (ControlState.OFFLINE,),
    ControlState.OFFLINE: (ControlState.READY,),
    ControlState.READY: (ControlState.START, ControlState.OFFLINE),
    ControlState.START: (ControlState.IN_CONTROL, ControlState.OFFLINE),
    ControlState.IN_CONTROL: (ControlState.END, ControlState.READY, ControlState.OFFLINE),
    ControlState.END: (ControlState.READY, ControlState.OFFLINE),
}
"""Which state may follow which; every one may be followed by ERROR."""

_CONFIGURED: Final = frozenset(ControlState) - {ControlState.ERROR, ControlState.NOT_CONFIGURED}

MAX_ERRORS: Final = 5
"""How many errors of one session an application recovers from."""


class Seat:
    """What an application asks of a TLC so that it gets control, keeps it, and gives it back.

    Attributes
    ----------
    state
        What the TLC has said last; `None` = nothing.
    asked
        What we have requested last.
    wanted
        Whether we want control.
    errors
        How often the TLC said ERROR.
    broken
        Whether the TLC has gone a way that is not allowed.
    """

    def __init__(self) -> None:
        self.state: ControlState | None = None
        self.asked: ControlState | None = None
        self.wanted = self.broken = self._leaving = False
        self.errors = 0

    @property
    def is_ours(self) -> bool:
        """Whether we want control and have it."""
        return self.wanted and self.state is ControlState.IN_CONTROL

    @property
    def is_left(self) -> bool:
        """Whether the TLC itself says that we have no control, and shall not get it."""
        return self.state is not None and self.state <= ControlState.OFFLINE

    @property
    def is_free(self) -> bool:
        """Whether the TLC has us configured, so that control can be asked for."""
        return self.state is not None and self.state >= ControlState.OFFLINE

    @property
    def is_spent(self) -> bool:
        """Whether there were too many errors."""
        return self.errors >= MAX_ERRORS

    def take(self) -> tuple[ControlState, ...]:
        """Want control; return what to request for it."""
        if self.wanted:
            return ()
        self.wanted, self._leaving = True, False
        return self._ask(ControlState.READY) if self.state in (ControlState.OFFLINE, ControlState.END) else ()

    def leave(self) -> tuple[ControlState, ...]:
        """Want control no more; return what to request for it."""
        self.wanted, self._leaving = False, True
        match self.state:
            case ControlState.IN_CONTROL:
                return self._ask(ControlState.END)
            case ControlState.READY | ControlState.START | ControlState.END:
                return self._ask(ControlState.OFFLINE)
            case _:
                return ()

    def told(self, state: ControlState) -> tuple[ControlState, ...]:
        """Take what the TLC says; return what to request now, one after another."""
        before, self.state = self.state, state
        if state is before:
            return ()
        if before in _CONFIGURED and state is not ControlState.ERROR and state not in ALLOWED[before]:
            self.broken = True
        if before is ControlState.IN_CONTROL and state is not ControlState.END:
            self.wanted = False  # it was taken from us: whoever wants it back asks again
        if self.is_left:
            self._leaving = False
        match state:
            case ControlState.ERROR:
                self.wanted = False
                self.errors += 1
                return ()
            case ControlState.NOT_CONFIGURED:
                return () if self.is_spent else self._ask(ControlState.NOT_CONFIGURED)
            case ControlState.OFFLINE:
                confirmed = () if self.asked is ControlState.OFFLINE else self._ask(ControlState.OFFLINE)
                return (*confirmed, *(self._ask(ControlState.READY) if self.wanted else ()))
            case ControlState.END:
                return self._ended()
            case _:
                return self._held(state)

    def _held(self, state: ControlState) -> tuple[ControlState, ...]:
        """Go on where we want control, and leave where we do not."""
        if not self.wanted:
            return () if self._leaving else self.leave()
        return self._ask(ControlState.IN_CONTROL) if state is ControlState.START else ()

    def _ended(self) -> tuple[ControlState, ...]:
        """Leave at once; where the TLC began with it, confirm it first. It clears what we have left green."""
        began_there, self.wanted = self.wanted, False
        return self._ask(*[ControlState.END] * began_there, ControlState.OFFLINE)

    def _ask(self, *states: ControlState) -> tuple[ControlState, ...]:
        self.asked = states[-1]
        return states
