"""Logs that keep only what changed: of what was shown, of what was wanted, and of who was in charge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, ByteArray, Decision, IntArray

__all__ = ["AspectLog", "Spans", "WishLog", "WriteLog"]


class Spans(NamedTuple):
    """What each group showed, in order of time and group.

    Attributes
    ----------
    time_s
        float64 [n] when it began.
    group
        int32 [n] network-wide.
    aspect
        int8 [n] `Aspect`.
    duration_s
        float64 [n] until the group's next change, or the end of the log.
    """

    time_s: npt.NDArray[np.float64]
    group: IntArray
    aspect: ByteArray
    duration_s: npt.NDArray[np.float64]


class AspectLog:
    """What every group showed.

    Parameters
    ----------
    tick_s
        Length of a tick: what is reported at t was shown from ``t - tick_s`` on.
    groups
        Number of groups, network-wide.
    """

    def __init__(self, tick_s: float, groups: int) -> None:
        self._tick_s = tick_s
        self._last = np.full(groups, Aspect.UNKNOWN - 1, np.int8)
        self._last_bytes = self._last.tobytes()
        self._end_s = 0.0
        self._times: list[float] = []
        self._groups: list[IntArray] = []
        self._aspects: list[ByteArray] = []

    def note(self, time_s: float, aspect: ByteArray) -> None:
        """Keep one tick."""
        self._end_s = time_s
        seen = aspect.tobytes()
        if seen != self._last_bytes:
            changed = np.flatnonzero(aspect != self._last).astype(np.int32)
            self._times.append(time_s - self._tick_s)
            self._groups.append(changed)
            self._aspects.append(aspect[changed])
            self._last, self._last_bytes = aspect.copy(), seen

    def spans(self) -> Spans:
        """Return what was shown so far."""
        sizes = [len(changed) for changed in self._groups]
        time_s = np.repeat(np.array(self._times, np.float64), sizes)
        group = np.concatenate([np.empty(0, np.int32), *self._groups])
        aspect = np.concatenate([np.empty(0, np.int8), *self._aspects])
        return Spans(time_s, group, aspect, _durations_s(time_s, group, self._end_s))


class WishLog:
    """What was wanted: a row per intersection whenever its wish changes."""

    def __init__(self, network: Network) -> None:
        self._network = network
        arrays = network.arrays
        self._owner = np.repeat(np.arange(len(network.intersections)), np.diff(arrays.group_offset))
        self._offset = arrays.group_offset
        self._want = np.zeros(len(self._owner), np.bool_)
        self._stage = np.full(len(network.intersections), -2, np.int32)
        self._want_bytes = self._want.tobytes()
        self._stage_bytes = self._stage.tobytes()
        self._rows: list[tuple[float, int, int, BoolArray]] = []

    def note(self, time_s: float, decision: Decision) -> None:
        """Keep one tick."""
        want, stage = decision.want.tobytes(), decision.stage.tobytes()
        if want == self._want_bytes and stage == self._stage_bytes:
            return
        changed = set(self._owner[decision.want != self._want].tolist())
        changed.update(np.flatnonzero(decision.stage != self._stage).tolist())
        self._want, self._stage = decision.want.copy(), decision.stage.copy()
        self._want_bytes, self._stage_bytes = want, stage
        for row in sorted(changed):
            wanted = self._want[self._offset[row] : self._offset[row + 1]]
            self._rows.append((time_s, row, int(self._stage[row]), wanted))

    def columns(self) -> dict[str, list[float] | list[str]]:
        """Return the table `decisions`."""
        places = self._network.intersections
        return {
            "time_s": [time_s for time_s, *_ in self._rows],
            "intersection": [places[row].id for _, row, _, _ in self._rows],
            "stage": [places[row].stages[stage].id if stage >= 0 else "" for _, row, stage, _ in self._rows],
            "groups": [
                " ".join(places[row].groups[group].id for group in np.flatnonzero(wanted))
                for _, row, _, wanted in self._rows
            ],
        }


class WriteLog:
    """Which intersections were ours: a row per intersection whenever that changes.

    Parameters
    ----------
    names
        Ids of the intersections.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._last = [-1] * len(names)
        self._last_bytes = b"nothing yet"
        self._rows: list[tuple[float, str, int]] = []

    def note(self, time_s: float, write: BoolArray) -> None:
        """Keep one tick."""
        now = write.tobytes()
        if now == self._last_bytes:
            return
        last, self._last, self._last_bytes = self._last, write.astype(int).tolist(), now
        self._rows += [
            (time_s, name, ours)
            for name, ours, before in zip(self._names, self._last, last, strict=True)
            if ours != before
        ]

    def columns(self) -> dict[str, list[float] | list[str] | list[int]]:
        """Return the table `written`."""
        return {
            "time_s": [time_s for time_s, _, _ in self._rows],
            "intersection": [name for _, name, _ in self._rows],
            "written": [ours for _, _, ours in self._rows],
        }


def _durations_s(time_s: npt.NDArray[np.float64], group: IntArray, end_s: float) -> npt.NDArray[np.float64]:
    """Return for each row how long until the next row of its group, or the end."""
    order = np.lexsort((time_s, group))
    until = np.full(len(order), end_s)
    same = group[order][1:] == group[order][:-1]
    until[:-1][same] = time_s[order][1:][same]
    duration_s = np.empty(len(order))
    duration_s[order] = until - time_s[order]
    return duration_s
