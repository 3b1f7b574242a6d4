"""One run: a controller in a scenario with a seed.

It happens in ``<folder>.partial`` and takes the folder's name when it is whole. What was interrupted stays under the
other name, with everything that was recorded, until the next run into the same folder.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from signals import entrants, loop
from signals.control.net_plan import NetPlan
from signals.entrants import ControllerMaker, controller_of, name_of, scenario_for
from signals.errors import InputError, RecordError, WorldError
from signals.model.network import Finding, Network
from signals.model.roles import Controller, World
from signals.model.trips import Incidents, Trips
from signals.record.files import locked
from signals.record.latches import LatchFile, LatchLog, read_latches
from signals.record.metrics import summarise
from signals.record.provenance import provenance
from signals.record.recorder import Recorder
from signals.record.run_folder import RUN_FILE, write_run
from signals.record.run_record import FALLBACK, RunRecord
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from signals.scenario import Scenario, load
from signals.scenario_worlds import Opening

__all__ = [
    "DEFAULT_CONTROLLER",
    "FALLBACK",
    "LATCHED",
    "NOTED",
    "RunOptions",
    "falls_of",
    "latched_of",
    "notes_of",
    "origin_of",
    "run",
]

DEFAULT_CONTROLLER = "rolling_horizon"

LATCHED = "latched"
"""Code of the finding that an intersection violated a rule and is not written until a person resets it."""
NOTED = "controller"
"""Code of a finding that the controller made itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How something is run.

    Parameters
    ----------
    settings
        Keyword arguments of the controller.
    gui
        Whether it is watched.
    traci
        SUMO only: whether it runs as a process of its own.
    jobs
        Of a comparison: how many runs at the same time; 0 = as many as there are processors.
    latches
        Of a single run: the file of the intersections that violated a rule, now or before, and were not reset by a
        person since. They are not written.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    gui: bool = False
    traci: bool = False
    jobs: int = 0
    latches: Path | None = None


class _Players(NamedTuple):
    """Who plays in a run."""

    world: World
    mind: Fallback
    judge: Guard
    witness: Recorder
    latches: LatchFile | None
    controller: Controller


class _End(NamedTuple):
    """How a run ended."""

    trips: Trips | None
    incidents: Incidents
    trouble: BaseException | None


def run(
    scenario: Scenario | str | Path,
    controller: str | ControllerMaker = DEFAULT_CONTROLLER,
    *,
    seed: int = 1,
    out: str | Path | None = None,
    options: RunOptions | None = None,
    on_tick: Callable[[float], None] | None = None,
) -> RunRecord:
    """Run one controller in a scenario.

    Parameters
    ----------
    scenario
        A scenario, or what `signals.scenario.load` makes one of.
    controller
        A name, ``module:Class``, a class, or a policy (`signals.entrants`).
    seed
        Of all chance in the world; the same seed gives the same tables, byte for byte.
    out
        The run's folder; an earlier run in it is replaced. Nothing is kept where it is not given.
    options
        How.
    on_tick
        Called after each tick with the share of the run that is done, 0 to 1.

    Returns
    -------
    RunRecord
        What happened; it is in the folder, too.

    Raises
    ------
    InputError, MissingDependencyError
        Before the run begins, when something does not fit or is not there.
    WorldError, KeyboardInterrupt
        When the world is lost or the run is interrupted; what was recorded until then is in ``<out>.partial``.
    RecordError
        When the folder or the file of latches cannot be written, or somebody else writes into it.
    """
    found = scenario_for(controller, scenario if isinstance(scenario, Scenario) else load(scenario))
    chosen = options or RunOptions()
    with _latches(chosen.latches, found.network) as latches, _workplace(None if out is None else Path(out)) as folder:
        origin = origin_of(found, controller, seed, chosen)
        opening = Opening(seed=seed, folder=folder, gui=chosen.gui, traci=chosen.traci)
        players = _players(found, controller, opening, chosen.settings, latches, kept=out is not None)
        end = _play(found, players, on_tick)
        record = _record(found, name_of(controller), players, end, origin)
        if out is not None:
            write_run(folder, record, found.network, players.witness, end.trips)
        if end.trouble is not None:
            raise end.trouble
    return record


