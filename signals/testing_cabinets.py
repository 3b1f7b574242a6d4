"""The contract of a link to a street controller, as a check that any adapter can run on itself.

    class MyBench:                      # both ends, in one event loop
        link = MyLink(site, address, clock)
        firmware = Firmware(site)       # signals.adapters.cabinet.firmware, or anything with its read-only attributes
        def tick(self): ...             # one tick of the controller
        def cut(self): ...              # cut the wire

    asyncio.run(check_cabinet(MyBench(), clock))

It raises `AssertionError` with a sentence that says what is wrong. Whatever is asked goes through the guard first, and
what the controller shows is judged by the monitor: the ones that drive a street.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.drive.arming import differences, obstacles_now
from signals.drive.translator import WAITS, Wish, best_of, translate
from signals.errors import WorldError
from signals.model.cabinets import CabinetInfo, CabinetLink, CabinetReport, CabinetSite, Capability, Mode, Receipt
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, Decision, Readings
from signals.safety.guard import Guard
from signals.safety.monitor import Monitor

__all__ = ["CabinetBench", "Showing", "check_cabinet"]

SERVED_TICKS: Final = 300
"""Within how many ticks each stage must be served."""
TAKE_TICKS: Final = 240
LOST_S: Final = 2.0
"""How long a cut wire may stay unnoticed."""
LAG_TICKS: Final = 2
STEADY_TICKS: Final = 12
"""For how long a random wish stands at most."""


class Showing(Protocol):
    """What is looked at in the controller itself: `signals.adapters.cabinet.station.VirtualFirmware` has it."""

    site: CabinetSite
    tick_ds: int
    backup_s: float
    mode: Mode
    aspect: np.ndarray
    alarms: tuple[str, ...]


class CabinetBench(Protocol):
    """Both ends of a link.

    Attributes
    ----------
    link
        What is checked.
    firmware
        The controller at the other end.
    """

    link: CabinetLink
    firmware: Showing

    def tick(self) -> None:
        """Let a tick pass at the controller, and tell whoever listens."""
        ...

    def cut(self) -> None:
        """Break every connection without a word; a new one can be made."""
        ...


async def check_cabinet(bench: CabinetBench, clock: Clock, *, wishes: int = 200, seed: int = 1) -> dict[str, float]:
    """Check that a link keeps its contract: from connecting to giving back, with the wire cut in between.

    Parameters
    ----------
    bench
        Both ends.
    clock
        The time of the link, to which the ticks of the controller keep.
    wishes
        How many ticks of random wishes.
    seed
        Of the wishes.

    Returns
    -------
    dict
        What was measured, in seconds of the clock: ``lost_s`` until a cut wire was noticed, ``backup_s`` until the
        controller decided by itself again, ``release_s`` until it confirmed that it does; and ``wishes``.

    Raises
    ------
    AssertionError
        With one sentence on what is wrong.
    """
    course = _Course(bench, clock, seed)
    await course.looks_on()
    await course.connects()
    await course.takes()
    await course.serves_every_stage()
    lost_s, backup_s = await course.is_cut()
    await course.connects()
    _require(bench.firmware.mode is not Mode.OURS, "connected anew it was ours at once: whoever returns has to ask")
    await course.takes()
    await course.is_wished(wishes)
    release_s = await course.releases()
    return {"lost_s": lost_s, "backup_s": backup_s, "release_s": release_s, "wishes": float(wishes)}


class _Course:
    """The way through the contract."""

    def __init__(self, bench: CabinetBench, clock: Clock, seed: int) -> None:
        self._bench, self._link, self._clock = bench, bench.link, clock
        self._firmware, self._tick_s = bench.firmware, bench.firmware.tick_ds / 10
        site = bench.firmware.site
        groups = tuple(replace(group, movements=()) for group in site.intersection.groups)  # it has no roads
        self._network = Network(site.id, (), (), (replace(site.intersection, groups=groups),))
        self._everybody: BoolArray = np.ones(len(site.groups), np.bool_)
        self._rng = np.random.default_rng(seed)
        self._witness = Monitor(self._network, tick_ds=bench.firmware.tick_ds)
        self._guard = self._new_guard()
        self._sequence, self._ticks, self._due_s = -1, 0, clock.now_s()
        self._before = np.full(len(site.groups), Aspect.UNKNOWN, np.int8)
        self._begun_before = True

    def _new_guard(self) -> Guard:
        return Guard(self._network, tick_ds=self._firmware.tick_ds, cold_start="street", max_lag_ticks=LAG_TICKS + 1)

    async def looks_on(self) -> None:
        """Let end what had begun before anybody looked: how long that has lasted nobody could tell."""
        place = self._firmware.site.intersection
        longest_ds = max(
            *(between or 0 for row in place.intergreen_ds for between in row),
            *(max(one.min_green_ds, one.amber_ds, one.red_amber_ds, one.clearance_ds) for one in place.groups),
        )
        for _ in range(1 + -(-longest_ds // self._firmware.tick_ds)):
            await self._pass()
        self._begun_before = False

    async def connects(self) -> None:
        """Connect, identify, read."""
        info = await self._link.connect()
        _require(isinstance(info, CabinetInfo), f"connect must return a CabinetInfo, got {type(info).__name__}")
        found = differences(self._firmware.site, info)
        _require(not found, f"what it tells of its timing is not that of its site: {'; '.join(found)}")
        _require(bool(info.backup_s), "it tells no time after which it decides by itself again")
        await self._pass()
        report = await self._report()
        _require(self._firmware.mode is not Mode.OURS, "connecting alone took control")
        against = "; ".join(obstacle.text for obstacle in obstacles_now(info, report))
        _require(not against, f"it reports {against}")

    async def takes(self) -> None:
        """Ask for control, and get it."""
        await self._link.take()
        for _ in range(TAKE_TICKS):
            await self._pass()
            report = await self._report()
            on_its_way = np.isin(report.aspect, (Aspect.RED_AMBER, Aspect.AMBER, Aspect.CLEARANCE)).any()
            if report.mode is Mode.OURS and not on_its_way:  # how long that has lasted nobody tells
                self._guard = self._new_guard()
                await self._settles()
                return
            await self._link.heartbeat()
        raise AssertionError(f"asked for control it stayed {report.mode.name} for {TAKE_TICKS} ticks")

    async def _settles(self) -> None:
        """Hold what is green until no intergreen of before can be running, where the controller times that itself."""
        if best_of(self._link.capabilities) is not Capability.HOLD_FORCE_OFF:
            return
        matrix = self._firmware.site.intersection.intergreen_ds
        for _ in range(-(-max(between or 0 for row in matrix for between in row) // self._firmware.tick_ds)):
            await self._ask(self._link.report().aspect == Aspect.GREEN)

    async def serves_every_stage(self) -> None:
        """Ask for one stage after the other until each was green."""
        for number, stage in enumerate(self._firmware.site.intersection.stages):
            want = np.zeros_like(self._everybody)
            want[list(stage.groups)] = True
            for _ in range(SERVED_TICKS):
                await self._ask(want)
                if (self._firmware.aspect[list(stage.groups)] == Aspect.GREEN).all():
                    break
            else:
                raise AssertionError(f'stage {number} ("{stage.id}") was not green within {SERVED_TICKS} ticks')

    async def is_cut(self) -> tuple[float, float]:
        """Cut the wire: we notice, and the controller decides by itself."""
        self._bench.cut()
        begin_s, first_tick, lost_s = self._clock.now_s(), self._ticks, None
        limit_s = self._firmware.backup_s + LOST_S + 2 * self._tick_s
        while (self._ticks - first_tick) * self._tick_s < limit_s or lost_s is None:
            await self._pass()
            try:
                await self._link.refresh()
            except WorldError:
                lost_s = self._clock.now_s() - begin_s if lost_s is None else lost_s
            passed_s = min(self._clock.now_s() - begin_s, (self._ticks - first_tick) * self._tick_s)
            _require(lost_s is not None or passed_s <= LOST_S, f"a cut wire was not noticed within {LOST_S:g} s")
            if self._firmware.mode is not Mode.OURS and lost_s is not None:
                break
        _require(self._firmware.mode is not Mode.OURS, f"it was still ours {limit_s:g} s after the wire was cut")
        _require(self._link.report().mode is Mode.OFFLINE, "cut off, it must report mode OFFLINE")
        alone_s = (self._ticks - first_tick) * self._tick_s
        await self._link.close()
        for _ in range(TAKE_TICKS):
            await self._pass()
            if self._firmware.mode in (Mode.READY, Mode.LOCAL):
                break
        return float(lost_s or 0.0), alone_s

    async def is_wished(self, ticks: int) -> None:
        """Ask for whatever the guard lets through of random wishes."""
        done = 0
        while done < ticks:
            want = self._rng.random(len(self._everybody)) < self._rng.random()
            for _ in range(min(int(self._rng.integers(1, STEADY_TICKS)), ticks - done)):
                await self._ask(want)
                done += 1

    async def releases(self) -> float:
        """Give it back, and hear that it decides itself."""
        begin_s = self._clock.now_s()
        working = self._link.release("the check ends")
        confirmed = await working
        spent_s = self._clock.now_s() - begin_s
        _require(confirmed is True, "given back it did not confirm that it decides itself")
        for _ in range(LAG_TICKS):
            await self._pass()
        _require(self._firmware.mode is not Mode.OURS, "given back it is still ours")
        await self._link.close()
        await self._link.close()
        return spent_s

    async def _ask(self, want: BoolArray) -> None:
        """One tick of a drive: read, decide, permit, ask, and say that all is well."""
        report = await self._report()
        readings = _readings(self._ticks * self._tick_s, report)
        verdict = self._guard.permit(Decision(want, np.full(1, -1, np.int32)), readings, self._everybody)
        _require(not verdict.violations, f"the monitor saw {'; '.join(one.detail for one in verdict.violations)}")
        way = best_of(self._link.capabilities)
        if way is None:
            raise AssertionError("it can neither show groups, nor hold and force off, nor serve stages")
        coming = want & np.isin(verdict.reason, WAITS)
        wish = Wish(verdict.command.aspect, want, report.aspect, coming, -1)
        request = translate(wish, way, self._firmware.site)
        if request is not None:
            receipt = await self._link.send(request)
            _require(isinstance(receipt, Receipt), f"send must return a Receipt, got {type(receipt).__name__}")
            _require(receipt.accepted, f"what the guard permits was refused: {receipt.code}, {receipt.detail}")
        await self._link.heartbeat()
        await self._pass()
        _require(self._firmware.mode is Mode.OURS, f"asked every tick it became {self._firmware.mode.name}")
        _require(not self._firmware.alarms, f"what the guard permits is an alarm there: {self._firmware.alarms}")

    async def _report(self) -> CabinetReport:
        await self._link.refresh()
        report = self._link.report()
        groups, detectors = len(self._firmware.site.groups), len(self._firmware.site.detectors)
        for name, dtype, size in (
            ("aspect", np.int8, groups),
            ("call", np.bool_, groups),
            ("detector_count", np.int32, detectors),
            ("detector_occupied", np.float32, detectors),
        ):
            array = getattr(report, name)
            _require(
                array.dtype == dtype and array.shape == (size,),
                f"report: {name} must be {np.dtype(dtype)} [{size}], got {array.dtype} {list(array.shape)}",
            )
        _require(report.sequence >= self._sequence, "report: sequence went back")
        self._sequence = report.sequence
        return report

    async def _pass(self) -> None:
        """Let a tick pass at the controller, look at what it shows, and wait for as long as that takes."""
        self._bench.tick()
        self._ticks += 1
        shown = self._firmware.aspect
        known = bool((shown != Aspect.UNKNOWN).all())
        seen = self._witness.check(
            self._ticks * self._tick_s,
            ~self._everybody,
            np.zeros(len(shown), np.int8),
            self._before,
            shown,
            np.full(1, known, np.bool_),
        )
        self._before = shown.copy()
        wrong = [one for one in seen if one.rule not in ("max-red", "long-green")]  # its own program's business
        _require(self._begun_before or not wrong, f"the controller showed {'; '.join(one.detail for one in wrong)}")
        now_s = self._clock.now_s()
        self._due_s = max(self._due_s + self._tick_s, now_s)  # what is late is not made up for
        await self._clock.sleep(self._due_s - now_s)


def _readings(time_s: float, report: CabinetReport) -> Readings:
    none = np.zeros(0, np.float32)
    return Readings(
        time_s,
        report.aspect,
        report.call,
        np.zeros(0, np.int32),
        none,
        none,
        np.zeros(0, np.int64),
        report.detector_count,
        report.detector_occupied,
    )


def _require(condition: object, sentence: str) -> None:
    """Assert something, whatever Python is told to optimise away."""
    if not condition:
        raise AssertionError(sentence)
