"""Scheduling of clusters, junction by junction, with outflows sent downstream: a scheduler of the SURTRAC type.

Source: X.-F. Xie, S. F. Smith, L. Lu and G. J. Barlow, Schedule-driven intersection control, Transportation Research
Part C 24, 2012, for the schedule of one junction; X.-F. Xie, S. F. Smith and G. J. Barlow, Schedule-driven
coordination for real-time traffic network control, ICAPS 2012, for the outflows: every second each junction orders
the clusters of vehicles that approach it so that their delay together is least, extends the running stage if the
schedule begins with it and changes otherwise, and tells the junctions downstream who will come, and when. This is
made from these descriptions, not from the product.

What differs: stages are skipped where nobody comes for them (the paper passes through them for their minimum green),
and a junction downstream does not yet tell how much room it has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from signals.control.clusters import Arrival, Cluster, clusters_of
from signals.control.downstream import stop_lines_downstream
from signals.control.running_stages import RunningStages, tenths
from signals.control.stage_sequence import protected_links, stage_sequence
from signals.control.wishes import NO_STAGE
from signals.kernels.cluster_schedule import schedule
from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["Surtrac"]

MOST_STATES = 2048
"""Labels of one schedule; a junction of four stages gets five clusters each, one of eight gets one or two."""
STANDING_MPS = 0.5
HORIZON_S = 60.0
"""Who comes later does not matter yet."""


class Surtrac:
    """Every intersection schedules the clusters that it knows of, every second.

    Parameters
    ----------
    network
        The network.
    headway_s
        Saturation headway of a lane: 1800 vehicles an hour.
    start_up_s
        Time lost by starting up, besides the intergreens.
    gap_s
        Vehicles that come so close together are one cluster; the paper's 3 s.
    max_green_s
        Longest green against somebody waiting.
    coordinated
        Whether outflows are sent downstream.
    """

    def __init__(
        self,
        network: Network,
        *,
        headway_s: float = 2.0,
        start_up_s: float = 2.0,
        gap_s: float = 3.0,
        max_green_s: float = 60.0,
        coordinated: bool = True,
    ) -> None:
        self._headway_s, self._gap_s, self._coordinated = headway_s, gap_s, coordinated
        self._sites = [_Site(network, i, start_up_s, max_green_s) for i in range(len(network.intersections))]
        first = [site.stages[0] if site.stages else NO_STAGE for site in self._sites]
        self._running = RunningStages(network, np.array(first, np.int32))
        self._since_ds = np.zeros(len(first), np.int64)
        self._limit_mps = network.arrays.lane_speed_mps[network.arrays.approach_lane].astype(float).tolist()
        self._ways = _ways(network)
        self._coming: list[list[Arrival]] = [[] for _ in self._limit_mps]

    def decide(self, snapshot: Snapshot) -> Decision:
        """Schedule where the running stage may be left, and change where another one goes first."""
        running, now_ds = self._running, tenths(snapshot.time_s)
        running.watch(snapshot)
        self._since_ds[~running.shown] = now_ds
        arrivals = self._arrivals(snapshot)
        sent: list[list[Arrival]] = [[] for _ in self._coming]
        for i, site in enumerate(self._sites):
            if len(site.stages) < 2:
                continue
            at = site.stages.index(int(running.stage[i]))
            lists = site.clusters(arrivals, snapshot, self._headway_s, self._gap_s)
            order = site.order(at, (now_ds - int(self._since_ds[i])) / 10.0, lists)
            if self._coordinated:
                self._send(site, order, lists, snapshot, sent)
            if running.mature[i] and order and order[0][0] != at:
                running.ask(i, site.stages[order[0][0]], snapshot)
        self._coming = sent
        return running.decide(snapshot)

    def _arrivals(self, snapshot: Snapshot) -> list[list[Arrival]]:
        """Return who comes to every approach: those in sight, then those who were announced."""
        offset = snapshot.arrival_offset.tolist()
        far_m, speed = snapshot.arrival_distance_m.tolist(), snapshot.arrival_speed_mps.tolist()
        weight = np.nan_to_num(snapshot.arrival_weight).tolist()
        found = []
        for a, limit_mps in enumerate(self._limit_mps):
            seen = [
                Arrival(0.0 if speed[k] < STANDING_MPS else far_m[k] / limit_mps, weight[k], a)
                for k in range(offset[a], offset[a + 1])
            ]
            found.append(seen + self._coming[a])
        return found

    def _send(
        self,
        site: _Site,
        order: Sequence[tuple[int, float]],
        lists: Sequence[Sequence[Cluster]],
        snapshot: Snapshot,
        sent: list[list[Arrival]],
    ) -> None:
        """Announce who will leave and when they come to the next stop lines."""
        served = [0] * len(lists)
        for stage, start_s in order:
            cluster = lists[stage][served[stage]]
            served[stage] += 1
            flows = site.flows(stage, cluster, snapshot)
            for link, veh in flows:
                for approach, travel_s, share in self._ways[link]:
                    when_s = start_s + cluster.short_s / 2 + travel_s
                    if when_s <= HORIZON_S and veh * share > 0.05:
                        sent[approach].append(Arrival(when_s, veh * share, approach))


class _Site:
    """The stages of one intersection."""

    def __init__(self, network: Network, i: int, start_up_s: float, max_green_s: float) -> None:
        place, arrays = network.intersections[i], network.arrays
        self.stages = list(stage_sequence(network, i).stages)
        count = len(self.stages)
        self._first_group = int(arrays.group_offset[i])
        self._links = _links_of_stages(network, i, self.stages)
        self._walkers = [
            [g for g in place.stages[s].groups if place.groups[g].user is User.PEDESTRIAN] for s in self.stages
        ]
        self._walk_s = [
            max((place.groups[g].min_green_ds / 10.0 for g in walkers), default=0.0) for walkers in self._walkers
        ]
        self._switch_s = _switches_s(place, self.stages, start_up_s)
        self._bounds_s = np.array([[_min_green_s(place, s), max_green_s] for s in self.stages]).reshape(-1, 2)
        self._number = np.zeros(count, np.int32)
        self.most = next((n for n in range(8, 1, -1) if (n + 1) ** count * count <= MOST_STATES), 1)
        self._clusters = np.zeros((count, self.most, 4))
        rooms = (self.most + 1) ** count * count
        self._label, self._before = np.zeros((rooms, 3)), np.zeros(rooms, np.int32)
        self._out = np.zeros(max(self.most * count, 1), np.int32)
        if count:
            self.order(0, 0.0, [[] for _ in self.stages])  # for the compiler

    def clusters(
        self, arrivals: Sequence[Sequence[Arrival]], snapshot: Snapshot, headway_s: float, gap_s: float
    ) -> list[list[Cluster]]:
        """Return the clusters of every stage."""
        share, found = snapshot.link_share, []
        for stage, links in enumerate(self._links):
            mine = [
                Arrival(one.time_s, one.veh * weight, a)
                for a, ks in links
                if (weight := float(np.nan_to_num(share[ks]).sum())) > 0.0
                for one in arrivals[a]
                if one.time_s <= HORIZON_S
            ]
            lists = clusters_of(mine, headway_s, gap_s, self.most) if mine else []
            if any(snapshot.demand[self._first_group + g] for g in self._walkers[stage]):
                lists = self._with_walkers(lists, self._walk_s[stage])
            found.append(lists)
        return found

    def order(self, at: int, age_s: float, lists: Sequence[Sequence[Cluster]]) -> list[tuple[int, float]]:
        """Return the stages in the order in which their clusters are served, and when each begins."""
        for stage, mine in enumerate(lists):
            self._number[stage] = len(mine)
            if mine:
                self._clusters[stage, : len(mine)] = mine
        length = schedule(
            at,
            age_s,
            self._clusters,
            self._number,
            self._switch_s,
            self._bounds_s,
            self._label,
            self._before,
            self._out,
        )
        return self._times(at, age_s, self._out[:length].tolist(), lists)

    def flows(self, stage: int, cluster: Cluster, snapshot: Snapshot) -> list[tuple[int, float]]:
        """Return by which links the vehicles of a cluster leave, and how many by each."""
        links = [k for _, ks in self._links[stage] for k in ks]
        share = np.nan_to_num(snapshot.link_share[links])
        total = float(share.sum())
        return [(k, cluster.veh * float(one) / total) for k, one in zip(links, share, strict=True)] if total else []

    def _with_walkers(self, lists: list[Cluster], walk_s: float) -> list[Cluster]:
        """Let people on foot, who wait, go with the first cluster."""
        first = lists[0] if lists and lists[0].arrival_s <= 0.0 else None
        if first is not None:
            joined = Cluster(first.veh + 1.0, 0.0, max(first.long_s, walk_s), max(first.short_s, walk_s))
            return [joined, *lists[1:]]
        return [Cluster(1.0, 0.0, walk_s, walk_s), *lists][: self.most]

    def _times(
        self, at: int, age_s: float, order: Sequence[int], lists: Sequence[Sequence[Cluster]]
    ) -> list[tuple[int, float]]:
        """Return when each cluster of an order begins to be served."""
        served, end_s, begin_s, found = [0] * len(lists), 0.0, -age_s, []
        for stage in order:
            cluster = lists[stage][served[stage]]
            served[stage] += 1
            if stage != at:
                end_s = max(end_s, begin_s + self._bounds_s[at, 0]) + self._switch_s[at, stage]
                at, begin_s = stage, end_s
            start_s = max(end_s, cluster.arrival_s)
            end_s = max(start_s + cluster.short_s, cluster.arrival_s + cluster.long_s)
            found.append((stage, float(start_s)))
        return found


def _links_of_stages(network: Network, i: int, stages: Sequence[int]) -> list[list[tuple[int, list[int]]]]:
    """Return, of every stage, the approaches that it serves with their links: every link belongs to one stage.

    That is one in which it has nobody to yield to, where there is such a one, else the first.
    """
    arrays, place = network.arrays, network.intersections[i]
    protected, first = protected_links(network, i), int(arrays.group_offset[i])
    found: list[list[tuple[int, list[int]]]] = [[] for _ in stages]
    for a in range(int(arrays.approach_offset[i]), int(arrays.approach_offset[i + 1])):
        of_stage: dict[int, list[int]] = {}
        for k in range(int(arrays.link_offset[a]), int(arrays.link_offset[a + 1])):
            group = int(arrays.link_group[k]) - first
            able = [n for n, s in enumerate(stages) if group in place.stages[s].groups]
            able.sort(key=lambda n, k=k: k not in protected[stages[n]])  # type: ignore[misc]
            if able:
                of_stage.setdefault(able[0], []).append(k)
        for n, links in of_stage.items():
            found[n].append((a, links))
    return found


def _switches_s(
    place: Intersection, stages: Sequence[int], start_up_s: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return what a change costs: the longest intergreen from who ends to who begins, and starting up."""
    found = np.zeros((len(stages), len(stages)))
    for n, before in enumerate(stages):
        for m, after in enumerate(stages):
            ends = set(place.stages[before].groups) - set(place.stages[after].groups)
            begins = set(place.stages[after].groups) - set(place.stages[before].groups)
            cells = [place.intergreen_ds[g][h] or 0 for g in ends for h in begins]
            amber = max((place.groups[g].amber_ds for g in ends), default=0)
            found[n, m] = 0.0 if n == m else max(cells, default=amber) / 10.0 + (start_up_s if begins else 0.0)
    return found


def _min_green_s(place: Intersection, stage: int) -> float:
    drivers = [g for g in place.stages[stage].groups if place.groups[g].user is not User.PEDESTRIAN]
    return max((place.groups[g].min_green_ds for g in drivers), default=0) / 10.0


def _ways(network: Network) -> list[list[tuple[int, float, float]]]:
    """Return, of every link, the stop lines that follow: approach, travel time, share of the vehicles."""
    arrays = network.arrays
    found: list[list[tuple[int, float, float]]] = [[] for _ in arrays.link_group]
    links, approaches = stop_lines_downstream(network)
    lanes = np.bincount(links, minlength=len(found))
    for k, a in zip(links.tolist(), approaches.tolist(), strict=True):
        lane, movement = arrays.approach_lane[a], network.movements[arrays.link_movement[k]]
        way_s = movement.length_m / movement.speed_mps + float(arrays.lane_length_m[lane] / arrays.lane_speed_mps[lane])
        found[k].append((a, way_s, 1.0 / lanes[k]))
    return found
