"""The database of a virtual controller: phase table, rings, patterns and splits, made from what the site is. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from signals.adapters.ntcip.phases import PhaseMap
from signals.adapters.ntcip.rings import rings_of
from signals.errors import InputError
from signals.model.cabinets import CabinetSite
from signals.model.intersections import Intersection, Plan

__all__ = ["Database", "Row", "seconds_of"]

Row = tuple[str, tuple[int, ...], int | bytes]
"""An object, its instance, its value."""

MOST: Final = 255
ENABLED: Final = 1


def _up_s(time_ds: int) -> int:
    return -(-time_ds // 10)


def seconds_of(plan: Plan) -> tuple[int, ...]:
    """Return the steps of a plan in whole seconds, whose sum is the cycle in whole seconds, rounded up."""
    ends_ds, at_ds = [0], 0
    for step in plan.steps:
        at_ds += step.duration_ds
        ends_ds.append(at_ds)
    ends_s = [_up_s(end_ds) for end_ds in ends_ds]
    return tuple(end_s - begin_s for begin_s, end_s in pairwise(ends_s))


@dataclass(frozen=True, slots=True)
class Database:
    """What a technician would have entered for a site.

    Parameters
    ----------
    site
        The intersection.
    map_
        What each of its groups is.
    """

    site: CabinetSite
    map_: PhaseMap

    def rings(self) -> tuple[tuple[int, ...], ...]:
        """Return the phases of each ring."""
        return rings_of(self.map_.phases, self.conflict)

    def conflict(self, first: int, second: int) -> bool:
        """Whether two phases may not be on together."""
        place = self.site.intersection
        return any(place.conflict(a, b) for a in self._groups(first) for b in self._groups(second))

    def rows(self) -> Iterator[Row]:
        """Return every object of the database.

        Raises
        ------
        InputError
            When a time does not fit into its object.
        """
        yield from self._scalars()
        ring_of = {phase: number for number, ring in enumerate(self.rings(), 1) for phase in ring}
        for phase in self.map_.phases:
            yield from self._phase(phase, ring_of[phase])
        for number, ring in enumerate(self.rings(), 1):
            yield "sequenceData", (1, number), bytes(ring)
        for k, service in enumerate(self.map_.services, 1):
            yield "channelControlSource", (k,), service.phase
            yield "channelControlType", (k,), 3 if service.people else 2
        for number, plan in enumerate(self.site.intersection.plans[:253], 1):
            yield from self._plan(number, plan)

    def _scalars(self) -> Iterator[Row]:
        plans = min(len(self.site.intersection.plans), 253)
        numbers = {
            "maxPhases": 8 * self.map_.octets[-1],
            "maxVehicleDetectors": min(len(self.site.detectors), MOST),
            "maxRings": len(self.rings()),
            "maxSequences": 1,
            "maxPatterns": plans,
            "maxSplits": plans,
            "maxChannels": len(self.map_.services),
            "maxOverlaps": 0,
            "maxPreempts": 1,
            "coordOperationalMode": 0,
            "coordCorrectionMode": 2,
            "coordForceMode": 2,
            "unitStartUpFlash": 0,
            "unitAutoPedestrianClear": 2,
            "unitRedRevert": 0,
            "unitUserDefinedBackupTime": 0,
            "timebaseAscPatternSync": 0,
        }
        for name, value in numbers.items():
            yield name, (0,), value

    def _phase(self, phase: int, ring: int) -> Iterator[Row]:
        place = self.site.intersection
        times: dict[str, int] = dict.fromkeys(
            ("phaseWalk", "phasePedestrianClear", "phaseMinimumGreen", "phaseMaximum1", "phaseYellowChange"), 0
        )
        for k in self._groups(phase):
            group = place.groups[k]
            if self.map_.services[k].people:
                times["phaseWalk"] = _up_s(group.min_green_ds)
                times["phasePedestrianClear"] = _up_s(group.clearance_ds)
            if k == self._groups(phase)[0]:
                times["phaseMinimumGreen"] = _up_s(group.min_green_ds)
                times["phaseMaximum1"] = min(_up_s(group.max_green_ds), MOST)
                times["phaseYellowChange"] = group.amber_ds
        times["phaseMaximum2"] = times["phaseMaximum1"]
        times["phaseRedClear"] = self._red_clear_ds(place, phase)
        times |= {"phasePassage": 0, "phaseMinimumGap": 0, "phaseRedRevert": 0, "phaseStartup": 6, "phaseRing": ring}
        for name, value in times.items():
            if value > MOST:
                raise InputError(
                    f'virtual cabinet "{self.site.id}": {name} of phase {phase} is {value}; 255 at most fit'
                )
            yield name, (phase,), value
        yield "phaseOptions", (phase,), ENABLED
        beside = [other for other in self.map_.phases if other != phase and not self.conflict(phase, other)]
        yield "phaseConcurrency", (phase,), bytes(beside)

    def _red_clear_ds(self, place: Intersection, phase: int) -> int:
        """Return the longest intergreen after a phase, without what is timed before its red clearance."""
        after_ds = [0]
        for k in self._groups(phase):
            group = place.groups[k]
            walking_ds = 10 * _up_s(group.clearance_ds) if self.map_.services[k].people else 0
            longest_ds = max((between or 0 for between in place.intergreen_ds[k]), default=0)
            after_ds.append(longest_ds - group.amber_ds - walking_ds)
        return max(after_ds)

    def _plan(self, number: int, plan: Plan) -> Iterator[Row]:
        steps_s = seconds_of(plan)
        cycle_s = sum(steps_s)
        if cycle_s > MOST:
            return
        yield "patternCycleTime", (number,), cycle_s
        yield "patternOffsetTime", (number,), plan.offset_ds // 10 % cycle_s
        yield "patternSplitNumber", (number,), number
        yield "patternSequenceNumber", (number,), 1
        for phase in self.map_.phases:
            groups = self._groups(phase)
            green_s = sum(s for s, step in zip(steps_s, plan.steps, strict=True) if set(groups) & set(step.groups))
            group = self.site.intersection.groups[groups[0]]
            split_s = (
                green_s + _up_s(group.amber_ds + self._red_clear_ds(self.site.intersection, phase)) if green_s else 0
            )
            yield "splitTime", (number, phase), min(split_s, MOST)
            yield "splitMode", (number, phase), 2 if green_s else 7
            yield "splitCoordPhase", (number, phase), 0

    def _groups(self, phase: int) -> list[int]:
        """Return the groups of a phase, the one for vehicles first."""
        own = [k for k, service in enumerate(self.map_.services) if service.phase == phase]
        return sorted(own, key=lambda k: self.map_.services[k].people)
