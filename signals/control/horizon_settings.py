"""The settings of the optimiser: set once for all sites, checked when they are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Literal

import numpy as np

from signals.errors import UnknownNameError
from signals.kernels import horizon_values
from signals.model.lanes import User
from signals.model.values import FloatArray
from signals.model.vehicle_classes import VehicleClass
from signals.schema import at_least, from_table, more_than

__all__ = ["Settings", "checked", "class_worths", "rules", "worths"]

NAME = "rolling_horizon"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every parameter of the optimiser, set once for all sites.

    Parameters
    ----------
    objective
        Whose delay is weighed: ``vehicles`` (each counts the same, and so does a called crossing) or ``persons`` (each
        counts for those inside, and a crossing for as many as have probably come since it was called).
    motor_weight, bicycle_weight, transit_weight, tram_weight, pedestrian_weight
        What a second of delay of each class counts, per vehicle, called crossing or person. What a vehicle is comes
        from the sensors where they can tell (`Snapshot.arrival_class`), and from its lane where they cannot: a lane
        open to cars is for motor vehicles, whoever comes along on it; one for buses and trams only is for buses. All
        alike is what gives least delay of vehicles.
    motor_persons, transit_persons, tram_persons
        People in a motor vehicle, in a bus and in a tram, where persons count. Chosen: 1.3 is what a commuting car
        carries, 25 a bus that is half full, 60 a tram with as many in each metre; on a bicycle is one.
    longest_wait_s
        Nobody shall wait longer than this at a signal, from when he stands or calls until he starts: only stages are
        taken with which everybody is still served in time. 0 = off: there is the guard's maximum red only, usually
        120 s.
    heed_maximum_red
        Whether stages are taken early enough for nobody's maximum red to come: the guard would serve who waits so long
        by himself, which costs everybody more.
    horizon_s
        How far plans reach. 30 to 90 s make little difference; 60 s covers a change and its return.
    derived_s
        How far into a plan stages are looked at that the network does not come with (`signals.model.stage_choices`);
        after that its own do. 0, 8, 12, 15, 20, 30 and 60 s were tried: 15 to 60 are alike, the less the faster; with
        loops 15 s is worse on one map.
    headway_s
        Saturation headway of a lane with a free green (measured in SUMO 1.28 at 1 s steps: 1.8 to 2.0 s).
    start_up_s
        How long it takes at green until the first of a queue leaves. Measured in SUMO 1.28 at 1 s steps: 1 s.
    follow_up_s
        What a queue that stood loses besides, once its first vehicle has left. Measured like that: 1.0, 0.5 and 0.2 s
        between the first ones; less about 1 s of amber that is still driven through in the end (half a vehicle a lane).
    stop_cost_s
        A stop, in seconds of delay.
    red_queue_share
        Added per vehicle that waits at a red at the end of a plan, as a share of what a change takes there (intergreen
        and minimum green, people's clearance where they call), for it will wait for one at least. Of 10 s these are 8.
    left_wait_share
        The same as a share of what vehicles have waited there on average over the last minutes; the larger of the two
        is added: where more come than get through, this keeps greens long. 0.3 and 0.5 were tried: half is what who is
        met while he waits has before him, but clearing his own queue is counted already.
    gap_s
        A yielding movement needs this gap in the traffic that has priority.
    sneak
        Share of a free flow that a yielding movement keeps through busy opposing traffic.
    blocking_power
        A lane on which some want a movement that is red is served at the rate of the others' share to this power: who
        wants it blocks all behind him. 3, 6 and 10 were tried; 6 and 10 are equal, and better where changes cost more.
    prune_s
        Partial plans worse than the best of their second by more than this are given up.
    blocked_s
        For how long an approach whose exit is full is taken to stay blocked.
    fair_wait_s
        Who has waited this long at the head of a queue counts double, from then on with the cube of the wait: at the
        guard's maximum red (about 100 s) like 16. Plans that starve somebody are thus given up before the guard has
        to step in, which costs everybody more.
    patience_s
        After this long a stage may be left although one of its groups never became green.
    range_m
        How far vehicles are seen; must not exceed what the estimator uses.
    coordinate
        Whether neighbours tell each other what they have released and plan to release.
    learn_discharge
        Whether it is learned how fast each queue really leaves.
    clear_box
        Whether groups wait to start while somebody of a conflicting movement stands inside the junction.
    clear_short_links
        Whether those who are between two junctions 30 m apart or less may leave before others come towards them; and
        whether nobody more is let in, and whoever is in between gets green, while somebody waits inside both or stands
        inside one since the link is full. Cars that wait there for a gap can shut each other in for good.
    decision_s
        A stage can only be left so often: 1 = each second; more where decisions fall on a grid
        (`signals.control.decision_grid`).
    deadline_ms
        How long a decision for the whole network may take. Intersections whose turn comes later go on with their last
        plan, or with the stage that serves most. 0 = all are searched, as in every simulation: what comes out must not
        depend on the machine.
    threads
        How many plan at the same time, which changes nothing but the time it takes; 0 = one for each processor in
        networks where that pays.
    """

    objective: Literal["vehicles", "persons"] = "vehicles"
    motor_weight: float = field(default=1.0, metadata=at_least(0))
    bicycle_weight: float = field(default=1.0, metadata=at_least(0))
    transit_weight: float = field(default=1.0, metadata=at_least(0))
    tram_weight: float = field(default=1.0, metadata=at_least(0))
    pedestrian_weight: float = field(default=1.0, metadata=at_least(0))
    motor_persons: float = field(default=1.3, metadata=more_than(0))
    transit_persons: float = field(default=25.0, metadata=more_than(0))
    tram_persons: float = field(default=60.0, metadata=more_than(0))
    longest_wait_s: float = field(default=0.0, metadata=at_least(0))
    heed_maximum_red: bool = True
    derived_s: int = field(default=30, metadata=at_least(0))
    horizon_s: int = field(default=60, metadata=at_least(2))
    headway_s: float = field(default=1.9, metadata=more_than(0))
    start_up_s: float = field(default=1.0, metadata=at_least(0))
    follow_up_s: float = field(default=0.7, metadata=at_least(0))
    stop_cost_s: float = field(default=2.0, metadata=at_least(0))
    red_queue_share: float = field(default=0.8, metadata=at_least(0))
    left_wait_share: float = field(default=0.3, metadata=at_least(0))
    gap_s: float = field(default=3.0, metadata=at_least(0))
    sneak: float = field(default=0.4, metadata=at_least(0))
    blocking_power: float = field(default=6.0, metadata=at_least(0))
    prune_s: float = field(default=60.0, metadata=at_least(0))
    blocked_s: float = field(default=8.0, metadata=at_least(0))
    fair_wait_s: float = field(default=40.0, metadata=more_than(0))
    patience_s: float = field(default=45.0, metadata=more_than(0))
    range_m: float = field(default=200.0, metadata=more_than(0))
    coordinate: bool = True
    learn_discharge: bool = True
    clear_box: bool = True
    clear_short_links: bool = True
    decision_s: int = field(default=1, metadata=at_least(1))
    deadline_ms: float = field(default=0.0, metadata=at_least(0))
    threads: int = field(default=0, metadata=at_least(0))


