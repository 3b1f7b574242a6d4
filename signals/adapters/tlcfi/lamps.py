"""What a signal group shows, in TLC-FI's words and in ours."""

from __future__ import annotations

from typing import Final

from signals.adapters.tlcfi.objects import GroupState
from signals.model.intersections import SignalGroup
from signals.model.values import Aspect

__all__ = ["ASKED", "aspect_of", "clearance_states", "states_of"]

_PROTECTED: Final = {
    Aspect.RED: GroupState.RED,
    Aspect.RED_AMBER: GroupState.RED_AMBER,
    Aspect.GREEN: GroupState.PROTECTED_GREEN,
    Aspect.AMBER: GroupState.PROTECTED_AMBER,
}
_PERMISSIVE: Final = {
    **_PROTECTED,
    Aspect.GREEN: GroupState.PERMISSIVE_GREEN,
    Aspect.AMBER: GroupState.PERMISSIVE_AMBER,
}
_ASPECT: Final = {
    GroupState.RED: Aspect.RED,
    GroupState.RED_AMBER: Aspect.RED_AMBER,
    GroupState.PERMISSIVE_GREEN: Aspect.GREEN,
    GroupState.PROTECTED_GREEN: Aspect.GREEN,
    GroupState.PERMISSIVE_AMBER: Aspect.AMBER,
    GroupState.PROTECTED_AMBER: Aspect.AMBER,
}
_FLASHING_GREEN: Final = (GroupState.PERMISSIVE_FLASHING_GREEN, GroupState.PROTECTED_FLASHING_GREEN)

ASKED: Final = frozenset(_ASPECT) | frozenset(_FLASHING_GREEN)
"""The only states that may be asked of a signal group: never dark, never flashing amber, never none."""


def clearance_states() -> dict[str, GroupState]:
    """How a pedestrian clearance may be shown, by the name of the option."""
    return {"red": GroupState.RED, "flashing-green": GroupState.PERMISSIVE_FLASHING_GREEN}


def states_of(group: SignalGroup, clearance: GroupState) -> tuple[GroupState, ...]:
    """List the state of TLC-FI for each aspect of a group, RED to CLEARANCE.

    Parameters
    ----------
    group
        One whose green yields somewhere is permissive.
    clearance
        What its clearance is shown as.
    """
    table = _PERMISSIVE if group.permissive_links else _PROTECTED
    return (*(table[aspect] for aspect in _PROTECTED), clearance)


def aspect_of(state: int, *, clears: bool) -> Aspect:
    """Translate what a group shows.

    Parameters
    ----------
    state
        Of TLC-FI.
    clears
        Whether people clear the crossing after its green; flashing green is that then, and green elsewhere.
    """
    if state in _FLASHING_GREEN:
        return Aspect.CLEARANCE if clears else Aspect.GREEN
    return _ASPECT.get(GroupState(state), Aspect.UNKNOWN)
