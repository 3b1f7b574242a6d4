"""The objects of a virtual controller: what they read from its firmware, and what writing them does. No I/O.

Whatever a master writes is kept in registers. Holds, force-offs, omits, calls and patterns reach the firmware, which
does what is safe; the rest is kept and does nothing. Registers are 0 again in backup mode and after a restart, and each
write starts the backup timer anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.ntcip.agent import Leaf, Write
from signals.adapters.ntcip.ber import COUNTER32
from signals.adapters.ntcip.counting import VolumeCount
from signals.adapters.ntcip.objects import CONTROLS, OBJECTS, RESETS, SPAT_ENABLE, Access
from signals.adapters.ntcip.phases import NO_LAMPS, NO_MASKS, Lamps, Masks, bits_of
from signals.adapters.ntcip.settings import AgentSettings
from signals.adapters.ntcip.tables import Database, seconds_of
from signals.adapters.ntcip.unit import Unit
from signals.model.cabinets import Mode, PlanRequest
from signals.model.values import ByteArray

__all__ = ["Board"]

PATTERN: Final = "systemPatternControl"
SYNC: Final = "systemSyncControl"
FREE: Final = 254
LOCAL_TIME_BASE: Final = 255

LAMPS: Final = ("Reds", "Yellows", "Greens", "DontWalks", "PedClears", "Walks")
NEVER_ON: Final = frozenset({"ringControlGroupStopTime", "ringControlGroupOmitRedClear", "preemptControlState"})
"""What this controller lets nobody switch on from far away."""

WORDS: Final = {"moduleMake": b"signals", "moduleModel": b"virtual cabinet", "moduleVersion": b"1"}


class Board:
    """Everything that can be read and written at one virtual controller.

    Parameters
    ----------
    firmware
        What it is.
    settings
        How it was set up.
    clock
        The true time.
    """

    def __init__(self, firmware: VirtualFirmware, settings: AgentSettings, clock: Clock) -> None:
        self._firmware, self._settings, self._clock = firmware, settings, clock
        self._map = settings.phases
        self._database = Database(firmware.site, settings.phases)
        self._rings = self._database.rings()
        self._registers: dict[tuple[str, tuple[int, ...]], int] = {}
        self._seen: ByteArray | None = None
        self._lamps = NO_LAMPS
        self._ours, self._holding, self._free = False, False, False
        self._time_ds = firmware.time_ds
        self.volume = VolumeCount(firmware, settings.volume_s)
        self.unit = Unit(firmware, clock)
        self._clear()

    @property
    def spat_on(self) -> bool:
        """Whether signal data are to be sent."""
        return any(self._registers[SPAT_ENABLE.name, (k,)] for k in (0, 1))

    @property
    def lamps(self) -> Lamps:
        """What the phases show."""
        if self._firmware.aspect is not self._seen:
            self._seen = self._firmware.aspect
            self._lamps = self._map.lamps_of(self._seen.tolist())
        return self._lamps

    @property
    def ped_calls(self) -> int:
        """Buttons that were pushed, as a set of phases."""
        rows = zip(self._map.services, self._firmware.call.tolist(), strict=True)
        return bits_of(service.phase for service, called in rows if called)

    def ticked(self) -> None:
        """Look what the firmware did in this tick."""
        firmware = self._firmware
        self.volume.ticked()
        self.unit.ticked()
        # Whoever decides there: what nobody has written for the backup time is 0.
        unheard = 0 < 10 * firmware.backup_s <= firmware.time_ds - self._written_ds
        if firmware.time_ds < self._time_ds or (self._ours and firmware.mode is Mode.BACKUP) or unheard:
            self._clear()
        self._time_ds = firmware.time_ds
        self._ours = firmware.mode is Mode.OURS
        self._end_force_offs()

    def allowed(self, write: Write) -> bool:
        """Whether a value is taken at all: this controller does not flash, stop or shorten anything on demand."""
        if write.name == PATTERN:
            return write.value <= FREE
        return not (write.name in NEVER_ON and write.value)

    def write(self, writes: Sequence[Write]) -> None:
        """Take what one request writes."""
        names = {row.name for row in writes}
        pattern = self._pattern
        for name, index, value in writes:
            self._registers[name, index] = value
        if names & RESETS:
            self._firmware.alive()
            self._written_ds = self._firmware.time_ds
        if names & set(CONTROLS):
            self._ask_holds()
        if PATTERN in names or SYNC in names:
            self._ask_pattern(changed=pattern != self._pattern, synced=SYNC in names)

    def leaves(self) -> Iterator[Leaf]:
        """Return every instance of every object."""
        for name, index, value in self._database.rows():
            yield self._leaf(name, index, lambda value=value: value)  # type: ignore[misc]
        for name, word in WORDS.items():
            yield self._leaf(name, (1,), lambda word=word: word)  # type: ignore[misc]
        for name, index in self._registers:
            if name != SPAT_ENABLE.name:
                yield self._leaf(name, index, self._register(name, index))
        for k in (0, 1):
            key = (SPAT_ENABLE.name, (k,))
            yield Leaf(
                *key[:1], (*SPAT_ENABLE.arcs, k), (k,), self._register(*key), Access.CONTROL, high=SPAT_ENABLE.high
            )
        for name, index, read in (
            *self._statuses(),
            *self.unit.statuses(),
            *self.volume.statuses(self._settings.detectors),
        ):
            yield self._leaf(name, index, read)

    def _leaf(self, name: str, index: tuple[int, ...], read: Callable[[], int | bytes]) -> Leaf:
        row = OBJECTS[name]
        tag = COUNTER32 if name == "globalTime" else row.tag
        return Leaf(name, (*row.arcs, *index), index, read, row.access, row.low, row.high, tag)

    def _register(self, name: str, index: tuple[int, ...]) -> Callable[[], int]:
        registers, key = self._registers, (name, index)
        if name == "unitControl":
            # The bit that disables remote commands is what a controller shows that lets nobody in.
            return lambda: registers[key] | (2 if self._firmware.mode is Mode.LOCAL else 0)
        return lambda: registers[key]

    def _statuses(self) -> Iterator[tuple[str, tuple[int, ...], Callable[[], int]]]:
        for octet in range(1, self._map.octets[-1] + 1):
            shift = 8 * octet - 8
            for k, word in enumerate(LAMPS):
                yield f"phaseStatusGroup{word}", (octet,), lambda k=k, s=shift: self.lamps[k] >> s & 255  # type: ignore[misc]
            for name, read in self._sets():
                yield name, (octet,), lambda read=read, s=shift: read() >> s & 255  # type: ignore[misc]
        for octet in range(1, (len(self._map.services) + 7) // 8 + 1):
            shift = 8 * octet - 8
            for name, aspects in (("Reds", (0, 1, 4)), ("Yellows", (3,)), ("Greens", (2,))):
                yield (
                    f"channelStatusGroup{name}",
                    (octet,),
                    lambda a=aspects, s=shift: self._channels(a) >> s & 255,  # type: ignore[misc]
                )
        for number, ring in enumerate(self._rings, 1):
            yield "ringStatus", (number,), lambda ring=ring: self._ring(ring)  # type: ignore[misc]
        yield "coordPatternStatus", (0,), lambda: FREE if self._free or not self._firmware.plan else self._firmware.plan
        yield "localFreeStatus", (0,), lambda: 7 if self._free else 2 if self._firmware.plan else 6

    def _sets(self) -> tuple[tuple[str, Callable[[], int]], ...]:
        """Columns of the phases that are no lamps; which phases come next, the firmware does not know."""
        return (
            ("phaseStatusGroupVehCalls", lambda: self._masks().veh_call),
            ("phaseStatusGroupPedCalls", lambda: self.ped_calls),
            ("phaseStatusGroupPhaseOns", lambda: self.lamps.greens | self.lamps.yellows | self.lamps.walks),
            ("phaseStatusGroupPhaseNexts", lambda: 0),
            ("pedestrianDetectorStatusGroupActive", lambda: self.ped_calls),
            ("pedestrianDetectorStatusGroupAlarms", lambda: 0),
        )

    def _channels(self, aspects: tuple[int, ...]) -> int:
        return bits_of(k for k, shown in enumerate(self._firmware.aspect.tolist(), 1) if shown in aspects)

    def _ring(self, ring: tuple[int, ...]) -> int:
        """State of a ring: minimum green 0, rest in green 3, yellow 4, rest in red 6."""
        own = bits_of(ring)
        if self.lamps.yellows & own:
            return 4
        if not self.lamps.greens & own:
            return 6
        rows = zip(
            self._map.services, self._firmware.site.intersection.groups, self._firmware.age_ds.tolist(), strict=True
        )
        young = any(s.bit & own & self.lamps.greens and age_ds < g.min_green_ds for s, g, age_ds in rows)
        return 0 if young else 3

    @property
    def _pattern(self) -> int:
        return self._registers[PATTERN, (0,)]

    def _masks(self) -> Masks:
        octets = range(1, self._map.octets[-1] + 1)
        return Masks(*(sum(self._registers[name, (o,)] << 8 * o - 8 for o in octets) for name in CONTROLS))

    def _clear(self) -> None:
        """Forget what masters wrote."""
        rings = range(1, (len(self._rings) + 7) // 8 + 1)
        tables = {"phase": range(1, self._map.octets[-1] + 1), "ring": rings}
        for name in RESETS:
            table = "ring" if name.startswith("ringControl") else "phase" if name in CONTROLS else ""
            one = range(1, 2) if name in ("preemptControlState", "specialFunctionOutputControl") else range(1)
            for k in tables.get(table, one):
                self._registers[name, (k,)] = 0
        for k in (0, 1):
            self._registers.setdefault((SPAT_ENABLE.name, (k,)), 6 if self._settings.spat and not k else 0)
        self._holding = self._free = False
        self._written_ds = self._firmware.time_ds

    def _ask_holds(self) -> None:
        """Hand the masks to the firmware; nothing but zeros asks nothing new of one that is not held by anything."""
        masks = self._masks()
        if not self._firmware.take():
            return
        if masks != NO_MASKS or self._holding:
            self._holding = masks != NO_MASKS or self._holding
            self._firmware.request_holds(*self._map.request_of(masks))

    def _end_force_offs(self) -> None:
        """Clear the force-off of every phase that is not green any more, as controllers do."""
        masks = self._masks()
        if masks.force_off & ~self.lamps.greens:
            left = masks.force_off & self.lamps.greens
            for octet in range(1, self._map.octets[-1] + 1):
                self._registers["phaseControlGroupForceOff", (octet,)] = left >> (8 * octet - 8) & 255

    def _ask_pattern(self, *, changed: bool, synced: bool) -> None:
        """Run a pattern, or none: 0 gives everything back, unless phases are still held."""
        number, firmware = self._pattern, self._firmware
        if number == 0:
            self._free = False
            if self._masks() == NO_MASKS:
                self._holding = False
                firmware.give_back()
            return
        if not changed and not synced:
            return
        self._free = not (firmware.take() and self._run_pattern(number, synced=synced))
        if self._free:
            firmware.give_back()

    def _run_pattern(self, number: int, *, synced: bool) -> bool:
        plans = self._firmware.site.intersection.plans
        if number > len(plans):
            return False
        steps_s, sync = seconds_of(plans[number - 1]), self._registers[SYNC, (0,)]
        cycle_s = sum(steps_s)
        if synced and sync != LOCAL_TIME_BASE:
            utc_s = self._clock.utc_s() + self._firmware.clock_offset_s
            offset_s = round(sync - utc_s) % cycle_s
        else:
            offset_s = round(-plans[number - 1].offset_ds / 10) % cycle_s
        return self._firmware.request_plan(PlanRequest(number, cycle_s, offset_s, steps_s))