def checked(settings: Settings, changed: Mapping[str, object]) -> Settings:
    """Return settings with some of them changed.

    Raises
    ------
    UnknownNameError
        When there is no such setting, or no such value of one that has a few.
    ScenarioError
        When a value is of a wrong type or out of range.
    """
    known = [one.name for one in fields(Settings)]
    for name in changed:
        if name not in known:
            raise UnknownNameError(f'setting of "{NAME}":', name, known)
    return from_table(Settings, {**asdict(settings), **changed}, NAME)


def worths(settings: Settings) -> FloatArray:
    """Return what a second of delay counts, float32 [one per `User`]: of a vehicle, of a called crossing or person."""
    persons = {User.VEHICLE: settings.motor_persons, User.TRANSIT: settings.transit_persons}
    weights = {
        User.VEHICLE: settings.motor_weight,
        User.PEDESTRIAN: settings.pedestrian_weight,
        User.BICYCLE: settings.bicycle_weight,
        User.TRANSIT: settings.transit_weight,
    }
    by_persons = settings.objective == "persons"
    return np.array([weights[user] * (persons.get(user, 1.0) if by_persons else 1.0) for user in User], np.float32)


def class_worths(settings: Settings) -> FloatArray:
    """Return what a second of delay of a vehicle of known class counts, float32 [one per `VehicleClass`].

    Of one whose class is not known it is what its lane says (`worths`); that row is 0 and not used.
    """
    usual = worths(settings)
    persons = settings.tram_persons if settings.objective == "persons" else 1.0
    found = {
        VehicleClass.MOTOR: usual[User.VEHICLE],
        VehicleClass.BICYCLE: usual[User.BICYCLE],
        VehicleClass.BUS: usual[User.TRANSIT],
        VehicleClass.TRAM: settings.tram_weight * persons,
    }
    return np.array([found.get(one, 0.0) for one in VehicleClass], np.float32)


def rules(settings: Settings) -> horizon_values.Rules:
    """Return what the kernels have to know of the settings."""
    # Plans are compared in what the objective counts: what is given up grows with what a vehicle counts.
    scale = max(float(worths(settings)[User.VEHICLE]), 1.0)
    return horizon_values.Rules(
        settings.horizon_s,
        settings.headway_s,
        settings.start_up_s,
        settings.follow_up_s,
        settings.stop_cost_s,
        settings.red_queue_share,
        settings.left_wait_share,
        settings.gap_s,
        settings.sneak,
        settings.blocking_power,
        settings.prune_s * scale,
        settings.blocked_s,
        settings.fair_wait_s,
        settings.decision_s,
        settings.longest_wait_s,
        settings.derived_s,
    )
