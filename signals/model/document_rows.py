"""The format of a network document: one dataclass a table, its fields are the keys.

A key with a usual value may be left out. The values mean what they mean in the model (`Lane`, `Movement`, …).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from signals.schema import at_least, more_than

__all__ = [
    "DetectorRow",
    "FindingRow",
    "GroupRow",
    "IntersectionRow",
    "LaneRow",
    "MovementRow",
    "NetworkRow",
    "OffLinkRow",
    "PlanRow",
    "StageRow",
    "StepRow",
    "TurnName",
    "UserName",
]

UserName = Literal["vehicle", "pedestrian", "bicycle", "transit"]
TurnName = Literal["straight", "left", "right", "uturn", "crossing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One ``[[lanes]]``; ``shape`` is ``"x,y x,y …"`` in metres."""

    id: str
    edge: str
    length_m: float = field(metadata=more_than(0))
    speed_mps: float = field(metadata=more_than(0))
    user: UserName = "vehicle"
    internal: bool = False
    shape: str = ""
    width_m: float = field(default=3.2, metadata=more_than(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRow:
    """One ``[[movements]]``; lanes and movements are named by their ids."""

    id: str
    from_lane: str
    to_lane: str
    via: tuple[str, ...] = ()
    length_m: float = field(metadata=at_least(0))
    speed_mps: float = field(metadata=more_than(0))
    turn: TurnName = "straight"
    user: UserName = "vehicle"
    link: int = field(default=-1, metadata=at_least(-1))
    yields_to: tuple[str, ...] = ()
    foes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One ``[[intersections.groups]]``; ``intergreen_ds``: conflicting group → time until its green may begin."""

    id: str
    user: UserName = "vehicle"
    links: tuple[int, ...] = ()
    movements: tuple[str, ...] = ()
    min_green_ds: int = field(metadata=more_than(0))
    max_green_ds: int = field(metadata=more_than(0))
    amber_ds: int = field(metadata=at_least(0))
    red_amber_ds: int = field(default=0, metadata=at_least(0))
    clearance_ds: int = field(default=0, metadata=at_least(0))
    max_red_ds: int = field(metadata=more_than(0))
    permissive_links: tuple[int, ...] = ()
    turn_on_red_links: tuple[int, ...] = ()
    intergreen_ds: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One ``[[intersections.stages]]``; groups are named by their ids."""

    id: str
    groups: tuple[str, ...]
    source: Literal["file", "derived"] = "file"
    late_start_ds: tuple[int, ...] = ()
    early_cutoff_ds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One ``[[intersections.plans.steps]]``; groups are named by their ids."""

    duration_ds: int = field(metadata=more_than(0))
    groups: tuple[str, ...] = ()
    min_ds: int = field(default=0, metadata=at_least(0))
    max_ds: int = field(default=0, metadata=at_least(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One ``[[intersections.plans]]``."""

    id: str
    offset_ds: int = 0
    steps: tuple[StepRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OffLinkRow:
    """One ``[[intersections.off_links]]``: an output without a signal and the letter it shows."""

    link: int = field(metadata=at_least(0))
    shows: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntersectionRow:
    """One ``[[intersections]]``."""

    id: str
    junctions: tuple[str, ...] = ()
    link_count: int = field(default=0, metadata=at_least(0))
    off_links: tuple[OffLinkRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    stages: tuple[StageRow, ...] = ()
    plans: tuple[PlanRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRow:
    """One ``[[detectors]]``; its lane is named by its id."""

    id: str
    lane: str
    position_m: float
    length_m: float = field(default=2.0, metadata=at_least(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One ``[[findings]]``: what a reader noticed."""

    level: str
    intersection: str = ""
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A whole document."""

    format: str
    name: str
    lanes: tuple[LaneRow, ...] = ()
    movements: tuple[MovementRow, ...] = ()
    intersections: tuple[IntersectionRow, ...] = ()
    detectors: tuple[DetectorRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()
