"""What a drive writes down: the witness of its loop, which keeps nothing in memory and everything in the audit log.

An entry of kind ``tick`` is written for a cabinet whenever something of it is new: what is wanted, what is permitted,
what was asked, what was answered, what is shown. So a log of a quiet hour is short, and nothing that happened is
missing. No entry names a traveller: what came in is there as a checksum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from signals.drive.translator import WAITS
from signals.model.cabinets import (
    CabinetReport,
    GroupRequest,
    HoldRequest,
    PlanRequest,
    Receipt,
    Request,
    StageRequest,
)
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, ByteArray, Decision, Event, Snapshot, Verdict
from signals.record.audit import AuditLog
from signals.safety.interstage import REASONS

__all__ = ["Diary", "Done", "aspects_text"]

LETTERS: Final = {
    Aspect.RED: "r",
    Aspect.RED_AMBER: "u",
    Aspect.GREEN: "G",
    Aspect.AMBER: "y",
    Aspect.CLEARANCE: "c",
    Aspect.UNKNOWN: "?",
}
TEXT: Final = "".join(
    {aspect % 256: letter for aspect, letter in LETTERS.items()}.get(n, "!") for n in range(256)
).encode()
BITS: Final = b"0" + b"1" * 255


class Done(NamedTuple):
    """What was done about one cabinet in a tick.

    Attributes
    ----------
    intersection
        Its number.
    standing, level
        How far we have got, and how much is done there, in a word each.
    report
        What it reported.
    request
        What it was asked, or would have been asked.
    receipt
        What it answered; None where nothing was sent.
    """

    intersection: int
    standing: str
    level: str
    report: CabinetReport | None
    request: Request | None
    receipt: Receipt | None


class Diary:
    """Writes down what happens.

    Parameters
    ----------
    network
        What is driven.
    log
        Where it is written.
    on_event
        Is told every sentence that a person should read.
    happened
        Returns what the controller says that happened to it, since the last call.

    Attributes
    ----------
    same, heard
        int64 [nI] ticks of groups that were shown as they were wanted, and all of which both was known.
    violations
        How many there were.
    """

    def __init__(
        self,
        network: Network,
        log: AuditLog,
        on_event: Callable[[str], None],
        happened: Callable[[], tuple[Event, ...]] = tuple,
    ) -> None:
        self._network, self._log, self._on_event, self._happened = network, log, on_event, happened
        self._names = [place.id for place in network.intersections]
        offset = network.arrays.group_offset.tolist()
        self._rows = [slice(*ends) for ends in pairwise(offset)]
        self._owner = np.repeat(np.arange(len(self._names)), np.diff(offset))
        self._snapshot: Snapshot | None = None
        self._verdict: Verdict | None = None
        self._last: list[tuple[object, ...]] = [()] * len(self._names)
        self._tick, self._hash = -1, ""
        self._said: tuple[str, bytes] | None = None
        self.same, self.heard = np.zeros((2, len(self._names)), np.int64)
        self.violations = 0

    def note(self, snapshot: Snapshot, decision: Decision, verdict: Verdict, events: tuple[Event, ...]) -> None:  # noqa: ARG002
        """Keep one tick until it is known what was done about it; events and violations are written now."""
        self._tick, self._hash, self._said = self._tick + 1, "", None
        self._snapshot, self._verdict = snapshot, verdict
        for event in (*self._happened(), *events):
            self.tell("event", event.intersection, code=event.code, text=event.detail)
        for seen in verdict.violations:
            self.violations += 1
            self.tell("violation", seen.intersection, code=seen.rule, text=seen.detail)

    @property
    def coming(self) -> BoolArray:
        """Groups that wait for nothing but the ends of conflicting ones in this tick, bool [nG]."""
        if self._verdict is None:
            return np.zeros(len(self._network.arrays.group_user), np.bool_)
        found: BoolArray = np.isin(self._verdict.reason, WAITS)
        return found

    def tell(self, kind: str, intersection: int, *, code: str, text: str) -> None:
        """Write an entry that a person should read, too."""
        name = self._names[intersection] if intersection >= 0 else ""
        self._log.note([{"kind": kind, "cabinet": name, "tick": self._tick, "code": code, "text": text}])
        self._on_event(f"{name or 'all'}: {kind} {code}: {text}")

    def did(self, done: Sequence[Done], wanted: BoolArray | None, shown: ByteArray) -> None:
        """Write what was done in this tick, as far as it is new; it reaches the disk within a tick.

        Parameters
        ----------
        done
            What was done about each cabinet.
        wanted
            bool [nG] what the controller wanted; None where it has not answered.
        shown
            int8 [nG] what was reported.

        Raises
        ------
        RecordError
            When the last tick could not be written.
        """
        want = b"" if wanted is None else wanted.tobytes()
        entries = [entry for one in done if (entry := self._entry(one, want)) is not None]
        if wanted is not None:
            self._agree([one.intersection for one in done if one.report is not None], wanted, shown)
        if entries:
            self._log.note(entries)
        self._log.save()  # last: its thread takes time from this one

    def _entry(self, one: Done, wanted: bytes) -> Mapping[str, object] | None:
        """Return what is new of a cabinet; `wanted` has a byte for each group, or none."""
        place, standing, level, report, request, receipt = one
        want = wanted[self._rows[place]]
        new = (
            standing,
            level,
            None if report is None else (report.mode, report.aspect.tobytes()),
            want,
            None if request is None else _essence(request),
            None if receipt is None else (receipt.accepted, receipt.code),
        )
        if new == self._last[place]:
            return None
        self._last[place] = new
        return self._table(one, want)

    def _table(self, one: Done, want: bytes) -> Mapping[str, object]:
        rows = self._rows[one.intersection]
        entry: dict[str, object] = {
            "kind": "tick",
            "cabinet": self._names[one.intersection],
            "tick": self._tick,
            "inputs": self._inputs(),
            "standing": one.standing,
            "level": one.level,
            "mode": None if one.report is None else one.report.mode.name.lower(),
            "shown": "" if one.report is None else aspects_text(one.report.aspect),
            "want": _bits(want),
        }
        if self._verdict is not None:
            permitted, reasons = self._texts(self._verdict)
            entry["permitted"] = permitted[rows]
            entry["reason"] = _reasons(reasons[rows])
        if one.request is not None:
            entry["asked"] = request_table(one.request)
        if one.receipt is not None:
            entry["answer"] = one.receipt.code
            entry["detail"] = one.receipt.detail
            entry["answer_ms"] = round((one.receipt.answered_s - one.receipt.sent_s) * 1_000, 1)
        return entry

    def _texts(self, verdict: Verdict) -> tuple[str, bytes]:
        """Return a letter for what each group of the network is permitted, and a byte for why; once a tick."""
        if self._said is None:
            self._said = aspects_text(verdict.command.aspect), verdict.reason.tobytes()
        return self._said

    def _inputs(self) -> str:
        """Return the checksum of everything that was believed in this tick."""
        if not self._hash and self._snapshot is not None:
            digest = hashlib.sha256()
            for part in self._snapshot:
                digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
            self._hash = digest.hexdigest()[:16]
        return self._hash

    def _agree(self, places: Sequence[int], wanted: BoolArray, shown: ByteArray) -> None:
        same = np.bincount(self._owner, (shown == Aspect.GREEN) == wanted, len(self._names))
        self.same[places] += same[places].astype(np.int64)
        self.heard[places] += np.bincount(self._owner, minlength=len(self._names))[places]


def aspects_text(aspect: ByteArray) -> str:
    """Return a letter for each group: r red, u red-amber, G green, y amber, c clearance, ? not known."""
    return aspect.tobytes().translate(TEXT).decode("ascii")


@lru_cache(maxsize=4096)
def _reasons(reasons: bytes) -> list[str]:
    """Return why groups do not show what was wanted, each reason once; nobody changes the list."""
    return sorted({REASONS[reason] for reason in reasons if reason})


def _bits(want: bytes) -> str:
    """Return 1 for each group of which something is so, 0 for each of which it is not."""
    return want.translate(BITS).decode("ascii")


def _essence(request: Request) -> object:
    """Return what makes one request another one than the last, as far as it is written down."""
    match request:
        case GroupRequest():
            return "groups", request.aspect.tobytes()
        case HoldRequest():
            return "holds", *(column.tobytes() for column in request)
        case _:
            return type(request), request


def request_table(request: Request) -> dict[str, object]:
    """Return a request as a plain table."""
    match request:
        case GroupRequest():
            return {"groups": aspects_text(request.aspect)}
        case HoldRequest():
            return {name: _bits(column.tobytes()) for name, column in request._asdict().items()}
        case StageRequest():
            return {"stage": request.stage}
        case PlanRequest():
            return {**request._asdict(), "green_s": list(request.green_s)}
