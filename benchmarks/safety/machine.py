"""The product of kernel, adversary and monitor: moves many memories by a tick, and says which moves broke a promise.

Besides the monitor's rules these promises are checked:

==================== ==================================================================================================
shows                what is handed out is what is remembered, an aspect, and red where nothing is written
holds                a green that is wished stays, and one that is not ends once its minimum is over (without calls)
starts               a red group that is wished starts if those in conflict are red, not wished, and their intergreens
                     over (without calls)
waits                nobody waits longer than `waiting_bounds` promises, and the longest call if there was one; without
                     demand nobody waits at all; the monitor counts no more than `memory` takes for granted
==================== ==================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.safety.choices import Choices
from benchmarks.safety.fleet import Fleet
from benchmarks.safety.memory import CHARGE, LAYOUT, STARTUP, Ints, Memories, Memory, Rows
from signals.kernels.compile import quick
from signals.model.values import Aspect, BoolArray
from signals.safety import interstage
from signals.safety.interstage import IN_CHARGE, REASONS, Site
from signals.safety.watch import COLUMNS, Card, watch

__all__ = ["PROMISES", "RULES", "Machine", "Moved", "Step"]

PROMISES: Final = ("", "the monitor's rules", "shows", "holds", "starts", "waits")
RULES, SHOWS, HOLDS, STARTS, WAITS = range(1, 6)

GROUP: Final = 1
"""The place of the group in a row of the monitor."""

Step = Callable[..., None]


class Moved(NamedTuple):
    """What became of every row with every choice, the choices of one row after each other.

    Attributes
    ----------
    rows
        The rows afterwards.
    broken
        int8 [row * choice] the promise that was broken (see `PROMISES`), or 0.
    """

    rows: Rows
    broken: npt.NDArray[np.int8]


class Machine:
    """Moves the memories of a fleet.

    Parameters
    ----------
    fleet
        The layouts.
    waiting
        Whether waits and calls are kept, and judged.
    step
        The kernel.

    Attributes
    ----------
    reasons
        int64 [`REASONS`] how often the kernel gave each reason.
    longest_service_ticks
        int [layout, group] the longest time to green of a group that is wished, and was not before.
    """

    def __init__(self, fleet: Fleet, *, waiting: bool, step: Step = interstage.step) -> None:
        self.fleet, self.memory, self._step = fleet, Memory(fleet, waiting=waiting), step
        self.reasons = np.zeros(len(REASONS), np.int64)
        patience_ds = 0 if waiting else fleet.site.patience_ds.reshape(fleet.guarantee_ds.shape)
        self.longest_service_ticks = (fleet.guarantee_ds - patience_ds) // fleet.tick_ds

    def move(self, rows: Rows, choices: Choices) -> Moved:
        """Let a tick pass, for every row with every choice."""
        count = choices.moves
        before = np.repeat(rows, count, axis=0)
        layout = before[:, LAYOUT]
        site, card = self.fleet.side_by_side(layout)
        memories = self.memory.load(before, card)
        broken = np.zeros(len(before), np.int8)
        violated = self.tick(site, card, memories, Choices(*(np.tile(x, (len(rows), 1)[: x.ndim]) for x in choices)))
        broken[violated] = RULES
        self.reasons += np.bincount(memories.state.reason, minlength=len(REASONS))
        self._judge(broken, rows, choices, card, memories)
        return Moved(self.memory.save(layout, memories), broken)

    def tick(self, site: Site, card: Card, memories: Memories, choices: Choices) -> Ints:
        """Let a tick pass, for each memory with its own choice; return where the monitor's rules were violated."""
        state, commands, displays, diary = memories
        ours = (state.charge == IN_CHARGE)[:, None]
        shown = np.where(ours, commands.seen.reshape(choices.shown.shape), choices.shown)
        want, demand, call, shown, write = (np.ascontiguousarray(x).ravel() for x in choices._replace(shown=shown))
        self._step(quick(site), quick(state), *quick((want, demand, call, shown, write)))
        given = quick((demand, call, shown, state.out, write))
        violations = watch(*map(quick, (card, commands, displays, diary)), *given)
        return diary.rows[: violations * COLUMNS].reshape(-1, COLUMNS)[:, GROUP] // self.fleet.groups

    def _judge(
        self, broken: npt.NDArray[np.int8], rows: Rows, choices: Choices, card: Card, memories: Memories
    ) -> None:
        """Hold what happened against the promises that are not the monitor's."""
        state = memories.state
        shape = (len(rows), choices.moves, self.fleet.groups)
        aspect, out = state.aspect.reshape(shape), state.out.reshape(shape)
        wrong = (
            (out != np.where(choices.write[:, None], aspect, Aspect.RED))
            | (out < Aspect.RED)
            | (out > Aspect.CLEARANCE)
        )
        self._note(broken, SHOWS, wrong)
        if self.memory.waiting:
            most_ds = self.fleet.guarantee_ds[rows[:, LAYOUT]][:, None] + memories.diary.grace_ds.reshape(shape)
            self._note(broken, WAITS, state.wait_ds.reshape(shape) > most_ds)
            self._note(broken, WAITS, self.memory.too_long(card, memories))
        else:
            self._note(broken, WAITS, state.wait_ds.reshape(shape) != 0)
            plain = (choices.write & ~choices.call.any(axis=1))[:, None]
            self._note(broken, HOLDS, self._turned(rows, choices, aspect) & plain)
            self._note(broken, STARTS, self._held_up(rows, choices, aspect) & plain)

    def _note(self, broken: npt.NDArray[np.int8], promise: int, wrong: BoolArray) -> None:
        if wrong.any():
            broken[wrong.any(axis=-1).ravel()] = promise

    def _turned(self, rows: Rows, choices: Choices, aspect: npt.NDArray[np.int8]) -> BoolArray:
        """Tell which greens ended although they were wished, or went on although they were not."""
        fleet, memory = self.fleet, self.memory
        least_ds = fleet.site.min_green_ds.reshape(-1, fleet.groups)[rows[:, LAYOUT]]
        green = (memory.of(rows, "aspect") == Aspect.GREEN)[:, None]
        over = (memory.of(rows, "age") + fleet.tick_ds >= least_ds)[:, None]
        stays = aspect == Aspect.GREEN
        return green & (stays != choices.want) & (choices.want | over)

    def _held_up(self, rows: Rows, choices: Choices, aspect: npt.NDArray[np.int8]) -> BoolArray:
        """Tell who did not start although nothing was in the way."""
        fleet, memory, layout = self.fleet, self.memory, rows[:, LAYOUT]
        red, ended_ds = memory.of(rows, "aspect") == Aspect.RED, memory.of(rows, "ended") + fleet.tick_ds
        red_amber_ds = fleet.site.red_amber_ds.reshape(-1, 1, fleet.groups)
        needed_ds = (fleet.between_ds - red_amber_ds)[layout]
        clear = red[:, :, None] & (ended_ds[:, :, None] >= needed_ds) | ~fleet.conflict[layout]
        ready = red & clear.all(axis=1) & (rows[:, [STARTUP]] <= 0) & (rows[:, [CHARGE]] == IN_CHARGE)
        contested = np.einsum("ch,lhg->lcg", choices.want.astype(np.int32), fleet.conflict.astype(np.int32))
        alone = choices.want & (contested == 0)
        return ready[:, None] & alone[layout] & (aspect == Aspect.RED)
