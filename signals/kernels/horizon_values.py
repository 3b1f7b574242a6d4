"""The values that the rolling-horizon search works on; see `signals.kernels.rolling_horizon`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "Arrivals",
    "Bits",
    "Bools",
    "Bytes",
    "Changes",
    "Choice",
    "Courses",
    "Floats",
    "Ints",
    "Lists",
    "Rules",
    "Shorts",
    "Site",
    "Work",
]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Shorts = npt.NDArray[np.uint16]
"""Numbers of queues; Numba need not ask whether an index without a sign counts from the end."""
Courses = npt.NDArray[np.int16]
Bytes = npt.NDArray[np.int8]
Bits = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]


class Rules(NamedTuple):
    """The optimiser's constants; set once for all sites (see `signals.control.rolling_horizon.Settings`)."""

    horizon_s: int
    headway_s: float
    start_up_s: float
    follow_up_s: float
    stop_cost_s: float
    red_queue_share: float
    left_wait_share: float
    gap_s: float
    sneak: float
    blocking_power: float
    prune_s: float
    blocked_s: float
    fair_wait_s: float
    decision_s: int
    longest_wait_s: float
    derived_s: int


class Site(NamedTuple):
    """What does not change during a run.

    Attributes
    ----------
    group_offset, stage_offset, queue_offset
        int32 [nI + 1].
    own_stages
        int32 [nI] how many of the stages, the first ones, are those of the network.
    group_user
        int8 [nG].
    min_green_s
        float32 [nG].
    red_bound_s
        float32 [nG] the wait at red after which the guard serves a group by itself.
    matrix_offset
        int32 [nI + 1], with intergreen_s float32 [sum n²]; negative = compatible.
    stage_green
        int8 [nS, Gmax].
    queue_approach, queue_beyond
        int32 [nQ] first approach of a queue, and one more than its last; -1 for pedestrians.
    queue_group
        int32 [nQ] local group of a pedestrian queue; -1 for lanes.
    link_offset
        int32 [nA + 1] links of each approach; link_group int32 [nK] network-wide; link_to_lane int32 [nK].
    link_permissive
        int8 [nK].
    opposing
        uint64 [nS, Qmax] bit p set: queue p of the same intersection has priority over queue q in this stage.
    """

    group_offset: Ints
    stage_offset: Ints
    queue_offset: Ints
    own_stages: Ints
    group_user: Bytes
    min_green_s: Floats
    red_bound_s: Floats
    matrix_offset: Ints
    intergreen_s: Floats
    stage_green: Bytes
    queue_approach: Ints
    queue_beyond: Ints
    queue_group: Ints
    link_offset: Ints
    link_group: Ints
    link_to_lane: Ints
    link_permissive: Bytes
    opposing: Bits


class Arrivals(NamedTuple):
    """What is believed now; see `Snapshot` for the first ones.

    Attributes
    ----------
    offset
        int32 [nA + 1]; distance_m, speed_mps, weight float32 [n].
    limit_mps
        float32 [nA] speed limit of each approach.
    share
        float32 [nK] turn shares.
    head_share
        float32 [nK] turn shares of the first vehicle of each approach.
    hidden_veh
        float32 [nA] vehicles behind the last one that is seen.
    call
        bool [nG] pedestrian calls; walking bool [nG] the same, or green now.
    earliest_s
        float32 [nG] how long each group has to wait for those that have ended already.
    blocked_s
        float32 [nA] no departure before this.
    wait_s
        float32 [nG] for how long each group has been demanded without green.
    vigour
        float32 [nQ, 2] how fast each queue really leaves, 1 = as the model has it: with nobody to yield to, and with.
    vehicle_class
        int8 [n] what the vehicles are; empty where of none it is known.
    usual_wait_s
        float32 [nI] how long a vehicle has waited on average, over the last minutes.
    """

    offset: Ints
    distance_m: Floats
    speed_mps: Floats
    weight: Floats
    limit_mps: Floats
    share: Floats
    head_share: Floats
    hidden_veh: Floats
    call: Bools
    walking: Bools
    earliest_s: Floats
    blocked_s: Floats
    wait_s: Floats
    vigour: Floats
    vehicle_class: Bytes
    usual_wait_s: Floats


