"""Groups that are to start: what was asked of them before has to be shown before they are asked for more. Pure.

A TLC takes what was asked for when it next looks, and some look once a second. Two requests that come between two looks
are one to it, the last. Who is amber and is asked for green without having been red stays amber, and who is red and is
asked for green without red-amber stays red.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from signals.adapters.tlcfi.objects import GroupState

__all__ = ["EARLY_S", "Starts"]

EARLY_S: Final = 0.2
"""How long before the end of red-amber green is asked for: it has to be there when the TLC looks."""

LATE_S: Final = 0.2
"""How long after the end of a clearance that has no lamp of its own more is asked for: nobody tells that it is over."""

NEVER: Final = float("inf")


class Starts:
    """Who has shown the red, or the red-amber, that he was asked for.

    Parameters
    ----------
    lead_s
        How long red-amber of each group lasts.
    clearance_s
        How long the clearance of each group lasts that is red to a TLC; 0 where there is none.
    """

    def __init__(self, lead_s: Sequence[float], clearance_s: Sequence[float]) -> None:
        self._shown_s = [
            {
                int(GroupState.RED): time_s + LATE_S if time_s else 0.0,
                int(GroupState.RED_AMBER): max(0.0, lead - EARLY_S),
            }
            for lead, time_s in zip(lead_s, clearance_s, strict=True)
        ]
        self._waits: dict[int, tuple[int, float]] = {}  # for what, and from when on it has been shown for long enough

    @property
    def ready_s(self) -> float:
        """When the first of them may be asked for more, as far as is known; inf where nobody shows it yet."""
        return min((ready_s for _, ready_s in self._waits.values()), default=NEVER)

    def asked(self, states: Mapping[int, int], shown: Sequence[int]) -> None:
        """Take note of what groups are asked for anew, and what all of them show."""
        for group, state in states.items():
            if state == GroupState.RED_AMBER or (state == GroupState.RED and shown[group] != state):
                self._waits[group] = state, NEVER
            elif self._waits:
                self._waits.pop(group, None)

    def shown(self, group: int, state: int, at_s: float) -> None:
        """Take note of what a group shows now."""
        if group not in self._waits:
            return
        awaited, _ = self._waits[group]
        if state == awaited:
            self._waits[group] = state, at_s + self._shown_s[group][state]
        elif awaited == GroupState.RED_AMBER and state != GroupState.RED:  # it goes another way
            del self._waits[group]

    def early(self, now_s: float) -> Collection[int]:
        """Return the groups for which it is too early to be asked for more."""
        return [group for group, (_, ready_s) in self._waits.items() if now_s < ready_s] if self._waits else ()

    def forget(self) -> None:
        """Nothing is asked for any more."""
        self._waits.clear()