def origin_of(
    scenario: Scenario, controller: str | ControllerMaker, seed: int, options: RunOptions
) -> dict[str, object]:
    """Describe where a run's result comes from; two runs of one origin have one result.

    Raises
    ------
    InputError, MissingDependencyError
        When an input is not there or there is no such controller.
    """
    settings = {
        **scenario.settings,
        **entrants.origin_of(controller),
        "controller_settings": dict(options.settings),
        "traci": options.traci or options.gui,
    }
    if options.latches is not None:
        settings[LATCHED] = list(read_latches(options.latches).latched)
    return provenance(scenario.inputs, settings, seed, scenario.versions)


def falls_of(record: RunRecord) -> tuple[str, ...]:
    """Return what a run says about its controller having been replaced for a while."""
    return tuple(finding.text for finding in record.findings if finding.code == FALLBACK)


def notes_of(record: RunRecord) -> tuple[str, ...]:
    """Return what the controller itself had to say."""
    return tuple(finding.text for finding in record.findings if finding.code == NOTED)


def latched_of(record: RunRecord) -> tuple[str, ...]:
    """Return what a run says about intersections that are not written because they violated a rule."""
    return tuple(finding.text for finding in record.findings if finding.code == LATCHED)


def _players(
    scenario: Scenario,
    controller: str | ControllerMaker,
    opening: Opening,
    settings: Mapping[str, object],
    latches: LatchFile | None,
    *,
    kept: bool,
) -> _Players:
    network, tick_ds = scenario.network, scenario.tick_ds
    mind = controller_of(controller, scenario, settings)
    return _Players(
        scenario.open_world(opening),
        Fallback(mind, network, backup=NetPlan(network), tick_ds=tick_ds),
        _guard(network, tick_ds, latches),
        Recorder(
            network,
            tick_ds,
            compared=getattr(mind, "take_comparisons", tuple) if kept else tuple,
            happened=getattr(mind, "take_events", tuple),
        ),
        latches,
        mind,
    )


def _guard(network: Network, tick_ds: int, latches: LatchFile | None) -> Guard:
    if latches is None:
        return Guard(network, tick_ds=tick_ds)
    names = [place.id for place in network.intersections]
    return Guard(network, tick_ds=tick_ds, latched=latches.log.latched, on_latch=lambda seen: latches.note(seen, names))


def _play(scenario: Scenario, players: _Players, on_tick: Callable[[float], None] | None) -> _End:
    """Run the loop and ask the world what became of everybody, however it ended."""
    trouble: BaseException | None = None
    try:
        loop.run(players.world, scenario.estimator(), players.mind, players.judge, players.witness, on_tick)
    except (WorldError, RecordError, KeyboardInterrupt) as error:
        trouble = error
    try:
        return _End(*players.world.outcome(), trouble)
    except (WorldError, RecordError) as error:
        return _End(None, Incidents(), trouble or error)


def _record(scenario: Scenario, name: str, players: _Players, end: _End, origin: Mapping[str, object]) -> RunRecord:
    time = scenario.file.time
    queue_veh = players.witness.mean_queue_veh(time.begin_s + time.warmup_s)
    metrics = (
        {}
        if end.trips is None
        else summarise(
            end.trips, end.incidents, queue_veh, begin_s=time.begin_s, end_s=time.end_s, warmup_s=time.warmup_s
        )
    )
    note = "" if end.trouble is None else str(end.trouble) or "interrupted"
    return RunRecord(
        scenario=scenario.name,
        controller=name,
        seed=int(str(origin["seed"])),
        finished=end.trouble is None,
        metrics=metrics,
        violations=len(players.witness.violations),
        note=note,
        settings=settings if isinstance(settings := origin["settings"], dict) else {},
        provenance=origin,
        findings=(*scenario.network.findings, *_notes(scenario, players)),
        refusals=players.witness.refusals,
    )


