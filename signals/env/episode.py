"""One run, tick by tick: the order of `signals.loop.run`, with a pause in which agents may act.

Read, believe | wish, permit, show, remember. The bar is the pause: an episode begins behind the first belief, and every
tick ends behind the next one. The guard and the fallback stand where they always stand.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import NamedTuple
from weakref import finalize

from signals.control.net_plan import NetPlan
from signals.errors import WorldError
from signals.model.roles import Controller
from signals.model.values import Decision, Event, Readings, Snapshot, Verdict
from signals.record.metrics import summarise
from signals.record.recorder import Recorder
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from signals.scenario import Scenario
from signals.scenario_worlds import Opening, open_world
from signals.sensing.faults import Faults
from signals.sensing.faulty_world import FaultyWorld

__all__ = ["Episode", "Moment"]


class Moment(NamedTuple):
    """What one tick was: what was wished, what was answered, and what happened to the control."""

    decision: Decision
    verdict: Verdict
    events: tuple[Event, ...]


class Episode:
    """A run that has begun: its world is entered, and the first tick is believed.

    Parameters
    ----------
    scenario
        What is run. Its site cards are not looked at; who makes many episodes does that once.
    controller
        Who wishes.
    seed
        Of all chance in the world.
    faults
        What is broken in what its world reports, by the same seed; None = nothing.
    traci
        SUMO only: whether it runs as a process of its own.

    Attributes
    ----------
    readings, snapshot
        What was reported and is believed now. When the episode is over, those of its last tick.
    guard, mind
        The last word, and the controller in its safe seat.

    Raises
    ------
    InputError, MissingDependencyError, WorldError
        When the world cannot be opened.
    """

    readings: Readings
    snapshot: Snapshot

    def __init__(
        self,
        scenario: Scenario,
        controller: Controller,
        seed: int,
        *,
        faults: Faults | None = None,
        traci: bool = False,
    ) -> None:
        network, self._time, tick_ds = scenario.network, scenario.file.time, scenario.tick_ds
        self._ticks, self._tick_s, self._closed = 0, tick_ds / 10, False
        self.guard = Guard(network, tick_ds=tick_ds)
        self.mind = Fallback(controller, network, backup=NetPlan(network), tick_ds=tick_ds)
        self._estimator, self._witness = scenario.estimator(), Recorder(network, tick_ds)
        with ExitStack() as folder, ExitStack() as inside:
            place = mkdtemp(prefix="signals-")
            # Also when nobody closes it: environments are dropped more often than closed.
            folder.callback(finalize(self, rmtree, place, ignore_errors=True))
            opening = Opening(seed=seed, folder=Path(place), traci=traci)
            world = open_world(scenario.file, scenario.folder, network, opening)
            self._world = world if faults is None else FaultyWorld(world, faults, seed)
            inside.enter_context(self._world)
            self._believe()
            self._folder, self._inside = folder.pop_all(), inside.pop_all()

    @property
    def time_s(self) -> float:
        """The world's time."""
        return self._time.begin_s + self._ticks * self._tick_s

    @property
    def over(self) -> bool:
        """Whether its time is over; no more ticks then."""
        return self._closed or self._world.finished

    def tick(self) -> Moment:
        """Let a tick pass.

        Raises
        ------
        WorldError
            When the world is lost, or the episode is over.
        """
        if self.over:
            raise WorldError("the episode is over: reset the environment")
        try:
            decision = self.mind.decide(self.snapshot)
            verdict = self.guard.permit(decision, self.readings, self.snapshot.demand)
            moment = Moment(decision, verdict, self.mind.take_events())
            self._witness.note(self.snapshot, *moment)
            self._world.write(verdict.command)
            self._ticks += 1
            if not self._world.finished:
                self._believe()
        except BaseException as error:
            self._closed = True
            with self._folder:
                self._inside.__exit__(type(error), error, error.__traceback__)
            raise
        return moment

    def metrics(self) -> dict[str, float]:
        """Leave the world and account for everybody who wanted to travel (`signals.record.metrics.METRICS`).

        Who did not arrive, or never got in, counts with the delay up to now.

        Raises
        ------
        WorldError, RecordError
            When the world cannot say.
        """
        self._closed = True
        with self._folder:
            self._inside.close()
            trips, incidents = self._world.outcome()
        queue_veh = self._witness.mean_queue_veh(self._time.begin_s + self._time.warmup_s)
        return summarise(
            trips, incidents, queue_veh, begin_s=self._time.begin_s, end_s=self.time_s, warmup_s=self._time.warmup_s
        )

    def close(self) -> None:
        """Leave the world and nothing else behind; safe to call twice."""
        self._closed = True
        with self._folder:
            self._inside.close()

    def _believe(self) -> None:
        self.readings = self._world.read()
        self.snapshot = self._estimator.update(self.readings)
