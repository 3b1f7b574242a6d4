"""Baselines as good as they can be made for a scenario: fixed plans and settings, searched in the built-in world.

The simulator drives a run of a fixed plan in milliseconds, so thousands of plans are tried: lengths of steps, cycle
and offset of every intersection, from the deployed plans or from timed ones, whichever do better. Demand is drawn
with seeds of its own, which must not be those that are scored. The same seeds give the same result, however many
processors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from signals.control.plan_file import plans_text
from signals.control.plan_frames import Bounds, PlanFrame, bounds_of, frames_of
from signals.control.plan_timing import PlanTiming
from signals.control.stage_sums import DoubleArray
from signals.errors import InputError
from signals.model.intersections import Plan
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import Trips
from signals.model.values import FloatArray
from signals.record.files import write_whole
from signals.scenario import Scenario
from signals.scenario_worlds import travel_of
from signals.trial import RunOptions, run

__all__ = [
    "ACTUATED_CHOICES",
    "TUNING_SEEDS",
    "TunedPlans",
    "link_flows_of",
    "tune_actuated",
    "tune_plans",
    "write_plans",
]

TUNING_SEEDS: Final = (90_001, 90_002)
"""Demand that is tuned on; nobody scores these."""
GENERATION: Final = 8
"""So many plans are tried at a time, whatever the processors, so that the result does not depend on them."""
LONGEST_CYCLE_DS: Final = 1200
SHORTEST_CYCLE_DS: Final = 300
SECOND_DS: Final = 10

ACTUATED_CHOICES: Final[Mapping[str, tuple[float, ...]]] = {
    "gap_s": (1.5, 2.0, 2.5, 3.0, 4.0),
    "plan_share": (1.0, 1.25, 1.5, 2.0, 3.0),
    "max_green_s": (20.0, 30.0, 40.0, 60.0),
}
"""What is tried for the settings of `signals.control.actuated.Actuated`, one after the other."""


@dataclass(frozen=True, slots=True)
class TunedPlans:
    """What a search for plans has found.

    Parameters
    ----------
    plans
        Plans by intersection id.
    delay_s
        Mean delay of the demand that was tuned on.
    first_delay_s
        The same of the plans that the search began with.
    tried
        How many plans of the network were tried.
    """

    plans: Mapping[str, Plan]
    delay_s: float
    first_delay_s: float
    tried: int


class _Timed(NamedTuple):
    """A plan of one intersection, in its frame."""

    frame: PlanFrame
    bounds: Bounds
    length_ds: DoubleArray
    offset_ds: int

    def plan(self) -> Plan:
        return self.frame.plan(self.length_ds.astype(int).tolist(), self.offset_ds % int(self.length_ds.sum()))

    def possible(self) -> bool:
        """Whether minimum greens, intergreens and the bounds of the cycle are kept."""
        cycle_ds = self.length_ds.sum()
        kept = (self.bounds.steps @ self.length_ds >= self.bounds.least_ds - 1e-6).all()
        return bool(kept and (self.length_ds >= 0).all() and SHORTEST_CYCLE_DS <= cycle_ds <= LONGEST_CYCLE_DS)


_All = dict[int, _Timed]


def tune_plans(
    scenario: Scenario,
    *,
    tries: int = 2000,
    seeds: Sequence[int] = TUNING_SEEDS,
    jobs: int = 0,
    on_progress: Callable[[int, float], None] | None = None,
) -> TunedPlans:
    """Search for the fixed plans of least mean delay.

    Parameters
    ----------
    scenario
        The scenario; whatever its world is, it is driven in the built-in one.
    tries
        How many plans of the network are tried.
    seeds
        Of the demand; the first one is also that of the search.
    jobs
        Runs at the same time; 0 = as many as there are processors.
    on_progress
        Called with the number of tries and the least delay so far.

    Raises
    ------
    InputError
        When no intersection has stages, or the demand cannot be read.
    """
    drive = _Drive(scenario, seeds, jobs)
    starts = _starts(scenario.network, link_flows_of(scenario.network, drive.travels[0], drive.hours))
    if not starts[0]:
        raise InputError(f'network "{scenario.network.name}": no intersection has stages, so there is nothing to tune')
    costs = list(drive.delays_s(starts))
    best = int(np.argmin(costs))
    now, cost, first, tried = starts[best], costs[best], min(costs), len(starts)
    rng = np.random.default_rng(seeds[0])
    while tried < tries:
        trials = list(_trials(now, rng, GENERATION))
        if not trials:
            break
        found = list(drive.delays_s(trials))
        tried += len(trials)
        k = int(np.argmin(found))
        if found[k] < cost:
            now, cost = trials[k], found[k]
        if on_progress is not None:
            on_progress(tried, cost)
    places = scenario.network.intersections
    return TunedPlans({places[i].id: timed.plan() for i, timed in now.items()}, cost, first, tried)


def write_plans(path: Path, scenario: Scenario, tuned: TunedPlans, seeds: Sequence[int] = TUNING_SEEDS) -> None:
    """Write plans for ``fixed_time`` to read (its setting ``plan_file``). Raises `RecordError`."""
    made = {
        "scenario": scenario.name,
        "seeds": list(seeds),
        "tried": tuned.tried,
        "delay_s": round(tuned.delay_s, 3),
        "first_delay_s": round(tuned.first_delay_s, 3),
    }
    write_whole(path, plans_text(scenario.network, tuned.plans, made).encode())


def tune_actuated(
    scenario: Scenario,
    controller: str = "actuated",
    *,
    choices: Mapping[str, Sequence[float]] = ACTUATED_CHOICES,
    seeds: Sequence[int] = TUNING_SEEDS,
) -> tuple[dict[str, float], float]:
    """Search for the settings of least mean delay, one setting after the other, until none gets better.

    Parameters
    ----------
    scenario
        The scenario; whatever its world is, it is driven in the built-in one.
    controller
        Whose settings.
    choices
        What is tried for each setting.
    seeds
        Of the demand.

    Returns
    -------
    tuple
        The settings that differ from those that the controller has by itself, and the mean delay with them.
    """
    ours = Scenario(replace(scenario.file, scenario=replace(scenario.file.scenario, world="sim")), scenario.folder)
    known: dict[tuple[tuple[str, float], ...], float] = {}

    def delay_s(settings: Mapping[str, float]) -> float:
        key = tuple(sorted(settings.items()))
        if key not in known:
            options = RunOptions(settings=dict(settings))
            runs = [run(ours, controller, seed=seed, options=options).metrics["delay_s"] for seed in seeds]
            known[key] = float(np.mean(runs))
        return known[key]

    settings: dict[str, float] = {}
    cost, better = delay_s(settings), True
    while better:
        better = False
        for name, values in choices.items():
            trial = min(({**settings, name: value} for value in values), key=delay_s)
            if delay_s(trial) < cost - 1e-9:
                settings, cost, better = trial, delay_s(trial), True
    return settings, cost


class _Drive:
    """Drives plans of a network with the same demands."""

    def __init__(self, scenario: Scenario, seeds: Sequence[int], jobs: int) -> None:
        time = scenario.file.time
        self._network, self._jobs = scenario.network, jobs
        self._begin_s, self._end_s, self._warm_s = time.begin_s, time.end_s, time.begin_s + time.warmup_s
        self.hours = (time.end_s - time.begin_s) / 3600.0
        self.travels = [travel_of(scenario.file, scenario.folder, self._network, seed)[0] for seed in seeds]

    def delays_s(self, wanted: Sequence[_All]) -> Iterator[float]:
        """Yield the mean delay of each, over all demands."""
        from signals.adapters.sim.replay import Replay, replay_all  # noqa: PLC0415  it compiles

        networks = [self._with(plans) for plans in wanted]
        runs = [Replay(network, travel, self._begin_s, self._end_s) for network in networks for travel in self.travels]
        found = [self._delay_s(trips) for trips, _ in replay_all(runs, self._jobs)]
        for k in range(0, len(found), len(self.travels)):
            yield float(np.mean(found[k : k + len(self.travels)]))

    def _with(self, plans: _All) -> Network:
        places = self._network.intersections
        changed = (replace(place, plans=(plans[i].plan(),)) if i in plans else place for i, place in enumerate(places))
        return replace(self._network, intersections=tuple(changed))

    def _delay_s(self, trips: Trips) -> float:
        scored = trips.scheduled_s >= self._warm_s
        return float((trips.time_loss_s + trips.departure_delay_s)[scored].mean()) if scored.any() else 0.0


def link_flows_of(network: Network, travel: Travel, hours: float) -> FloatArray:
    """Return the flow of every controlled movement, from the routes: float32 [nK], vehicles an hour.

    Who may take several lanes is shared among them.

    Parameters
    ----------
    network
        The network.
    travel
        Who travels.
    hours
        For how long.
    """
    steps: dict[tuple[int, int], float] = {}
    number = np.bincount(travel.route, minlength=len(travel.routes))
    for route, count in zip(travel.routes, number, strict=True):
        for pair in pairwise(route):
            steps[pair] = steps.get(pair, 0.0) + float(count)
    edge = [network.edge_index[lane.edge] for lane in network.lanes]
    ways = [
        (edge[network.movements[m].from_lane], edge[network.movements[m].to_lane]) for m in network.arrays.link_movement
    ]
    lanes = {way: ways.count(way) for way in set(ways)}
    return np.array([steps.get(way, 0.0) / lanes[way] / hours for way in ways], np.float32)


def _starts(network: Network, flow: FloatArray) -> list[_All]:
    """Return plans to begin with: as deployed, as timed for the flows, and timed with one cycle for all."""
    deployed: _All = {}
    timed: _All = {}
    for i, place in enumerate(network.intersections):
        frames = [(frame, bounds_of(place, frame)) for frame in frames_of(network, i)]
        best = PlanTiming(network, i).best(flow)
        if best is None:
            continue
        frame, bounds = next(pair for pair in frames if pair[0].id == best.plan.id)
        timed[i] = _Timed(frame, bounds, _lengths(frame, best.plan), 0)
        if place.plans and frames[0][0].id == place.plans[0].id:
            frame, bounds = frames[0]
            deployed[i] = _Timed(frame, bounds, np.array(frame.duration_ds, np.float64), frame.offset_ds)
        else:
            deployed[i] = timed[i]
    cycle_ds = max((one.length_ds.sum() for one in timed.values()), default=0.0)
    return [deployed, timed, {i: _scaled(one, cycle_ds) for i, one in timed.items()}]


def _lengths(frame: PlanFrame, plan: Plan) -> DoubleArray:
    """Return how long a plan made in a frame lasts in each of its steps; those it leaves out have no length."""
    found, steps = np.zeros(len(frame.groups)), list(plan.steps)
    for k, groups in enumerate(frame.groups):
        if steps and steps[0].groups == groups:
            found[k] = steps.pop(0).duration_ds
    return found


def _scaled(timed: _Timed, cycle_ds: float) -> _Timed:
    """Return a plan with another cycle: what may be stretched is, in proportion."""
    free = np.flatnonzero(timed.frame.stretches)
    if not len(free):
        return timed
    length_ds = timed.length_ds.copy()
    more = cycle_ds - length_ds.sum()
    share = length_ds[free] / max(length_ds[free].sum(), 1.0)
    length_ds[free] = np.maximum(np.round((length_ds[free] + more * share) / SECOND_DS) * SECOND_DS, 0)
    length_ds[free[int(np.argmax(length_ds[free]))]] += cycle_ds - length_ds.sum()
    return timed._replace(length_ds=length_ds)


def _trials(now: _All, rng: np.random.Generator, count: int) -> Iterator[_All]:
    """Yield possible plans near the present ones."""
    places = sorted(now)
    made = 0
    for _ in range(50 * count):
        if made == count:
            return
        if len(places) > 1 and rng.random() < 0.1:
            factor = float(rng.choice([0.85, 0.9, 0.95, 1.05, 1.1, 1.15]))
            trial = {
                i: _scaled(one, round(one.length_ds.sum() * factor / SECOND_DS) * SECOND_DS) for i, one in now.items()
            }
        else:
            i = places[int(rng.integers(len(places)))]
            trial = {**now, i: _changed(now[i], rng, offsets=len(places) > 1)}
        if all(one.possible() for i, one in trial.items() if one is not now[i]):
            made += 1
            yield trial


def _changed(timed: _Timed, rng: np.random.Generator, *, offsets: bool) -> _Timed:
    """Return a plan with a step that is longer or shorter, a second moved, or another offset."""
    free, kind = np.flatnonzero(timed.frame.stretches), rng.random()
    if offsets and (kind < 0.35 or not len(free)):
        return timed._replace(offset_ds=timed.offset_ds + SECOND_DS * int(rng.choice([-20, -10, -5, -2, 2, 5, 10, 20])))
    length_ds, seconds = timed.length_ds.copy(), SECOND_DS * int(rng.choice([-5, -2, -1, 1, 2, 5]))
    if len(free):
        length_ds[rng.choice(free)] += seconds
        if kind > 0.65:
            length_ds[rng.choice(free)] -= seconds
    return timed._replace(length_ds=length_ds)
