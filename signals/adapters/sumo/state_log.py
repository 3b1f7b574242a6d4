"""What SUMO recorded of its signals: the file that ``SaveTLSStates`` and ``SaveTLSSwitchStates`` write."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from signals.adapters.sumo.attributes import refuse, seconds, text
from signals.adapters.sumo.safe_xml import Element, events

__all__ = ["Shown", "read_state_log"]


class Shown(NamedTuple):
    """A state from the time on at which it was first seen: its letters, and the line in the file."""

    time_ds: int
    state: str
    line: int


def read_state_log(path: Path) -> dict[str, list[Shown]]:
    """Read what every signal showed, in order of time; a state that goes on is kept once.

    The last state of each signal is kept a second time at its last record, so that one knows until when it was seen.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FileError
        When it cannot be read, a record is not complete, or time goes back.
    """
    shown: dict[str, list[Shown]] = {}
    last: dict[str, Shown] = {}
    for element in events(path, {"tlsState"}, root={"tlsStates"}):
        signal, now = text(element, "id"), _shown(element)
        before = last.get(signal)
        if before is not None and now.time_ds < before.time_ds:
            refuse(element, f"its time, {now.time_ds / 10:g} s, is before that of the record above it")
        if before is None or now.state != before.state:
            shown.setdefault(signal, []).append(now)
        last[signal] = now
    for signal, end in last.items():
        shown[signal].append(end)
    return shown


def _shown(element: Element) -> Shown:
    return Shown(round(seconds(element, "time") * 10), text(element, "state"), element.line)
