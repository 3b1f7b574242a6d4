"""What a mutant of the monitor is held against: its naive twin, on commands and displays that are right for a while."""
# ruff: noqa: SLF001  a kernel runs on the memory of its monitor

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

import signals.safety.monitor as monitor_module
import signals.safety.watch as watch_module
from benchmarks.safety.mutation.kernel_checks import draw_site
from benchmarks.safety.mutation.kills import load
from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Violation
from signals.safety.guard import EMERGENCY_DS
from signals.safety.monitor import Monitor
from signals.safety.watch import COMMANDS, DISPLAYS, RULES
from tests.safety.driving import LETTERS, legal_displays
from tests.safety.layouts import intersection, network
from tests.safety.naive_monitor import NaiveMonitor
from tests.safety.planted import views

UNSEEN, RED, RED_AMBER, GREEN, AMBER, CLEARANCE = range(-1, 5)
TICKS = 60
KINDS = {"command": COMMANDS, "display": DISPLAYS}
WORDLESS = ("clearance-cut", "short-red-amber")
"""Rules that are told without numbers."""

Row = tuple[int, int, int, int, int, int]
"""Rule, group, other group or -1, record, what was seen, what was expected."""


class Told(NamedTuple):
    """What a monitor is told in a tick, and what it has to find."""

    reset: int
    demand: np.ndarray
    preempt: np.ndarray
    shown: np.ndarray
    command: np.ndarray
    write: np.ndarray
    found: list[Row]


class Watching(NamedTuple):
    """A site, how it is watched, and what happens."""

    name: str
    site: Network
    tick_ds: int
    lag: int
    unseen: int
    emergency_ds: int
    most_ds: np.ndarray
    """The longest waits, shortened so that somebody waits too long."""
    ticks: list[Told]


def watchings(seed: int, count: int) -> Iterator[Watching]:
    """Draw what happens."""
    for number in range(count):
        yield _drawn(random.Random(f"{seed} {number}"), f"{seed}.{number}")


def _drawn(rng: random.Random, name: str) -> Watching:
    what, rows, tick_ds, emergency_ds = draw_site(rng)
    lag, unseen = rng.choice((0, 0, 1, 3)), rng.choice((0, 0, 1, 2))
    most_ds = np.array([rng.randint(1, 15) * tick_ds - rng.randrange(tick_ds) for _ in range(rows[-1].stop)], np.int32)
    twins = [
        NaiveMonitor(site, tick_ds, lag, most_ds[own].tolist(), emergency_ds, unseen)
        for site, own in zip(what.intersections, rows, strict=True)
    ]
    ticks = []
    for told in _told(rng, what, rows, tick_ds, lag):
        if told.reset >= 0:
            twins[told.reset].forget()
        for i, (twin, own) in enumerate(zip(twins, rows, strict=True)):
            given = [column[own].tolist() for column in told[1:5]]
            for fault in twin.check(*given, write=bool(told.write[i])):
                told.found.append(_row(twin, fault, given[2], given[3], own.start))
        told.found.sort()
        ticks.append(told)
    return Watching(name, what, tick_ds, lag, unseen, emergency_ds, most_ds, ticks)


def _told(rng: random.Random, what: Network, rows: list[slice], tick_ds: int, lag: int) -> Iterator[Told]:
    groups, draw = rows[-1].stop, np.random.default_rng(rng.randrange(2**32))
    noise, calls = rng.choice((0, 0.01, 0.1, 0.5)), rng.choice((0, 0.02, 0.2))
    legal = [legal_displays(site, tick_ds, rng, TICKS) for site in what.intersections]
    demand, preempt = draw.random(groups) < 0.5, np.zeros(groups, np.int8)
    past = [np.full(groups, UNSEEN, np.int8)]

    def spoilt(aspects: np.ndarray, share: float) -> np.ndarray:
        return np.where(draw.random(groups) < share, draw.integers(-2, 7, groups), aspects).astype(np.int8)

    for _ in range(TICKS):
        late = past[-1 - rng.randint(0, lag) :][0]
        shown = spoilt(late if rng.random() < 0.5 else past[-1], noise / 2)
        past.append(spoilt(np.concatenate([next(site) for site in legal]).astype(np.int8), noise))
        demand = draw.random(groups) < 0.7 if rng.random() < 0.1 else demand
        called = draw.integers(-1, 4, groups).astype(np.int8)
        preempt = np.where(draw.random(groups) < calls, called, preempt)
        write = draw.random(len(rows)) > 0.02
        reset = rng.randrange(len(rows)) if rng.random() < 0.01 else -1
        yield Told(reset, demand, preempt, shown, past[-1], write, [])


