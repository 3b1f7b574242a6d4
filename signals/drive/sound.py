"""Whether what a link returned is what it must be: an adapter may be anybody's, and a bad one ends only itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from signals.model.cabinets import CabinetInfo, CabinetReport, CabinetSite, Capability, Mode, Receipt
from signals.model.values import Aspect

__all__ = ["Soundness"]

ASPECTS: Final = np.array(list(Aspect), np.int8).tobytes()
"""All that may be in a report; looking through bytes is ten times as fast as comparing small arrays."""
TYPES: Final = tuple(map(np.dtype, (np.int8, np.bool_, np.int32, np.float32)))
"""Of the arrays of a report: aspects, calls, counts, occupancy."""
NUMBERS: Final = (int, float)


class Soundness:
    """What a link to one cabinet may return.

    Parameters
    ----------
    site
        The intersection.
    """

    def __init__(self, site: CabinetSite) -> None:
        self._groups = len(site.groups)
        groups, detectors = (self._groups,), (len(site.detectors),)
        self._shapes = (groups, groups, detectors, detectors)

    def of_report(self, given: object) -> bool:
        """Whether it is a report, in the right shapes and types, and in bounds."""
        if not isinstance(given, CabinetReport):
            return False
        report: Any = given  # whatever its fields are
        if not isinstance(report.mode, Mode):
            return False
        if not (isinstance(report.received_s, NUMBERS) and isinstance(report.clock_offset_s, NUMBERS)):
            return False
        if not (_are_texts(report.alarms) and _are_texts(report.notes)):
            return False
        aspect, call, count, occupied = report[3:7]
        try:
            shapes = (aspect.shape, call.shape, count.shape, occupied.shape)
            right = shapes == self._shapes and (aspect.dtype, call.dtype, count.dtype, occupied.dtype) == TYPES
        except AttributeError:  # they are no arrays
            return False
        return right and not aspect.tobytes().translate(None, ASPECTS)

    def of_info(self, given: object) -> bool:
        """Whether it is what a cabinet says it is, with a time for every group or for none."""
        if not isinstance(given, CabinetInfo):
            return False
        info: Any = given
        words = (info.protocol, info.protocol_version, info.make, info.model, info.version, info.lacks)
        times = (info.min_green_ds, info.amber_ds, info.red_amber_ds, info.clearance_ds)
        return (
            isinstance(info.capabilities, Capability)
            and all(isinstance(word, str) for word in words)
            and all(value is None or isinstance(value, NUMBERS) for value in (info.backup_s, info.clock_offset_s))
            and all(self._are_times(row, may_be_none=True) for row in times)
            and self._is_table(info.intergreen_ds)
        )

    def _is_table(self, rows: object) -> bool:
        if rows is None:
            return True
        return isinstance(rows, Sequence) and len(rows) == self._groups and all(map(self._are_times, rows))

    @staticmethod
    def of_receipt(given: object) -> bool:
        """Whether it is what a cabinet answers to a request."""
        if not isinstance(given, Receipt):
            return False
        receipt: Any = given
        if not isinstance(receipt.accepted, bool):
            return False
        words = isinstance(receipt.code, str) and isinstance(receipt.detail, str)
        return words and isinstance(receipt.sent_s, NUMBERS) and isinstance(receipt.answered_s, NUMBERS)

    def _are_times(self, row: object, *, may_be_none: bool = False) -> bool:
        if not isinstance(row, Sequence) or isinstance(row, str):
            return False
        if len(row) != self._groups and not (may_be_none and not row):
            return False
        return all(time_ds is None or isinstance(time_ds, int) for time_ds in row)


def _are_texts(given: object) -> bool:
    return not given or (isinstance(given, tuple) and all(isinstance(text, str) for text in given))
