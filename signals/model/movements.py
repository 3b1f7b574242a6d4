"""Movements: one way through a junction, from one lane to another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from signals.model.lanes import User

__all__ = ["Movement", "Turn"]


class Turn(Enum):
    """The direction of a movement."""

    STRAIGHT = "s"
    LEFT = "l"
    RIGHT = "r"
    UTURN = "t"
    CROSSING = "c"


@dataclass(frozen=True, slots=True)
class Movement:
    """One way through a junction.

    Parameters
    ----------
    id
        Unique in the network: ``from_lane>to_lane`` by lane ids.
    from_lane, to_lane
        Indices into `Network.lanes`. Of a crossing: the walking area and the crossing itself.
    via
        The lanes inside the junction that it uses, in driving order (indices into `Network.lanes`).
    length_m
        Distance from the stop line to the end of the junction; of a crossing, its length from kerb to kerb.
    speed_mps
        The speed it is driven at, > 0.
    turn
        Its direction.
    user
        Who it is for.
    link
        Its output in the controller's state string; -1 where no signal controls it.
    yields_to
        Indices (into `Network.movements`) of the movements that have priority over it.
    foes
        Indices (into `Network.movements`) of the movements whose paths cross or merge with it.
    """

    id: str
    from_lane: int
    to_lane: int
    via: tuple[int, ...]
    length_m: float
    speed_mps: float
    turn: Turn = Turn.STRAIGHT
    user: User = User.VEHICLE
    link: int = -1
    yields_to: tuple[int, ...] = ()
    foes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.speed_mps <= 0 or self.length_m < 0:
            raise ValueError(f'movement "{self.id}": speed_mps must be > 0 and length_m >= 0')