class Lists(NamedTuple):
    """Who comes to each queue.

    Attributes
    ----------
    arrivals
        float32 [nQ, V, 4] time (s), vehicles, what they count for (each by its own class, where that is known), 1 = at
        the speed limit to 0 = standing.
    total
        int32 [nQ] how many arrivals.
    sums
        float32 [nQ, V + 1, 4] up to each arrival: what vehicles count for without long waits, vehicles, what they count
        for, the same times arrival time.
    arrived
        int32 [nQ, H + 1] arrivals up to each second.
    weight_veh
        float32 [nI] all arrivals of an intersection.
    mix, head_mix
        float32 [nA] share of the vehicles of a queue that are bound for each of its approaches; of its first vehicle.
    """

    arrivals: Floats
    total: Ints
    sums: Floats
    arrived: Ints
    weight_veh: Floats
    mix: Floats
    head_mix: Floats


class Changes(NamedTuple):
    """What the changes between stages take, kept from second to second: it changes only with the people on foot.

    Attributes
    ----------
    offset
        int32 [nI + 1] rows of each intersection: from stage a to stage b is its row a * stages + b.
    start_s, land_s, stay_s
        float32 [n, Qmax], int32 [n], float32 [n, 2] as in `Work`.
    change_s
        float32 [nI] as in `Work`.
    known
        bool [nI] whether the rows are filled.
    call, walking
        bool [nG] who called and who walked when they were.
    """

    offset: Ints
    start_s: Floats
    land_s: Ints
    stay_s: Floats
    change_s: Floats
    known: Bools
    call: Bools
    walking: Bools


class Work(NamedTuple):
    """Scratch memory, one set for each thread; contents are meaningless between calls."""

    factors: Floats  # [Smax, Qmax, 4] service without opposing traffic and with it; the same for the first vehicle
    start_s: Floats  # [Smax, Smax, Qmax] from leaving stage a to green of queue q in stage b; negative = stays green
    land_s: Ints  # [Smax, Smax] until stage b is mature
    stay_s: Floats  # [Smax, Smax, 2] for how long leaving vehicles stay green, if people walk; and what b needs of them
    change_s: Floats  # [1] how long a change takes until what follows is mature, mean of all
    left_s: Floats  # [1] what a vehicle that waits at a red at the end of a plan costs besides
    ready_s: Floats  # [Smax, 2] when stage b can be mature, and when all its groups may start, for what has ended
    allowed: Bytes  # [Smax] with which stages a plan may begin, see `longest_wait`
    come: Floats  # [H + 1, Qmax, 5] up to each second: as in `Lists.sums`, and how many arrivals
    moves: Bools  # [Smax, Qmax] whether a stage serves a queue
    served: Shorts  # [Smax, Qmax] the queues, those that a stage serves first
    tally: Ints  # [Smax, 4] how many of these yield to nobody, are served, are there; 1 = some have to look again
    better: Shorts  # [Smax, Smax, Qmax] queues that stage b serves better than stage a
    better_count: Ints  # [Smax, Smax]
    better_bits: Bits  # [Smax, Smax] the same queues, bit q set for queue q
    worth: Floats  # [H + 1, Smax, 2] value of a label, and what was spent on those who left
    best: Floats  # [H + 1] the lowest value of each second
    first: Ints  # [H + 1, Smax] stage switched to at once; -1 = stay
    parent: Ints  # [H + 1, Smax, 2] second and stage of the label that a label continues
    label: Floats  # [H + 1, Smax, Qmax, 4] who is next, when somebody can leave again, when the last one left (s), -
    trial: Floats  # [Qmax, 4] the same of the label that is being made
    gone: Floats  # [Qmax, 4] `Lists.sums` of those who have left before the label that is continued
    still: Floats  # [Qmax, 4] what those cost who stay: time less moment, their queue, the next change


class Choice(NamedTuple):
    """In: the running stage of every intersection. Out: the wanted one.

    Attributes
    ----------
    stage
        int32 [nI] in and out, local stage.
    age_s
        float32 [nQ] for how long each queue has had green; negative where it has not.
    mature
        bool [nI] whether the intersection may decide now.
    planned
        bool [nI] out: whether a plan was made.
    cost_s
        float32 [nI] out: what the best plan costs, delay in s until the horizon and its outlook.
    course
        int16 [nI, H] in and out: the stage that the last plan wants in each second since it was made; -1 = no plan yet.
    late_s
        float32 [nI] out: by how much somebody will wait longer than the bound whatever is done; 0 where nobody.
    """

    stage: Ints
    age_s: Floats
    mature: Bools
    planned: Bools
    cost_s: Floats
    course: Courses
    late_s: Floats
