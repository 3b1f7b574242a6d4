"""Made-up results folders: a plan played on a network, with queues that depend on the controller."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from signals.model.network import Finding, Network
from signals.model.trips import Incidents
from signals.model.values import Aspect, Event, Violation
from signals.record.comparison import ComparisonRecord, comparison_of
from signals.record.metrics import summarise
from signals.record.provenance import provenance
from signals.record.recorder import Recorder
from signals.record.run_folder import run_path, write_comparison, write_run
from signals.record.run_record import RunRecord
from tests.record.made import decision_of, random_trips, snapshot_of, verdict_of

FINDING = Finding("warning", "centre", "short-amber", "Group <b>north</b> shows amber for 2 s; 3 s are used.")


def _aspects(network: Network, time_s: float, green_s: float) -> np.ndarray:
    """Show the stages one after the other: green, 3 s amber or clearance, 5 s all red."""
    shown = []
    for place in network.intersections:
        aspect = np.zeros(len(place.groups), np.int8)
        cycle_s = (green_s + 8) * len(place.stages)
        number, since_s = divmod(time_s % cycle_s, green_s + 8)
        for group in place.stages[int(number)].groups:
            walk = place.groups[group].clearance_ds > 0
            if since_s < green_s:
                aspect[group] = Aspect.GREEN
            elif since_s < green_s + (7 if walk else 3):
                aspect[group] = Aspect.CLEARANCE if walk else Aspect.AMBER
        shown.append(aspect)
    return np.concatenate(shown)


def make_run(
    folder: Path, network: Network, controller: str, seed: int, delay_s: float, *, finished: bool = True
) -> RunRecord:
    """Write a run of 15 minutes."""
    rng = np.random.default_rng(seed)
    recorder = Recorder(network, 10)
    approaches = len(network.arrays.approach_lane)
    queue = np.zeros(approaches)
    seen = (Violation(9.0, 0, "green-conflict", 0, -1, "north <i>and</i> east"),) if seed == 3 else ()
    for time_s in range(900 if finished else 200):
        queue = np.clip(queue + rng.normal(0, 0.7, approaches), 0, delay_s / 3)
        snapshot = snapshot_of(network, float(time_s), _aspects(network, time_s, 12 + delay_s / 5), queue)
        events = (Event(float(time_s), -1, "level-1", "the controller was late"),) if time_s == 100 else ()
        stages = [int(time_s // 30) % len(place.stages) for place in network.intersections]
        recorder.note(
            snapshot, decision_of(network, stages), verdict_of(snapshot, None, seen if time_s == 9 else ()), events
        )
    trips = random_trips(np.random.default_rng((seed, int(delay_s))), 300, delay_s + 3 * rng.normal())
    record = RunRecord(
        scenario="Made-up crossroads",
        controller=controller,
        seed=seed,
        finished=finished,
        metrics=summarise(trips, Incidents(teleports=seed % 2), recorder.mean_queue_veh(), end_s=900),
        violations=len(seen),
        note="" if finished else "the simulator died",
        settings={"tick_ds": 10, "warmup_s": 0, "sensing": {"level": "full", "range_m": 200.0}},
        provenance=provenance([], {"tick_ds": 10}, seed, {"sumo": "1.28.0"}),
        findings=(FINDING,),
        refusals={"intergreen": 120, "min_green": 40},
    )
    write_run(folder, record, network, recorder, trips if finished else None)
    return record


def make_comparison(
    folder: Path, network: Network, delays_s: dict[str, float], seeds: tuple[int, ...] = (1, 2, 4, 5)
) -> ComparisonRecord:
    """Write a comparison; the last seed of the last controller was interrupted."""
    last = (list(delays_s)[-1], seeds[-1])
    runs = [
        make_run(run_path(folder, name, seed), network, name, seed, delay_s, finished=(name, seed) != last)
        for name, delay_s in delays_s.items()
        for seed in seeds
    ]
    record = comparison_of(runs, settings=runs[0].settings)
    write_comparison(folder, record)
    return record
