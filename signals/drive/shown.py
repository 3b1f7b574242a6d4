"""What the cabinets of a drive have reported in a tick, and whether they show what they were asked for.

All of it is done for all cabinets at once: hundreds of them make arrays of some thousand rows, and a tick has no time
for the arrays of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from signals.model.cabinets import CabinetReport
from signals.model.values import Aspect, BoolArray, ByteArray, Command, IntArray, Readings
from signals.safety.intake import Intake

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["Shown", "lag_ticks"]

Rows = npt.NDArray[np.int64]

LAG_TICKS: Final = 2
LAG_DS: Final = 5
"""How late a display may follow what was asked for: by two ticks, and by half a second where these are shorter."""


class Shown:
    """The readings of a whole network, put together from reports of single cabinets.

    Parameters
    ----------
    network
        The network.
    tick_ds
        Length of a tick.

    Attributes
    ----------
    aspect
        int8 [nG] what is shown; -1 where nobody says.
    """

    def __init__(self, network: Network, tick_ds: int) -> None:
        groups, detectors = len(network.arrays.group_user), len(network.detectors)
        self._places = len(network.intersections)
        self._owner = np.repeat(np.arange(self._places), np.diff(network.arrays.group_offset))
        self.aspect = np.full(groups, Aspect.UNKNOWN, np.int8)
        self._call = np.zeros(groups, np.bool_)
        self._count = np.full(detectors, -1, np.int32)
        self._occupied = np.full(detectors, np.nan, np.float32)
        self._intake = Intake(network, tick_ds)
        self._commanded = np.full(groups, Aspect.UNKNOWN, np.int8)
        self._late_ticks = np.zeros(groups, np.int32)

    @property
    def strange(self) -> BoolArray:
        """Intersections that show what is no aspect, bool [nI]."""
        return self._intake.strange

    def blank(self) -> None:
        """Know nothing."""
        self.aspect[:], self._call[:] = Aspect.UNKNOWN, False
        self._count[:], self._occupied[:] = -1, np.nan

    def take(self, rows: Sequence[Rows], sensors: Sequence[Rows], reports: Sequence[CabinetReport]) -> None:
        """Take what cabinets reported into the rows of their groups and detectors.

        Parameters
        ----------
        rows, sensors
            Of each cabinet, int64 [its nG] and [its nD].
        reports
            Of each.
        """
        if not reports:
            return
        groups, detectors = np.concatenate(rows), np.concatenate(sensors)
        self.aspect[groups] = np.concatenate([report.aspect for report in reports])
        self._call[groups] = np.concatenate([report.call for report in reports])
        self._count[detectors] = np.concatenate([report.detector_count for report in reports])
        self._occupied[detectors] = np.concatenate([report.detector_occupied for report in reports])

    def readings(self, time_s: float) -> Readings:
        """Return what was reported, without what cannot be (`signals.safety.intake`); valid until the next tick."""
        none, intake = np.zeros(0, np.float32), self._intake
        nobody = np.zeros(0, np.int32)
        given = Readings(
            time_s, self.aspect, self._call, nobody, none, none, nobody.astype(np.int64), self._count, self._occupied
        )
        intake.take(given)
        return given._replace(
            time_s=intake.time_s,
            aspect=intake.aspect,
            call=intake.call,
            detector_count=intake.count,
            detector_occupied=intake.occupied,
        )

    def command(self, places: BoolArray, command: Command) -> None:
        """Remember what the groups of some intersections, bool [nI], are asked to show from now on."""
        np.copyto(self._commanded, command.aspect, where=places[self._owner])

    def asked(self, rows: Rows) -> ByteArray:
        """Return what the groups of a cabinet were asked last, int8 [its nG]; -1 where nothing."""
        asked: ByteArray = self._commanded[rows]
        return asked

    def forget(self, rows: Rows) -> None:
        """Remember nothing of what the groups of a cabinet were asked."""
        self._commanded[rows], self._late_ticks[rows] = Aspect.UNKNOWN, 0

    def compare(self) -> None:
        """Count for how many ticks groups have not shown what they were asked; call it once a tick, after `take`."""
        asked, shown = self._commanded, self.aspect
        red_in_clearance = (asked == Aspect.CLEARANCE) & (shown == Aspect.RED)
        same = (asked == shown) | (asked == Aspect.UNKNOWN) | (shown == Aspect.UNKNOWN) | red_in_clearance
        self._late_ticks[:] = np.where(same, 0, self._late_ticks + 1)

    def late_ticks(self) -> IntArray:
        """Return for how many ticks each intersection has not shown what it was asked, int32 [nI]."""
        late = np.zeros(self._places, np.int32)
        np.maximum.at(late, self._owner, self._late_ticks)
        return late


def lag_ticks(tick_ds: int) -> int:
    """Return how many ticks late a display may follow what was asked for."""
    return max(LAG_TICKS, -(-LAG_DS // tick_ds))
