"""A run that can be tried out: the process forks, its child plays on in a copy of everything and tells what came of it.

SUMO, controller, estimator, guard and recorder live in one process, so that a fork copies all of them, SUMO's dice
included. A child never returns: it ends inside `Branches`, whatever happens, before anything of its parent's (files,
folders, the simulator's results) could be touched by code that tidies up.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import select
import signal
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from benchmarks.control.bound_delay import DelayMeter
from signals.bench.disturbed import DisturbedScenario
from signals.model.outer_world import OuterWorld
from signals.model.roles import World
from signals.model.values import Command
from signals.scenario_worlds import Opening

__all__ = ["Branches", "Future", "LostBranchError", "WatchedScenario", "part_with_files"]

FIRST_LOOK_TICKS = 20
"""A future is not given up before it has lasted so long: who changes early loses first and gains later."""

PATIENCE_S = 600.0
"""A child that says nothing for so long hangs; it needs seconds."""

_LOST = 1


class LostBranchError(BaseException):
    """A child did not tell what came of it."""


class Future(NamedTuple):
    """What came of a branch, tick by tick from when it began.

    Attributes
    ----------
    cost_s
        float64 [n] what all have lost after each tick since the run began, and what those who stand will lose.
    stages
        int16 [n, nI] which stage each intersection was asked for.
    """

    cost_s: npt.NDArray[np.float64]
    stages: npt.NDArray[np.int16]

    def since(self, ticks: int) -> Future:
        """Return it from a later tick on."""
        return Future(self.cost_s[ticks:], self.stages[ticks:])


class Branches:
    """The world of a run, the truth about it, and the way into its futures.

    Attributes
    ----------
    child
        Whether this process is a copy that only tries something out.
    ticks
        How many have passed.
    cost_s
        What all have lost since the run began, and what those who stand will lose.
    stages
        What was asked for in every tick since the run began, in a child since it was born: int16 [nI] each.
    """

    def __init__(self) -> None:
        self.child = False
        self.ticks = 0
        self.cost_s = 0.0
        self._owner = os.getpid()
        self._writing = -1
        self._end_tick = 0
        self._ceiling_s: npt.NDArray[np.float64] | None = None
        self._costs_s: list[float] = []
        self.stages: list[npt.NDArray[np.int16]] = []

    def branch(self, ticks: int, ceiling_s: npt.NDArray[np.float64] | None = None) -> Future | None:
        """Split. The parent waits for its child and gets what became of it; the child gets `None` and plays on.

        Parameters
        ----------
        ticks
            How long the child plays on, from the tick that is being decided.
        ceiling_s
            float64 [n] what the child may cost after each tick; it gives up where it costs more.

        Raises
        ------
        LostBranchError
            When the child was lost, or hangs.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            part_with_files()
            self.child, self._writing, self.stages = True, writing, []
            self._end_tick, self._ceiling_s = self.ticks + ticks, ceiling_s
            return None
        os.close(writing)
        try:
            with os.fdopen(reading, "rb") as pipe:
                if not select.select([pipe], [], [], PATIENCE_S)[0]:
                    os.kill(child, signal.SIGKILL)
                told = pipe.read()
        finally:
            _, status = os.waitpid(child, 0)
        if status != 0 or not told:
            # No `Exception`: the safe seat in which the controller sits would take it for a fault of the controller.
            raise LostBranchError(f"a branch was lost at tick {self.ticks}: status {status}")
        return Future(*pickle.loads(told))  # noqa: S301  from our own child

    def decided(self, stages: npt.NDArray[np.int32]) -> None:
        """Take note of what is asked for in this tick; int32 [nI]."""
        self.stages.append(stages.astype(np.int16))

    def ticked(self, meter: DelayMeter) -> None:
        """Take note of a tick that has passed; a child whose time is over ends here."""
        self.ticks += 1
        self.cost_s = meter.spent_s + meter.owed_s
        if not self.child:
            return
        self._costs_s.append(self.cost_s)
        if self.ticks >= self._end_tick or self._gives_up():
            self._tell()

    def end(self, *, well: bool) -> None:
        """End a child when its world ends, or when anything goes wrong in it; does nothing in the parent."""
        if os.getpid() == self._owner:
            return
        if well:
            self._tell()
        os._exit(_LOST)

    def _gives_up(self) -> bool:
        passed = len(self._costs_s)
        if self._ceiling_s is None or not FIRST_LOOK_TICKS <= passed <= len(self._ceiling_s):
            return False
        return bool(self.cost_s > self._ceiling_s[passed - 1])

    def _tell(self) -> None:
        try:
            told = pickle.dumps((np.array(self._costs_s), np.array(self.stages, np.int16)))
            with os.fdopen(self._writing, "wb") as pipe:
                pipe.write(told)
            os._exit(0)
        finally:
            os._exit(_LOST)


class _WatchedWorld(OuterWorld):
    """A SUMO world that is metered after every tick and lets no child leave."""

    def __init__(self, world: World, branches: Branches) -> None:
        super().__init__(world)
        self._branches = branches
        self._meter: DelayMeter | None = None

    def __enter__(self) -> Self:
        import libsumo  # noqa: PLC0415  heavy

        super().__enter__()
        self._meter = DelayMeter(libsumo, self.tick_ds / 10)
        return self

    def __exit__(self, *reason: object) -> None:
        self._branches.end(well=not reason or reason[0] is None)
        super().__exit__(*reason)

    def write(self, command: Command) -> None:
        super().write(command)
        assert self._meter is not None  # noqa: S101  entered
        self._meter.stepped()
        self._branches.ticked(self._meter)


@dataclass(frozen=True)
class WatchedScenario(DisturbedScenario):
    """A scenario whose world can be branched.

    Parameters
    ----------
    branches
        The way into its futures; of one run only.
    """

    branches: Branches | None = None

    def open_world(self, opening: Opening) -> World:
        """Open its world; raises as `Scenario.open_world`."""
        world = super().open_world(opening)
        return world if self.branches is None else _WatchedWorld(world, self.branches)


def part_with_files() -> None:
    """Part with the parent's open files, after a fork.

    Copies of a file handle share one position: what a child reads, its parent would miss, and what a child writes
    would stand in its parent's results. So files that are read are opened anew at the same place, and whatever is
    written goes nowhere. Pipes and terminals stay as they are.
    """
    for handle in [int(path.name) for path in Path("/proc/self/fd").iterdir()]:
        try:
            mode = os.fstat(handle).st_mode
        except OSError:  # the handle with which the folder was listed
            continue
        if not stat.S_ISREG(mode):
            continue
        if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            place = os.lseek(handle, 0, os.SEEK_CUR)
            own = os.open(f"/proc/self/fd/{handle}", os.O_RDONLY)
            os.lseek(own, place, os.SEEK_SET)
        else:
            own = os.open(os.devnull, os.O_RDWR)
        os.dup2(own, handle)
        os.close(own)