def _row(twin: NaiveMonitor, fault: tuple[str, str, int, int], shown: list[int], command: list[int], first: int) -> Row:
    """Put a fault into numbers, as the monitor has to."""
    rule, kind, g, other = fault
    seen, expected = _numbers(twin, fault, shown, command)
    return RULES.index(rule), first + g, first + other if other >= 0 else -1, KINDS[kind], seen, expected


def _numbers(
    twin: NaiveMonitor, fault: tuple[str, str, int, int], shown: list[int], command: list[int]
) -> tuple[int, int]:
    rule, kind, g, other = fault
    group, tick_ds = twin.site.groups[g], twin.tick_ds
    history = twin.displays if kind == "display" else twin.commands
    column, last = [_number(row[g]) for row in history], len(history) - 1
    asked = _number(twin.commands[-2][g]) if len(twin.commands) > 1 else UNSEEN
    pair: tuple[int, int] = 0, 0
    match rule:
        case "conflict":
            pair = column[-1], _number(history[-1][other])
        case "intergreen":
            end = max(t for t in range(len(history)) if twin.ends(other, history, t))
            pair = (last - end) * tick_ds, twin.site.intergreen_ds[other][g] or 0
        case "short-green" | "short-amber":
            least_ds = group.min_green_ds if rule == "short-green" else group.amber_ds
            pair = twin.run_ds(g, history, last - 1), least_ds
        case "skipped-amber" | "illegal-transition":
            pair = column[-1], _next(group, column[-2])
        case "unknown-aspect":
            pair = (shown if kind == "display" else command)[g], asked
        case "display":
            pair = column[-1], asked
        case "long-green":
            pair = twin.run_ds(g, history, last) - tick_ds, group.max_green_ds
        case "max-red":
            pair = _waited(twin, g)
    return pair


def _number(aspect: int | None) -> int:
    return UNSEEN if aspect is None else aspect


def _next(group: SignalGroup, aspect: int) -> int:
    """Go on to the next aspect that has a length."""
    lasts = {RED: 1, RED_AMBER: group.red_amber_ds, GREEN: 1, AMBER: group.amber_ds, CLEARANCE: group.clearance_ds}
    return next(one % 5 for one in range(aspect + 1, aspect + 6) if lasts[one % 5])


def _waited(twin: NaiveMonitor, g: int) -> tuple[int, int]:
    """Return how long a group has waited, and how long it may."""
    wait_ds, called = 0, False
    for tick, (row, demand) in enumerate(zip(twin.commands, twin.demands, strict=True)):
        green = row[g] == GREEN
        wait_ds = 0 if green else wait_ds + twin.tick_ds * bool(demand[g])
        called = not green and (called or bool(twin.called(tick)))
    return wait_ds, twin.longest_waits_ds[g] + twin.emergency_ds * called


def _settings(case: Watching) -> dict[str, int]:
    return {
        "tick_ds": case.tick_ds,
        "max_lag_ticks": case.lag,
        "unseen_ticks": case.unseen,
        "emergency_ds": case.emergency_ds,
    }


def unlike_rows(names: dict[str, Any], case: Watching) -> str:
    """Run the monitor's kernel, and say where its rows first differ."""
    true = Monitor(case.site, **_settings(case))
    true._card.max_wait_ds[:] = case.most_ds
    kept = [views(part) for part in (true._card, true._commands, true._displays, true._diary)]
    width, first = len(Row.__args__), true._card.first.tolist()
    for tick, told in enumerate(case.ticks):
        if told.reset >= 0:
            names["forget"](first[told.reset], first[told.reset + 1], *kept[1:])
        count = names["watch"](*kept, *views(told[1:6]))
        rows = true._diary.rows[: count * width].reshape(count, width).tolist()
        found = sorted((*row[:4], 0, 0) if RULES[row[0]] in WORDLESS else tuple(row) for row in rows)
        if found != told.found:
            return f"{_first_difference(found, told.found)} in tick {tick} of {case.name}"
    return ""


def _first_difference(found: list[Row], expected: list[Row]) -> str:
    wrong = set(map(tuple, found)) ^ set(expected)
    return RULES[min(wrong)[0]] if wrong and 0 <= min(wrong)[0] < len(RULES) else "rows"


def unlike_sentences(names: dict[str, Any], case: Watching) -> str:
    """Run the whole monitor, and say where what it says, or whom it latches, first differs."""
    monitor = names["Monitor"](case.site, **_settings(case))
    monitor._card.max_wait_ds[:] = case.most_ds
    latched = [False for _ in case.site.intersections]
    for tick, told in enumerate(case.ticks):
        if told.reset >= 0:
            monitor.reset(told.reset)
            latched[told.reset] = False
        found = sorted(monitor.check(tick / 4, *told[1:6]))
        expected = sorted(_violation(case.site, tick / 4, row) for row in told.found)
        if found != expected:
            return f"a violation in tick {tick} of {case.name}"
        for violation in expected:
            latched[violation.intersection] = True
        if monitor.latched.tolist() != latched:
            return f"latched in tick {tick} of {case.name}"
    return ""


