"""Phases that were asked for and are not served: a controller that takes every request and obeys none. Pure."""

from __future__ import annotations

from typing import Final

from signals.adapters.ntcip.identity import Identity
from signals.adapters.ntcip.phases import Masks, PhaseMap, bits_of, numbers_of

__all__ = ["MARGIN_S", "OverdueWatch"]

MARGIN_S: Final = 5.0


class OverdueWatch:
    """How long each phase has been asked for in vain.

    A phase is asked for when it is called or held, is not left out, and nothing that may not be on together with it is
    held or called. It must be green once the longest of those has shown its walk or minimum green, pedestrian
    clearance, yellow and red clearance, and a margin has passed.

    Parameters
    ----------
    map_
        Which phases are spoken about.
    identity
        Their times, and which may be on together; `None` = not known yet, so that nobody is late.

    Attributes
    ----------
    alarms
        A name for each phase that is overdue.
    """

    def __init__(self, map_: PhaseMap, identity: Identity | None) -> None:
        self._against: dict[int, int] = {}
        last_s: dict[int, float] = {}
        if identity is not None:
            for phase in map_.phases:
                rivals = (other for other in map_.phases if other != phase and not identity.together(phase, other))
                self._against[phase], last_s[phase] = bits_of(rivals), _lasts_s(identity, phase)
        self._limit_s = {
            phase: max((last_s[other] for other in numbers_of(against)), default=0.0) + MARGIN_S
            for phase, against in self._against.items()
        }
        self._since_s: dict[int, float] = {}
        self.alarms: tuple[str, ...] = ()

    def forget(self) -> None:
        """Take it that nothing is asked any more: nobody is late."""
        self._since_s.clear()
        self.alarms = ()

    def ask(self, masks: Masks, now_s: float) -> None:
        """Take what is asked now."""
        called = (masks.veh_call | masks.ped_call) & ~masks.phase_omit
        asked = called | masks.hold
        wanted = [phase for phase in numbers_of(asked) if phase in self._against and not asked & self._against[phase]]
        self._since_s = {phase: self._since_s.get(phase, now_s) for phase in wanted}

    def look(self, greens: int, now_s: float) -> None:
        """Take which phases are green, a set."""
        self._since_s = {p: now_s if greens >> p - 1 & 1 else since_s for p, since_s in self._since_s.items()}
        late = [phase for phase, since_s in self._since_s.items() if now_s - since_s > self._limit_s[phase]]
        self.alarms = tuple(f"phase-{phase}-not-served" for phase in sorted(late))


def _lasts_s(identity: Identity, phase: int) -> float:
    row = identity.phases[phase]
    green_s = max(row.min_green_s or 0, (row.walk_s or 0) + (row.ped_clear_s or 0))
    return green_s + ((row.yellow_ds or 0) + (row.red_clear_ds or 0)) / 10
