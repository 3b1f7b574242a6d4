"""Checks the folder of a run: what was shown, tick by tick, with a witness that knows nothing but the network.

The witness is `signals.safety.monitor.Monitor`, the same that watched the run itself. What only that one could see,
because it knew the commands and who waited, comes from the folder's table of violations.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from math import gcd
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import numpy as np

from signals.checks.breaches import ERROR, RULES, Breach, Report, counted, merged
from signals.errors import RecordError
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, ByteArray
from signals.record.run_folder import NETWORK_FILE, RUN_FILE, altered_files, read_run
from signals.record.tables import Values, read_table
from signals.safety.monitor import Monitor
from signals.scenario_worlds import read_network_file

__all__ = ["check_run"]

T = TypeVar("T")
V = TypeVar("V")

_SIGNALS, _WRITTEN, _VIOLATIONS = "signals.csv", "written.csv", "violations.csv"
_ASPECT: Final = {aspect.name.lower(): int(aspect) for aspect in Aspect}
_TOO_SHORT: Final = frozenset({"intergreen", "short-green", "short-amber", "clearance-cut", "short-red-amber"})
_OWN: Final = "network.toml of the run"
_LIVE: Final = "the monitor during the run"
_COMMANDS: Final = (
    "display, long-green and max-red: they need the commands and who waits, tick by tick; what the monitor saw of them "
    "during the run is reported"
)
_EMERGENCIES: Final = (
    "short-green of people on foot: an emergency vehicle may cut it, and which groups it called is not recorded"
)


class _Log(NamedTuple):
    """What was shown and who was in charge.

    Attributes
    ----------
    tick_ds
        All times are multiples of it.
    begin_ds, end_ds
        The first and the last moment.
    shown
        Time, group (network-wide) and aspect, a row per change, in order.
    ours
        Time, intersection and whether it was ours, likewise.
    """

    tick_ds: int
    begin_ds: int
    end_ds: int
    shown: list[tuple[int, int, int]]
    ours: list[tuple[int, int, int]]


class _Seen(NamedTuple):
    """A violation: when, which rule, where, by whom, one sentence, and who saw it."""

    time_ds: int
    rule: str
    intersection: str
    groups: tuple[str, ...]
    text: str
    source: str


def check_run(folder: Path) -> Report:
    """Check what a run recorded.

    Parameters
    ----------
    folder
        The folder of the run.

    Raises
    ------
    RecordError
        When a table is missing, damaged, or does not fit the network beside it.
    InputError
        When the network cannot be read.
    """
    network = read_network_file(folder / NETWORK_FILE)
    log = _log(folder, network)
    breaches: list[Breach] = []
    notes = [_COMMANDS]
    finished = (folder / RUN_FILE).exists()
    if finished:
        breaches += _altered(folder)
    else:
        notes.append(f"whether a table was altered: there is no {RUN_FILE}, as the run did not reach its end")
    seen = list(_replayed(network, log))
    if finished and _heard_emergencies(folder):
        on_foot = {(place.id, group.id) for place, group in _groups(network) if group.user is User.PEDESTRIAN}
        seen = [one for one in seen if one.rule != "short-green" or (one.intersection, one.groups[0]) not in on_foot]
        notes.append(_EMERGENCIES)
    breaches += [_breach(network, one) for one in (*seen, *_live(folder))]
    length_s = (log.end_ds - log.begin_ds) / 10
    places = counted(len(network.intersections), "intersection")
    checked = f"{places}, {length_s:g} s in ticks of {log.tick_ds / 10:g} s"
    return Report(str(folder), "run folder", merged(breaches), checked, tuple(notes))


def _groups(network: Network) -> list[tuple[Intersection, SignalGroup]]:
    return [(place, group) for place in network.intersections for group in place.groups]


def _log(folder: Path, network: Network) -> _Log:
    """Read the tables of what was shown and of who was in charge."""
    path = folder / _SIGNALS
    table = read_table(path)
    begins, lengths = _ds(table["time_s"], path), _ds(table["duration_s"], path)
    if not begins:
        raise RecordError(f'"{path}" is empty: nothing was recorded')
    index = {(place.id, group.id): number for number, (place, group) in enumerate(_groups(network))}
    names = zip(_texts(table["intersection"]), _texts(table["group"]), strict=True)
    groups = [_known(index, name, 'group "{0[1]}" of intersection "{0[0]}"', path) for name in names]
    aspects = [_known(_ASPECT, aspect, 'aspect "{}"', path) for aspect in _texts(table["aspect"])]
    shown = sorted(zip(begins, groups, aspects, strict=True))
    places = {place.id: number for number, place in enumerate(network.intersections)}
    ours = _ours(folder / _WRITTEN, places) or [(shown[0][0], place, 1) for place in places.values()]
    end_ds = max(begin + length for begin, length in zip(begins, lengths, strict=True))
    times = (*begins, end_ds, *(time for time, _, _ in ours))
    return _Log(max(gcd(*(time - shown[0][0] for time in times)), 1), shown[0][0], end_ds, shown, ours)


def _ours(path: Path, places: Mapping[str, int]) -> list[tuple[int, int, int]]:
    """Read who was in charge; nothing where that was not recorded."""
    if not path.exists():
        return []
    table = read_table(path)
    known = [_known(places, name, 'intersection "{}"', path) for name in _texts(table["intersection"])]
    return sorted(zip(_ds(table["time_s"], path), known, table["written"].astype(int).tolist(), strict=True))


def _known(index: Mapping[T, V], name: T, form: str, path: Path) -> V:
    if name not in index:
        raise RecordError(f'"{path}" is damaged or does not fit the network beside it: there is no {form.format(name)}')
    return index[name]


def _ds(times_s: Values, path: Path) -> list[int]:
    if not np.isfinite(times_s.astype(np.float64)).all():
        raise RecordError(f'"{path}" is damaged: a time is missing')
    return [round(float(time_s) * 10) for time_s in times_s.tolist()]


def _texts(column: Values) -> list[str]:
    return [str(cell) for cell in column.tolist()]


def _replayed(network: Network, log: _Log) -> Iterator[_Seen]:
    """Yield what the witness sees; what goes on is told once.

    What was shown is handed over as commands: those that were given are not recorded, and a display that cannot be
    read back counts as the command before. What is too short is not told where it may have begun unseen.
    """
    groups, places = _groups(network), network.intersections
    names = [group.id for _, group in groups]
    witness = Monitor(network, tick_ds=log.tick_ds)
    unread, nobody = np.full(len(groups), Aspect.UNKNOWN, np.int8), np.zeros(len(groups), np.int8)
    settling_ds = np.array([_longest_ds(place) for place in places])
    since_ds = np.zeros(len(places), np.int64)
    before: set[tuple[str, int, int]] = set()
    for now_ds, aspect, ours in _ticks(network, log):
        since_ds[~ours] = now_ds + log.tick_ds
        seen = witness.check(now_ds / 10, nobody > 0, nobody, unread, aspect, ours)
        for one in seen:
            settled = now_ds - since_ds[one.intersection] >= settling_ds[one.intersection]
            if (one.rule, one.group, one.other) not in before and (settled or one.rule not in _TOO_SHORT):
                involved = tuple(names[number] for number in (one.group, one.other) if number >= 0)
                yield _Seen(now_ds, one.rule, places[one.intersection].id, involved, one.detail, _OWN)
        before = {(one.rule, one.group, one.other) for one in seen}


def _ticks(network: Network, log: _Log) -> Iterator[tuple[int, ByteArray, BoolArray]]:
    """Yield for every tick its time, what was shown, and which intersections were ours and could be read."""
    sizes = [len(place.groups) for place in network.intersections]
    owner = np.repeat(np.arange(len(sizes)), sizes)
    aspect: ByteArray = np.full(len(owner), Aspect.UNKNOWN, np.int8)
    ours: BoolArray = np.zeros(len(sizes), np.bool_)
    shown, written = deque(log.shown), deque(log.ours)
    yield log.begin_ds - log.tick_ds, aspect, ours
    for now_ds in range(log.begin_ds, log.end_ds, log.tick_ds):
        while shown and shown[0][0] <= now_ds:
            _, group, aspect[group] = shown.popleft()
        while written and written[0][0] <= now_ds:
            _, place, ours[place] = written.popleft()
        yield now_ds, aspect, ours & (np.bincount(owner, aspect == Aspect.UNKNOWN, len(ours)) == 0)


def _longest_ds(place: Intersection) -> int:
    """Return how long anything can be too short."""
    between = [cell for row in place.intergreen_ds for cell in row if cell is not None]
    times = [time for g in place.groups for time in (g.min_green_ds, g.amber_ds, g.clearance_ds, g.red_amber_ds)]
    return max([*between, *times])


def _altered(folder: Path) -> Iterator[Breach]:
    """Yield what is not as the run wrote it."""
    for name in altered_files(folder, (_SIGNALS, _WRITTEN, _VIOLATIONS, NETWORK_FILE)):
        said = (f"the SHA-256 of {name} is not that in {RUN_FILE}", "the file as the run wrote it", RUN_FILE)
        yield Breach(ERROR, "altered-record", "", "", 0, -1, 0, (), (), (), *said)


def _heard_emergencies(folder: Path) -> bool:
    """Whether the run could hear emergency vehicles."""
    control = read_run(folder).settings.get("control")
    return isinstance(control, dict) and bool(control.get("emergency_range_m"))


def _live(folder: Path) -> Iterator[_Seen]:
    """Yield what the monitor reported during the run."""
    path = folder / _VIOLATIONS
    table = read_table(path)
    keys = ("rule", "intersection", "group", "other", "detail")
    rows = zip(_ds(table["time_s"], path), *(_texts(table[key]) for key in keys), strict=True)
    for time_ds, rule, intersection, group, other, detail in rows:
        _known(RULES, rule, 'rule "{}"', path)
        yield _Seen(time_ds, rule, intersection, tuple(filter(None, (group, other))), detail, _LIVE)


def _breach(network: Network, seen: _Seen) -> Breach:
    behind = [group for place, group in _groups(network) if place.id == seen.intersection and group.id in seen.groups]
    words = seen.text.rpartition('": ')[2]
    found, required = words, f"never: {RULES[seen.rule]}"
    for between in (" of ", " instead of ", ", at most "):
        if between in words:
            found, _, required = words.partition(between)
    return Breach(
        ERROR,
        seen.rule,
        seen.intersection,
        "",
        seen.time_ds,
        -1,
        0,
        seen.groups,
        tuple(link for group in behind for link in group.links),
        tuple(network.movements[movement].id for group in behind for movement in group.movements),
        found,
        required,
        seen.source,
    )
