"""Driving a controller second by second: what is asked, what is repeated, and when it is not ours any more. Pure.

The methods that talk are generators (`signals.adapters.ntcip.exchange`). Hold, force-off, omit and call are written as
masks, six columns in one message; the controller keeps timing minimum greens, ambers and clearances. It forgets them
all when nothing was written for its backup time, so they are repeated in each heartbeat.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from signals.adapters.ntcip.detectors import DetectorWatch
from signals.adapters.ntcip.exchange import Chunks, Steps, fetch, store
from signals.adapters.ntcip.identity import Identity, backup_time, identify
from signals.adapters.ntcip.messages import Binding, integer
from signals.adapters.ntcip.objects import CONTROLS, PATTERN, instance
from signals.adapters.ntcip.overdue import OverdueWatch
from signals.adapters.ntcip.phases import NO_MASKS, Lamps, Masks
from signals.adapters.ntcip.refusal import RefusedRequest
from signals.adapters.ntcip.settings import Settings
from signals.adapters.ntcip.status import Reader, Status, alarms_of, grows_serious, mode_of, sheet_of
from signals.errors import WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError, HoldRequest, Mode, PlanRequest

__all__ = ["MOST_MEANT", "Session"]

SYNC: Final = "systemSyncControl"
MOST_SYNC_S: Final = 254

REPEAT_S: Final = 5.0
"""How often what is asked is repeated at most; three times within the backup time where that is shorter. What it holds
is read back every second."""
MOST_MEANT: Final = 64
"""How many requests are remembered as what they mean in masks."""
FOREIGN: Final = "not-what-was-asked"
ALARM2_S: Final = 10.0
"""How long an alarm that is cleared by reading it is reported."""

READY: Final = frozenset({Mode.READY, Mode.BACKUP})
"""Modes in which it may be taken; from backup, too: that is over as soon as somebody asks."""


class Session:
    """What is known of one controller and asked of it, from one connection to the next.

    Parameters
    ----------
    settings
        What the configuration says.

    Attributes
    ----------
    identity
        What it says it is, once it was asked.
    status
        Its last status.
    lamps
        What it shows.
    buttons
        Who has pushed a button and is not served yet, as a set of phases.
    taken
        Whether it does what we say.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings, self.chunks = settings, Chunks(settings.varbinds)
        self.identity: Identity | None = None
        self.status: Status | None = None
        self.lamps: Lamps | None = None
        self.taken = False
        self.buttons = 0
        self._standing = Mode.OFFLINE
        self._masks, self._pattern, self._planned = NO_MASKS, 0, (0, 0)
        self._tried, self._pattern_tried = NO_MASKS, 0  # others than those: written, and not confirmed
        self._wrote, self._sent_s = False, float("-inf")
        self._meant: dict[bytes, Masks] = {}
        self._trouble = ""
        self._alarm2, self._alarm2_until_s = 0, float("-inf")
        self._missing: set[bytes] = set()
        self._counts_due = False
        self._counts = [
            [instance(name, number) for number in settings.detectors]
            for name in ("detectorVolume", "detectorOccupancy")
        ]
        self._readers: dict[tuple[bool, bool], Reader] = {}
        self.detectors = DetectorWatch(settings.detectors, counts=False)
        self.overdue = OverdueWatch(settings.phases, None)

    def identify(self, now_s: float) -> Steps[Identity]:
        """Ask what it is, and learn which objects it does not have. Raises `CabinetRefusedError`."""
        identity = yield from identify(self.settings, self.chunks)
        everything = self._reader(lamps=True, masks=True).sheet
        got = yield from fetch(self.chunks, everything.cells)
        self._missing = set(everything.cells) - set(got)
        self._readers.clear()
        self.detectors = DetectorWatch(self.settings.detectors, counts=identity.volume_s > 0)
        self.overdue = OverdueWatch(self.settings.phases, identity)
        self.identity = identity
        self._meant.clear()
        self._note_alarm2(identity.alarm2, now_s)
        return identity

    def sweep(self, now_s: float, *, lamps: bool) -> Steps[Status]:
        """Ask for the status, and judge whether it is still ours.

        Parameters
        ----------
        now_s
            The time.
        lamps
            Whether to ask what is shown; not where that comes by itself.

        Raises
        ------
        CabinetRefusedError
            When it does not tell what is needed.
        """
        status = yield from self._read(lamps=lamps, masks=self.taken or self._wrote)
        before = self.status.short_alarm if self.status else 0
        self.status, self.lamps = status, status.lamps or self.lamps
        self.detectors.see(status.active, status.failed)
        self._counts_due = self.detectors.is_new(status.sequence)
        if grows_serious(before, status.short_alarm):
            oid = instance("unitAlarmStatus2", 0)
            self._note_alarm2((yield from fetch(self.chunks, [oid])).get(oid, 0), now_s)
        self._note_buttons(status)
        self._judge(status)
        self.overdue.look(self.lamps.greens | self.lamps.walks if self.lamps else 0, now_s)
        return status

    def count(self) -> Steps[None]:
        """Ask what was counted in a period that has ended since the last sweep; without an answer nobody knows it.

        It is asked for behind the status, on which more depends: that must not be late for it.
        """
        if not self._counts_due:
            return
        self._counts_due = False
        try:
            got = yield from fetch(self.chunks, chain(*self._counts))
        except WorldTimeoutError:
            got = {}
        told = [[value if isinstance(value := got.get(oid), int) else None for oid in row] for row in self._counts]
        self.detectors.count(*told)

    def show(self, lamps: Lamps) -> None:
        """Take what is shown, from somewhere else than a sweep."""
        self.lamps = lamps

    def mode(self) -> Mode:
        """Return who decides there, by the last status."""
        return Mode.OURS if self.taken else self._standing

    def alarms(self, now_s: float) -> tuple[str, ...]:
        """Return what is wrong, a short name each."""
        if self.status is None:
            return ()
        words = alarms_of(self.status, self._alarm2 if now_s < self._alarm2_until_s else 0)
        late = self.overdue.alarms if self.taken else ()
        return words + late + ((self._trouble,) if self._trouble else ())

    def take(self, now_s: float) -> Steps[None]:
        """Begin to ask for something: nothing yet, which shows that we may.

        Raises
        ------
        CabinetRefusedError
            When its backup timer would not take it back, somebody else asks for something, or it is not free.
        """
        backup_s = yield from backup_time(self.chunks)
        if self.identity is None or not backup_s:
            raise CabinetRefusedError(
                "NTCIP: its backup time is 0 or not told; without us it would not return by itself"
            )
        if backup_s != self.identity.backup_s:
            raise CabinetRefusedError(f"NTCIP: its backup time was {self.identity.backup_s} s and is {backup_s} s now")
        status = yield from self._read(lamps=True, masks=True)
        standing = mode_of(status)
        if standing not in READY:
            raise CabinetRefusedError(f"NTCIP: it cannot be taken, its mode is {standing.name}")
        pattern = yield from self._pattern_now()
        if (pattern or status.masks != NO_MASKS) and not self.taken:
            raise CabinetRefusedError("NTCIP: somebody else asks it for something")
        yield from self._write(self._columns(NO_MASKS), now_s)
        self._masks, self._pattern, self.taken, self._trouble = NO_MASKS, 0, True, ""
        self._tried, self._pattern_tried = NO_MASKS, 0
        self.overdue.forget()

    def hold(self, request: HoldRequest, now_s: float) -> Steps[bool]:
        """Ask for holds, force-offs, omits and calls, if they are other ones than before; return whether they are.

        A force-off is asked of a phase that is green only: it would else end its next green.

        Raises
        ------
        RefusedRequest
            When it is not ours, or the request cannot be meant.
        CabinetRefusedError
            When the controller does not take it.
        """
        masks = self._checked(request)
        if masks == self._masks == self._tried and not self._pattern:
            return False
        bindings = self._columns(masks)
        if self._pattern:
            bindings.append(integer(instance(PATTERN, 0), 0))
        self._tried, self._pattern_tried = masks, 0
        yield from self._write(bindings, now_s)
        self._masks, self._pattern = masks, 0
        self.overdue.ask(masks, now_s)
        return True

    def plan(self, request: PlanRequest, utc_s: float, now_s: float) -> Steps[bool]:
        """Ask for a pattern, and where in its cycle it shall stand; return whether it is another one than before.

        Raises
        ------
        RefusedRequest
            When it is not ours, has no such pattern, or its pattern has another cycle.
        CabinetRefusedError
            When the controller does not take it.
        """
        self._check_ours()
        cycle_s = self.identity.cycles_s.get(request.plan) if self.identity else None
        if cycle_s is None:
            raise RefusedRequest("no-such-plan", f"it has no pattern {request.plan} with a cycle")
        if cycle_s != request.cycle_s:
            raise RefusedRequest(
                "other-cycle", f"pattern {request.plan} has a cycle of {cycle_s} s, not {request.cycle_s} s"
            )
        position_s = int(utc_s + request.offset_s) % cycle_s
        if position_s > MOST_SYNC_S:
            raise RefusedRequest(
                "position", f"a position of {position_s} s in the cycle cannot be said; ask again later"
            )
        wanted = (request.plan, request.offset_s)
        if self._pattern and wanted == self._planned:
            return False
        bindings = [integer(instance(PATTERN, 0), request.plan), integer(instance(SYNC, 0), position_s)]
        self._pattern_tried = request.plan
        yield from self._write(([] if self._masks == NO_MASKS else self._columns(NO_MASKS)) + bindings, now_s)
        self._masks, self._pattern, self._planned = NO_MASKS, request.plan, wanted
        self._tried = NO_MASKS
        return True

    def beat(self, now_s: float) -> Steps[None]:
        """Repeat what is asked, unless something was written within the last half of the time between repeats."""
        if not self.is_beat_due(now_s):
            return
        bindings = [integer(instance(PATTERN, 0), self._pattern)] if self._pattern else self._columns(self._masks)
        yield from self._write(bindings, now_s)

    def is_beat_due(self, now_s: float) -> bool:
        """Whether `beat` has something to repeat."""
        backup_s = self.identity.backup_s if self.identity else None
        return self.taken and now_s - self._sent_s >= min(REPEAT_S, (backup_s or REPEAT_S) / 3) / 2

    def is_as_before(self, request: HoldRequest) -> bool:
        """Whether `hold` would write nothing, as it was asked for that already."""
        if not self.taken or self._pattern:
            return False
        try:
            return self._checked(request) == self._masks == self._tried
        except RefusedRequest:
            return False

    def release(self, now_s: float) -> Steps[bool]:
        """Ask for nothing any more, and look whether that is so.

        Returns
        -------
        bool
            Whether nothing of what we asked for is left; where we never wrote, nothing is written and that is true.
        """
        shared = self._trouble == FOREIGN
        self.taken, self._trouble = False, ""
        if not self._wrote:
            return True
        pattern = integer(instance(PATTERN, 0), 0)
        bindings = (yield from self._still_ours()) if shared else [*self._columns(NO_MASKS), pattern]
        yield from self._write(bindings, now_s)
        self._masks = self._tried = NO_MASKS
        self._pattern = self._pattern_tried = 0
        got = yield from fetch(self.chunks, [binding.oid for binding in bindings])
        free = all(got.get(oid, 0 if oid == pattern.oid else None) == value for oid, _, value in bindings)
        self._wrote = not free
        return free

    def _still_ours(self) -> Steps[list[Binding]]:
        """Return what ends all that is as we asked for it; the rest is what somebody else asks for, and stays."""
        status = yield from self._read(lamps=False, masks=True)
        there = status.masks or NO_MASKS
        rows = list(zip(there, self._masks, self._tried, strict=True))
        steady = [0 if theirs in (ours, tried) else theirs for theirs, ours, tried in rows[:3]]
        left = Masks(*steady, *(theirs & ~(ours | tried) for theirs, ours, tried in rows[3:]))
        found = [new for new, old in zip(self._columns(left), self._columns(there), strict=True) if new != old]
        if status.pattern_asked and status.pattern_asked in (self._pattern, self._pattern_tried):
            found.append(integer(instance(PATTERN, 0), 0))
        return found

    def _read(self, *, lamps: bool, masks: bool) -> Steps[Status]:
        reader = self._reader(lamps=lamps, masks=masks)
        return reader.read((yield from fetch(self.chunks, reader.sheet.cells)))

    def _reader(self, *, lamps: bool, masks: bool) -> Reader:
        if (lamps, masks) not in self._readers:
            phases = self.settings.phases
            sheet = sheet_of(phases, self.settings.detectors, lamps=lamps, masks=masks).without(self._missing)
            self._readers[lamps, masks] = Reader(sheet, phases, lamps=lamps, masks=masks)
        return self._readers[lamps, masks]

    def _pattern_now(self) -> Steps[int]:
        """Read which pattern is asked for; one that it does not have is 0."""
        oid = instance(PATTERN, 0)
        value = (yield from fetch(self.chunks, [oid])).get(oid, 0)
        return value if isinstance(value, int) else 0

    def _columns(self, masks: Masks) -> list[Binding]:
        octets = self.settings.phases.octets
        return [
            integer(instance(name, octet), mask >> (8 * octet - 8) & 0xFF)
            for name, mask in zip(CONTROLS, masks, strict=True)
            for octet in octets
        ]

    def _write(self, bindings: list[Binding], now_s: float) -> Steps[None]:
        self._wrote = True
        yield from store(self.chunks, bindings)
        self._sent_s = now_s

    def _checked(self, request: HoldRequest) -> Masks:
        """Return the masks of a request that can be meant."""
        self._check_ours()
        key = b"".join([set_.tobytes() for set_ in request])
        masks = self._meant.get(key)
        if masks is None:  # there are few that come again and again
            masks = self._possible(self.settings.phases.masks_of(request))
            if len(self._meant) >= MOST_MEANT:
                self._meant.clear()
            self._meant[key] = masks
        return masks._replace(force_off=masks.force_off & (self.lamps.greens if self.lamps else 0))

    def _possible(self, masks: Masks) -> Masks:
        """Return masks as they are, or raise `RefusedRequest` where they cannot be meant."""
        if masks.hold & (masks.force_off | masks.phase_omit):
            raise RefusedRequest("contradiction", "a phase is held and forced off or left out at once")
        held = [phase for phase in self.settings.phases.phases if masks.hold >> phase - 1 & 1]
        for k, first in enumerate(held):
            for second in held[k + 1 :]:
                if not (self.identity and self.identity.together(first, second)):
                    raise RefusedRequest("not-concurrent", f"phases {first} and {second} may not be on together there")
        return masks

    def _check_ours(self) -> None:
        if not self.taken:
            raise RefusedRequest("not-ours", f"it is not ours, its mode is {self._standing.name}")

    def _note_buttons(self, status: Status) -> None:
        """Remember who has pushed a button. A call may be the echo of our own: it counts where it came before ours."""
        walks = self.lamps.walks if self.lamps else 0
        ours = self._masks.ped_call if self.taken else 0
        self.buttons = (self.buttons | ~ours) & status.ped_calls & ~walks

    def _judge(self, status: Status) -> None:
        """Look who decides, and whether what is asked of it is what we asked."""
        self._standing = mode_of(status)
        if not self.taken:
            return
        if self._standing is not Mode.READY:
            self.taken = False
        elif status.backup_s is not None and self.identity and status.backup_s != self.identity.backup_s:
            self._trouble = "backup-changed"  # it would not return by itself, or not when it said
        elif status.masks is not None and not self._same(status.masks, status.pattern_asked):
            self.taken, self._trouble = False, FOREIGN
        else:
            # A force-off that has ended a green is over; repeated, it would end the next one.
            left = (status.masks or NO_MASKS).force_off
            same = self._tried == self._masks
            self._masks = self._masks._replace(force_off=self._masks.force_off & left)
            self._tried = self._masks if same else self._tried

    def _same(self, there: Masks, pattern: int) -> bool:
        """Whether what a controller has is what we asked for; it may clear force-offs and calls that it has served.

        Where the answer to a write was lost, each column may be as before or as was written.
        """
        rows = list(zip(there, self._masks, self._tried, strict=True))
        steady = all(theirs in (ours, tried) for theirs, ours, tried in rows[:3])
        steady = steady and pattern in (self._pattern, self._pattern_tried)
        return steady and not any(theirs & ~(ours | tried) for theirs, ours, tried in rows[3:])

    def _note_alarm2(self, bits: int | bytes, now_s: float) -> None:
        if isinstance(bits, int) and bits:
            self._alarm2, self._alarm2_until_s = bits, now_s + ALARM2_S