def _notes(scenario: Scenario, players: _Players) -> list[Finding]:
    """Say what was done to the inputs and what happened to the controller, without the names of folders."""
    found = []
    for note in dict.fromkeys((*scenario.notes, *getattr(players.world, "notes", ()))):
        text = note
        for path in scenario.inputs:
            text = text.replace(str(path), path.name)
        found.append(Finding("note", "", "input", text))
    notes = getattr(players.controller, "notes", ())
    found += [Finding("note", "", NOTED, note) for note in notes if isinstance(note, str)]
    falls = [event for event in players.witness.events if not event.code.startswith("level-")]
    if falls:
        first, places = falls[0], scenario.network.intersections
        place = places[first.intersection].id if first.intersection >= 0 else ""
        when = f"{len(falls)} {'times' if len(falls) > 1 else 'time'}, first at {first.time_s:g} s"
        text = f"the controller was not followed, {when}: {first.code}, {first.detail}"
        found.append(Finding("error", place, FALLBACK, text))
    return [*found, *_latched(players, scenario.network)]


def _latched(players: _Players, network: Network) -> Iterator[Finding]:
    """Say which intersections are not written, why, and what to do about it."""
    log = LatchLog() if players.latches is None else players.latches.log
    cure = "" if players.latches is None else "; a person may reset it: signals latches FILE --reset ID --by NAME"
    for number in np.flatnonzero(players.judge.latched):
        name = network.intersections[number].id
        seen = [violation.detail for violation in players.witness.violations if violation.intersection == number]
        why = next(iter((*(latch.detail for latch in log.latches.get(name, ())), *seen)), "it violated a rule")
        yield Finding("error", name, LATCHED, f'intersection "{name}" is latched and not written: {why}{cure}')


@contextmanager
def _latches(path: Path | None, network: Network) -> Iterator[LatchFile | None]:
    """Open the file of latches, which must be that of this network."""
    if path is None:
        yield None
        return
    with LatchFile(path) as latches:
        for name in latches.log.latched:
            if name not in network.intersection_index:
                raise InputError(
                    f'"{path}": intersection "{name}" is latched, but network "{network.name}" has none of that id; '
                    "every network needs a file of its own"
                )
        yield latches


@contextmanager
def _workplace(out: Path | None) -> Iterator[Path]:
    """Give an empty folder to work in, which becomes `out` when all went well."""
    if out is None:
        with tempfile.TemporaryDirectory(prefix="signals-") as name:
            yield Path(name)
        return
    _check_replaceable(out)
    partial, ours = out.with_name(f"{out.name}.partial"), False
    try:
        with locked(partial):
            ours = True
            _empty(partial)
            yield partial
    except BaseException:
        if ours and not (partial / RUN_FILE).is_file():
            shutil.rmtree(partial, ignore_errors=True)
        raise
    _publish(partial, out)


def _check_replaceable(out: Path) -> None:
    """Refuse to replace what is not a run."""
    if not out.name or (out.exists() and not out.is_dir()):
        raise RecordError(f'"{out}" is not a folder')
    if out.is_dir() and any(out.iterdir()) and not (out / RUN_FILE).is_file():
        raise RecordError(f'"{out}" holds something that is not a run; choose another folder')


def _empty(folder: Path) -> None:
    """Delete everything in a folder but its lock."""
    try:
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif not path.name.startswith("."):
                path.unlink()
    except OSError as error:
        raise RecordError(f'cannot empty "{folder}": {error.strerror}') from error


def _publish(partial: Path, out: Path) -> None:
    """Give a whole run its name; the one before is gone only when the new one is there."""
    old = out.with_name(f"{out.name}.old")
    try:
        shutil.rmtree(old, ignore_errors=True)
        if out.exists():
            out.rename(old)
        partial.rename(out)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise RecordError(f'cannot rename "{partial}" to "{out}": {error.strerror}') from error