def _violation(what: Network, time_s: float, row: Row) -> Violation:
    rule, group, other, kind, seen, expected = row
    owners = [(site, g) for site in what.intersections for g in range(len(site.groups))]
    (site, g), place = owners[group], what.intersections.index(owners[group][0])
    who = f'"{site.groups[g].id}"' + (f' and "{site.groups[owners[other][1]].id}"' if other >= 0 else "")
    record = "display" if kind == DISPLAYS else "command"
    where = f'{record} of intersection "{site.id}", signal group {who}'
    text = f"{where}: {_sentence(RULES[rule], seen, expected)}"
    return Violation(time_s, place, RULES[rule], group, other, text)


def _sentence(rule: str, seen: int, expected: int) -> str:
    if rule in WORDLESS:
        return "left out or cut"
    if rule == "conflict":
        return f"{_spoken(seen)} and {_spoken(expected)} together"
    if rule in ("long-green", "max-red"):
        return f"{seen / 10:.1f} s, at most {expected / 10:.1f} s are allowed"
    if rule in ("intergreen", "short-green", "short-amber"):
        return f"only {seen / 10:.1f} s of {expected / 10:.1f} s"
    return f"{_spoken(seen)} instead of {_spoken(expected)}"


def _spoken(aspect: int) -> str:
    names = {-1: "unknown", 0: "red", 1: "red-amber", 2: "green", 3: "amber", 4: "clearance"}
    return names.get(aspect, f"aspect {aspect}")


def unlike_together(names: dict[str, Any], case: Watching) -> str:
    """Run the monitor on a kernel that is not its own."""
    whole = load(compile(inspect.getsource(monitor_module), "<monitor>", "exec"), monitor_module.__name__)
    whole.update({name: names[name] for name in whole.keys() & names.keys() if name in vars(watch_module)})
    return unlike_sentences(whole, case)


def unlike_settings(names: dict[str, Any]) -> str:
    """Check what it takes when nothing is said."""
    settings = inspect.signature(names["Monitor"]).parameters
    if (
        len(names["Monitor"](network(intersection([SignalGroup("a", User.VEHICLE, (0,))], {})), tick_ds=10).columns)
        != 4
    ):
        return "columns"
    given = [settings[name].default for name in ("max_lag_ticks", "unseen_ticks", "emergency_ds")]
    return "" if given == [0, 0, EMERGENCY_DS] else "settings"


def without_room(names: dict[str, Any]) -> str:
    """Let everything be wrong at once: every row has to find its place."""
    lone = intersection([SignalGroup("a", User.VEHICLE, (0,))], {})
    all_six = [SignalGroup(f"g{g}", User.VEHICLE, (g,), red_amber_ds=10, amber_ds=0) for g in range(6)]
    crowd = intersection(all_six, {(i, j): 90 for i in range(6) for j in range(i)})
    for place, shown, commands, most in ((lone, "-aG", "aaR", 6), (crowd, "-GrG", "GrrG", 3 * 6 + 4 * 30)):
        monitor = names["Monitor"](network(place), tick_ds=10)
        monitor._card.max_wait_ds[:] = 25
        size = len(place.groups)
        for one, other in zip(shown, commands, strict=True):
            rows = [np.full(size, LETTERS.find(letter), np.int8) for letter in (one, other)]
            found = monitor.check(0.0, np.ones(size, np.bool_), np.zeros(size, np.int8), *rows, np.ones(1, np.bool_))
        if len(found) != most:
            return f"{len(found)} violations at once instead of {most}"
    return ""


def unlike_in_haste(names: dict[str, Any]) -> str:
    """Cut a walk a tick after a call has ended, where a tick is as short as can be."""
    groups = [SignalGroup("walk", User.PEDESTRIAN, (0,), amber_ds=0), SignalGroup("car", User.VEHICLE, (1,))]
    for called, expected in (((0, 1, 0), ["short-green"]), ((0, 0, 1), [])):
        monitor = names["Monitor"](network(intersection(groups, {(0, 1): 50})), tick_ds=1)
        found = []
        for walk, call in zip((RED, GREEN, RED), called, strict=True):
            preempt, command = np.array([0, call], np.int8), np.array([walk, RED], np.int8)
            nobody, dark, ours = np.zeros(2, np.bool_), np.full(2, UNSEEN, np.int8), np.ones(1, np.bool_)
            found += [violation.rule for violation in monitor.check(0.0, nobody, preempt, dark, command, ours)]
        if found != expected:
            return f"{found} where a walk is cut"
    return ""
