"""The firmware of a virtual cabinet: a street controller without a protocol, without a clock and without I/O.

It has an interlock of its own (`firmware_lamps`), a program of its own (`firmware_program`), it remembers calls
(`firmware_senses`), lets somebody far away decide and returns to its program when it misses them, and it can be told to
misbehave (`firmware_faults`). Whatever is asked of it, what it shows is legal.

A request of exact aspects that is not legal is not shown and is the alarm ``illegal-request`` for as long as it stands.
After some ticks of that it is a fault: mode FAULT for `FAULT_REST_DS`, its own program, nobody is let in.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

import numpy as np

from signals.adapters.cabinet.firmware_faults import misbehaviour
from signals.adapters.cabinet.firmware_lamps import Lamps
from signals.adapters.cabinet.firmware_program import own_program
from signals.adapters.cabinet.firmware_senses import Senses
from signals.adapters.cabinet.firmware_wishes import Aspects, Greens, Holds, Wish
from signals.model.cabinets import CabinetSite, Mode, PlanRequest
from signals.model.values import Aspect, BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["BACKUP_REST_DS", "DARK_DS", "FAULT_REST_DS", "HANDOVER_DS", "STARTUP_DS", "Firmware"]

GREEN = int(Aspect.GREEN)

DARK_DS: Final = 30
"""For how long it is dark when power is lost."""
STARTUP_DS: Final = 50
"""For how long everything is red when it starts up."""
BACKUP_REST_DS: Final = 50
"""How long it stays in mode BACKUP at least; it is READY again once its program shows what it wants."""
HANDOVER_DS: Final = 30
"""How long after `take` it leaves everything as it is, unless something is asked: who takes over must know what is."""
FAULT_REST_DS: Final = 300
"""How long it stays in mode FAULT after illegal requests."""
CLOCK_JUMP_S: Final = 3_600.0


class Firmware:
    """A street controller; see `signals.adapters.cabinet.station.VirtualFirmware` for its attributes.

    Arrays that it gives away are never written to again: whoever keeps one, keeps what was.

    Parameters
    ----------
    site
        The intersection. Its first plan is the own program; without one, its stages take turns.
    tick_ds
        Length of a tick, > 0.
    backup_s
        After how long without `alive` it returns to its own program; 0 = never.
    seed
        Of what a misbehaviour leaves to chance.
    illegal_ticks
        How many ticks of an illegal request make a fault, > 0.
    detector_groups
        For each detector of the site the numbers of the groups that it calls; groups that none calls are always called.

    Attributes
    ----------
    silent
        Whether its server must not answer.
    illegal
        What was illegal in the last tick, a sentence each.
    """

    def __init__(
        self,
        site: CabinetSite,
        *,
        tick_ds: int = 10,
        backup_s: float = 10.0,
        seed: int = 0,
        illegal_ticks: int = 3,
        detector_groups: Sequence[Sequence[int]] = (),
    ) -> None:
        if tick_ds <= 0 or illegal_ticks <= 0 or backup_s < 0:
            raise ValueError("expected tick_ds > 0, illegal_ticks > 0 and backup_s >= 0")
        if len(detector_groups) not in (0, len(site.detectors)):
            raise ValueError(f"expected the groups of {len(site.detectors)} detectors, got {len(detector_groups)}")
        rng = Random(seed)
        self.site, self.tick_ds, self.time_ds = site, tick_ds, 0
        self.clock_offset_s, self._drift, self._jump_s = 0.0, 0, CLOCK_JUMP_S + rng.randrange(2, 120)
        self.backup_s = self._right_backup_s = float(backup_s)
        self.mode, self.silent = Mode.READY, False
        self.illegal: tuple[str, ...] = ()
        self._illegal_ticks, self._bad_ticks = illegal_ticks, 0
        self._wrong: set[str] = set()
        self._switched_on_ds = 0  # by the true clock
        self._alive_ds = self._backup_ds = self._handover_until_ds = 0
        self._dark_until_ds = self._start_until_ds = self._fault_until_ds = 0
        self._wish: Wish | None = None
        self._lamps = Lamps(site.intersection, tick_ds)
        self._senses = Senses(site, detector_groups, rng)
        self._program = own_program(site.intersection, tick_ds)
        self._program.start(0)
        self._wanted = [False] * len(site.groups)
        self._by_hand = self._wanted
        self._first = self._green_of(site.intersection.stages[0].groups if site.intersection.stages else (0,))
        self._stages = {stage.groups: number for number, stage in reversed(list(enumerate(site.intersection.stages)))}
        self.stage = -1
        self.alarms: tuple[str, ...] = ()
        self._note_lamps()
        self._note_rest()

    @property
    def age_ds(self) -> IntArray:
        """For how long each group has been showing it, int32 [nG]."""
        return np.int32(self._lamps.now_ds) - self._since_ds

    def step(self, call: BoolArray, detector_entered: IntArray, detector_occupied: FloatArray) -> ByteArray:
        """Take what the tick that ends has brought (`sense`), and go on by a tick (`advance`)."""
        self.sense(call, detector_entered, detector_occupied)
        return self.advance()

    def sense(self, call: BoolArray, detector_entered: IntArray, detector_occupied: FloatArray) -> None:
        """Take what was heard and seen in the tick that ends.

        Parameters
        ----------
        call
            bool [nG] somebody pushes a button, or stands there and waits.
        detector_entered
            int32 [nD] vehicles that entered in that tick; -1 = the detector says nothing.
        detector_occupied
            float32 [nD] the share of that tick during which it was occupied; NaN = it says nothing.
        """
        if self.mode is not Mode.FLASH:
            self._senses.hear(self.time_ds, call, self._lamps.aspect)
            self._senses.see(self.time_ds, detector_entered, detector_occupied, self._lamps.aspect)
        self._note_senses()

    def advance(self) -> ByteArray:
        """Go on by a tick; return what is shown in it, int8 [nG]; -1 where that is no aspect (flashing, dark)."""
        self.time_ds += self.tick_ds
        self.clock_offset_s += self._drift * self.tick_ds / 10
        self._lamps.tick()
        self._decide_mode()
        self._wanted = self._program.tick(self._clock_ds(), [since >= 0 for since in self._senses.called_ds])
        self._show()
        if self._lamps.changed:
            self._note_lamps()
        self._note_rest()
        return self.aspect

    def take(self) -> bool:
        """Let somebody far away decide from now on.

        Nothing begins or ends for `HANDOVER_DS`, unless they ask for something; after that its program goes on.
        """
        if self._against() is not None:
            return False
        if self.mode is not Mode.OURS:
            self._let_go(Mode.OURS)
            self._handover_until_ds = self.time_ds + HANDOVER_DS
        self._alive_ds = self.time_ds
        return True

    def give_back(self) -> None:
        """Return to the own program; what is shown ends as it must."""
        if self.mode is Mode.OURS:
            self._let_go(Mode.READY)

    def alive(self) -> None:
        """Start the backup timer anew."""
        self._alive_ds = self.time_ds

    def set_clock(self, utc_s: float) -> None:
        """Set the true time, in seconds; the program stands at once where it belongs."""
        self._switched_on_ds = round(10 * utc_s) - self.time_ds
        self._program.start(self._clock_ds())

    def request_groups(self, aspect: ByteArray) -> None:
        """Take what each group shall show from the next tick on, int8 [nG]; -1 = nothing is asked of that group."""
        self._check_size(aspect)
        self._ask(Aspects(aspect.tolist()))

    def request_holds(self, hold: BoolArray, force_off: BoolArray, omit: BoolArray, call: BoolArray) -> None:
        """Take what is held, forced off, left out and called, bool [nG] each; `firmware_wishes` says how."""
        for asked in (hold, force_off, omit, call):
            self._check_size(asked)
        if self._ask(Holds(hold, force_off, omit)):
            self._senses.call(self.time_ds, call.nonzero()[0].tolist(), self._lamps.aspect)

    def request_stage(self, stage: int) -> None:
        """Take which stage shall be served next and stay; the others end after their minimum greens."""
        if not 0 <= stage < len(self.site.intersection.stages):
            raise ValueError(f"expected a stage from 0 to {len(self.site.intersection.stages) - 1}, got {stage}")
        self._ask(Greens(self._green_of(self.site.intersection.stages[stage].groups)))

    def request_plan(self, request: PlanRequest) -> bool:
        """Take other times for a plan from the next cycle on, and run it; False where they are impossible.

        They are where somebody else decides, where there is no such plan, where the lengths are not one for each of
        its steps, positive and together the cycle, or where a green would be shorter than its minimum.
        """
        if self.mode is not Mode.OURS:
            return False
        if "lies" in self._wrong:
            return True
        if not self._program.ask(request):
            return False
        self._wish, self._handover_until_ds = None, 0
        return True

    def misbehave(self, what: str, on: bool = True) -> None:  # noqa: FBT001, FBT002  a switch
        """Begin or end a misbehaviour, one of `firmware_faults.MISBEHAVIOURS`. Raises `UnknownNameError`."""
        name = misbehaviour(what)
        if name == "reboot":
            if on:
                self._reboot()
            return
        if not on and "flash" in self._wrong and name == "flash":
            self._start_until_ds = self.time_ds + STARTUP_DS
        (self._wrong.add if on else self._wrong.discard)(name)
        self.silent = "silent" in self._wrong or self.time_ds < self._dark_until_ds
        self._set_clock_wrong(name, on=on)
        if name == "backup_changed":
            self._change_backup(off=on)
        self._senses.stuck_on = "detector_stuck_on" in self._wrong
        self._senses.stuck_off = "detector_stuck_off" in self._wrong and not self._senses.stuck_on
        if name == "manual":
            self._by_hand = self._wanted
        self._decide_mode()

    def _set_clock_wrong(self, name: str, *, on: bool) -> None:
        """Let its clock go wrong, or be right again: a jump, or a drift in seconds a second."""
        self._drift = int("clock_fast" in self._wrong) - int("clock_stopped" in self._wrong)
        if name == "clock_jump":
            self.clock_offset_s = self._jump_s * on
        elif name in ("clock_stopped", "clock_fast") and not on:
            self.clock_offset_s = 0.0

    def _change_backup(self, *, off: bool) -> None:
        """Set the backup time to 0, or to what it was before."""
        if off and self.backup_s:
            self._right_backup_s, self.backup_s = self.backup_s, 0.0
        elif not off and not self.backup_s:
            self.backup_s = self._right_backup_s

    def _reboot(self) -> None:
        """Lose power: time begins anew, and the true time goes on."""
        self._switched_on_ds += self.time_ds
        self.time_ds = 0
        self._alive_ds = self._backup_ds = self._handover_until_ds = self._fault_until_ds = 0
        self._dark_until_ds, self._start_until_ds = DARK_DS, DARK_DS + STARTUP_DS
        self._senses.forget()
        self.silent = True
        self._decide_mode()

    def _against(self) -> Mode | None:
        """Return the mode that keeps anybody far away from deciding; `None` where there is no such reason."""
        wrong, now_ds = self._wrong, self.time_ds
        if "flash" in wrong or now_ds < self._dark_until_ds:
            return Mode.FLASH
        if now_ds < self._start_until_ds:
            return Mode.LOCAL
        if "manual" in wrong:
            return Mode.MANUAL
        if "preempt" in wrong:
            return Mode.PREEMPT
        if "fault" in wrong or now_ds < self._fault_until_ds:
            return Mode.FAULT
        return Mode.LOCAL if "refuses" in wrong else None

    def _decide_mode(self) -> None:
        against = self._against()
        if against is not None:
            self._let_go(against)
        elif self.mode is Mode.OURS:
            if self.backup_s and self.time_ds - self._alive_ds >= 10 * self.backup_s:
                self._backup_ds = self.time_ds
                self._let_go(Mode.BACKUP)
        elif self.mode is not Mode.BACKUP or self._is_back():
            self.mode = Mode.READY

    def _is_back(self) -> bool:
        """Whether its own program has been running for a while and shows what it wants."""
        green = [shown == GREEN for shown in self._lamps.aspect]
        return self.time_ds - self._backup_ds >= BACKUP_REST_DS and green == self._wanted

    def _let_go(self, mode: Mode) -> None:
        """Change the mode; whatever was asked is forgotten."""
        if mode is not self.mode:
            self.mode, self._wish, self._bad_ticks, self.illegal = mode, None, 0, ()
            self._program.restore()

    def _ask(self, wish: Wish) -> bool:
        """Keep a wish, if it is ours to have one; return whether it was kept."""
        kept = self.mode is Mode.OURS and "lies" not in self._wrong
        if kept:
            self._wish = wish
        return kept

    def _show(self) -> None:
        """Move the lamps, by whoever decides."""
        lamps, called_ds = self._lamps, self._senses.called_ds
        match self.mode:
            case Mode.FLASH:
                lamps.darken()
            case Mode.LOCAL if self.time_ds < self._start_until_ds:
                lamps.follow([False] * len(self._wanted))
            case Mode.OURS if self._wish is not None:
                self._count_illegal(self._wish.show(lamps, called_ds))
            case Mode.OURS if self.time_ds <= self._handover_until_ds and "lies" not in self._wrong:
                lamps.obey(list(lamps.aspect))
            case Mode.MANUAL:
                lamps.follow(self._by_hand)
            case Mode.PREEMPT:
                lamps.follow(self._first)
            case _:
                lamps.follow(self._wanted)

    def _count_illegal(self, refused: list[tuple[int, str]]) -> None:
        """Raise the alarm, and the fault when that goes on."""
        self.illegal = tuple(f'group "{self.site.groups[group]}": {why}' for group, why in refused)
        self._bad_ticks = self._bad_ticks + 1 if refused else 0
        if self._bad_ticks >= self._illegal_ticks:
            self._fault_until_ds = self.time_ds + FAULT_REST_DS
            self._decide_mode()

    def _note_lamps(self) -> None:
        """Say what is shown now, and which stage that is."""
        shown, self._lamps.changed = self._lamps.aspect, False
        self._since_ds = np.array(self._lamps.since_ds, np.int32)
        self._lit: ByteArray = np.array(shown, np.int8)
        self._senses.serve(shown)
        green = tuple(group for group, aspect in enumerate(shown) if aspect == GREEN)
        number = self._stages.get(green, -1)
        if number < 0 <= self.stage and green:  # a part of it is still green, and nothing else
            same = set(green) <= set(self.site.intersection.stages[self.stage].groups)
            number = self.stage if same else -1
        self.stage = number

    def _note_rest(self) -> None:
        """Say what may change in every tick."""
        program, dark = self._program, self.mode is Mode.FLASH
        self.aspect: ByteArray = np.full_like(self._lit, Aspect.UNKNOWN) if dark else self._lit
        self._note_senses()
        self.plan, self.cycle_ds, self.cycle_position_ds = program.plan, program.cycle_ds, program.position_ds
        self.silent = "silent" in self._wrong or self.time_ds < self._dark_until_ds
        self.alarms = ("fault",) if self.mode is Mode.FAULT else ("illegal-request",) if self.illegal else ()

    def _note_senses(self) -> None:
        """Say what was heard and seen."""
        senses = self._senses
        self.call, self.detector_on = senses.button, senses.on
        self.detector_count, self.detector_fault = senses.count, senses.fault
        self.detector_occupied = senses.share

    def _clock_ds(self) -> int:
        return self._switched_on_ds + self.time_ds + round(10 * self.clock_offset_s)

    def _green_of(self, groups: Sequence[int]) -> list[bool]:
        return [group in groups for group in range(len(self.site.groups))]

    def _check_size(self, asked: BoolArray | ByteArray) -> None:
        if asked.shape != (len(self.site.groups),):
            raise ValueError(f"expected {len(self.site.groups)} groups, got an array of shape {asked.shape}")
