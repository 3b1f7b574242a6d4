"""A broken promise, tick by tick: the same moves again, with one memory from start to end and the monitor in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from benchmarks.safety.choices import Choices
from benchmarks.safety.families import Task
from benchmarks.safety.machine import Step
from benchmarks.safety.search import HOLD, Broken
from signals.kernels.compile import quick
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.safety import interstage
from signals.safety.guard import _site, _state
from signals.safety.interstage import COLD
from signals.safety.monitor import Monitor

__all__ = ["Told", "tell"]

LETTERS: Final = "rRGac?"
"""Red, red-amber, green, amber, clearance, and what is none of them."""

HELD: Final = 100
"""For how many ticks a wish is shown that is held and not served."""

SAME: Final = "        and so on"


class Told(NamedTuple):
    """A counterexample: its lines, and the rules of the monitor that were violated."""

    lines: tuple[str, ...]
    rules: frozenset[str]


def tell(task: Task, broken: Broken, step: Step = interstage.step) -> Told:
    """Tell how a promise was broken."""
    layout = task.layouts[broken.layout]
    network = Network("counterexample", (), (), (layout,))
    site = _site(network, task.tick_ds)._replace(emergency_ds=task.emergency_ds)
    state = _state(1, len(layout.groups))
    state.charge[:] = broken.charge
    monitor = Monitor(network, tick_ds=task.tick_ds, emergency_ds=task.emergency_ds)
    begin = "a simulated world" if broken.charge == COLD else "a cabinet that is not ours"
    lines = [f'{task.name}, "{layout.id}", ticks of {task.tick_ds / 10:g} s: {broken.promise}', *_described(layout)]
    lines.append(f"it begins as {begin}; {len(broken.path)} ticks:")
    lines.append(f"{'tick':>6}  {'wished':12} {'demanded':12} {'called':12} shown → commanded")
    rules: set[str] = set()
    last = ""
    command = np.zeros(len(layout.groups), np.int8)
    for number, choice in enumerate(_choices(task, broken)):
        ours = state.charge[0] == interstage.IN_CHARGE
        shown = command if ours else choice.shown
        given = [np.ascontiguousarray(x) for x in (choice.want, choice.demand, choice.call, shown, choice.write)]
        step(quick(site), quick(state), *quick(given))
        command = state.out.copy()
        said = monitor.check(number * task.tick_ds / 10, *given[1:4], command, given[4])
        line = _line(choice, shown, command)
        if said or number in (0, len(broken.path) - 1) or line != last:
            lines.append(f"{number:6}  {line}")
        elif lines[-1] != SAME:
            lines.append(SAME)
        last = line
        lines += [f"        {violation.rule}: {violation.detail}" for violation in said]
        rules |= {violation.rule for violation in said}
    return Told(tuple(lines), frozenset(rules))


def _choices(task: Task, broken: Broken) -> Iterator[Choices]:
    """Return the moves one by one, each as a choice without its first axis."""
    moves, path = task.moves(), list(broken.path)
    if path[-1][0] == HOLD:
        path += path[-1:] * HELD
    for kind, choice in path:
        yield Choices(*(column[choice] if column.ndim > 1 else column[choice : choice + 1] for column in moves[kind]))


def _described(layout: Intersection) -> Iterator[str]:
    for number, group in enumerate(layout.groups):
        yield (
            f'  {number} "{group.id}": green {group.min_green_ds / 10:g} to {group.max_green_ds / 10:g} s, red-amber '
            f"{group.red_amber_ds / 10:g} s, amber {group.amber_ds / 10:g} s, clearance {group.clearance_ds / 10:g} s, "
            f"red up to {group.max_red_ds / 10:g} s"
        )
    between = [
        f"{i}→{j} {time / 10:g} s"
        for i, row in enumerate(layout.intergreen_ds)
        for j, time in enumerate(row)
        if time is not None
    ]
    yield f"  intergreens: {', '.join(between) or 'none'}"


def _line(choice: Choices, shown: np.ndarray, command: np.ndarray) -> str:
    wished, demanded = (_named(np.flatnonzero(column)) for column in (choice.want, choice.demand))
    called = _named(f"{group} as {choice.call[group]}" for group in np.flatnonzero(choice.call))
    after = _letters(command) if choice.write[0] else "not written"
    return f"{wished:12} {demanded:12} {called:12} {_letters(shown)} → {after}"


def _named(groups: Iterable[object]) -> str:
    return ", ".join(map(str, groups)) or "-"


def _letters(aspects: np.ndarray) -> str:
    return "".join(LETTERS[aspect] if 0 <= aspect < len(LETTERS) else "?" for aspect in aspects.tolist())
