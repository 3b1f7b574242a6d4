"""Signal groups, stages, plans and the intersection that holds them.

Times are integer tenths of a second (`_ds`) as everywhere in the safety layer. Group numbers are local to their
intersection; `arrays.py` has the network-wide numbering.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

from signals.errors import NetworkError, UnsafePlanError
from signals.model.lanes import User

__all__ = ["Intersection", "Plan", "PlanStep", "SignalGroup", "Stage"]


@dataclass(frozen=True, slots=True)
class SignalGroup:
    """Signal heads that always show the same.

    Parameters
    ----------
    id
        Unique within the intersection.
    user
        Who obeys it.
    links
        The outputs of the controller that belong to it (indices in its state string).
    movements
        The movements it releases (indices into `Network.movements`).
    min_green_ds, max_green_ds
        Bounds of green; the maximum holds only while a conflicting group is demanded.
    amber_ds
        Length of amber; 0 for pedestrians.
    red_amber_ds
        Length of red-amber before green; 0 where it is not used.
    clearance_ds
        Pedestrian clearance after green, during which every conflicting group stays red; 0 for all others.
    max_red_ds
        The longest red while it is demanded.
    permissive_links
        Links that show a yielding green whenever a movement with priority over them is not red.
    turn_on_red_links
        Links that may turn after a full stop while the group is red.
    """

    id: str
    user: User
    links: tuple[int, ...]
    movements: tuple[int, ...] = ()
    min_green_ds: int = 50
    max_green_ds: int = 900
    amber_ds: int = 30
    red_amber_ds: int = 0
    clearance_ds: int = 0
    max_red_ds: int = 1200
    permissive_links: tuple[int, ...] = ()
    turn_on_red_links: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        times = (self.amber_ds, self.red_amber_ds, self.clearance_ds)
        if self.min_green_ds <= 0 or self.max_green_ds < self.min_green_ds or min(times) < 0 or self.max_red_ds <= 0:
            raise NetworkError(
                f'signal group "{self.id}": expected 0 < min_green_ds <= max_green_ds, '
                "max_red_ds > 0 and no negative time"
            )


@dataclass(frozen=True, slots=True)
class Stage:
    """Groups that are green together.

    Parameters
    ----------
    id
        Unique within the intersection.
    groups
        The groups that are green, ascending.
    source
        ``file`` (taken from a program of the network) or ``derived`` (a maximal compatible set).
    late_start_ds
        How much later than the first group of the stage each group starts; empty = together.
    early_cutoff_ds
        How much earlier than the last group of the stage each group ends; empty = together.
    """

    id: str
    groups: tuple[int, ...]
    source: str = "file"
    late_start_ds: tuple[int, ...] = ()
    early_cutoff_ds: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, times in (("late_start_ds", self.late_start_ds), ("early_cutoff_ds", self.early_cutoff_ds)):
            if times and (len(times) != len(self.groups) or min(times) != 0):
                raise NetworkError(
                    f'stage "{self.id}": {name} needs one time for each of its {len(self.groups)} groups, '
                    f"of which the least is 0, got {list(times)}"
                )


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan: for how long which groups are wanted green.

    Parameters
    ----------
    duration_ds
        Its length, > 0.
    groups
        The groups that are wanted green (amber, clearance and red follow by themselves), ascending.
    min_ds, max_ds
        Bounds of its length where a vehicle-actuated controller runs the plan; 0 = not given.
    """

    duration_ds: int
    groups: tuple[int, ...]
    min_ds: int = 0
    max_ds: int = 0

    def __post_init__(self) -> None:
        if self.duration_ds <= 0:
            raise NetworkError(f"plan step with groups {self.groups}: duration_ds must be > 0, got {self.duration_ds}")


@dataclass(frozen=True, slots=True)
class Plan:
    """A fixed-time plan: steps that repeat for ever.

    Parameters
    ----------
    id
        The program's name.
    steps
        At least one.
    offset_ds
        Where the cycle starts: the first step begins at times t with ``(t - offset) mod cycle = 0``.
    """

    id: str
    steps: tuple[PlanStep, ...]
    offset_ds: int = 0

    def __post_init__(self) -> None:
        if not self.steps:
            raise NetworkError(f'plan "{self.id}": at least one step is needed')

    @property
    def cycle_ds(self) -> int:
        """Length of the cycle."""
        return sum(step.duration_ds for step in self.steps)


@dataclass(frozen=True, slots=True)
class Intersection:
    """One signal controller and everything that it switches.

    Parameters
    ----------
    id
        Unique in the network (of a SUMO network: the id of the `tlLogic`).
    groups
        Its signal groups.
    intergreen_ds
        Square matrix: ``intergreen_ds[i][j]`` is the time from the end of green of i to the start of green of j.
        `None` = the two do not conflict and may be green together (which is not the same as 0).
    stages
        Its stages; every pair of groups in a stage is compatible.
    plans
        Its fixed-time plans; the first is the one that runs by default.
    junctions
        The junctions it controls (several, where they are joined).
    link_count
        Number of outputs in its state string.
    off_links
        Outputs that no signal controls (SUMO: ``O``/``o`` in every state), with the letter each shows.
    """

    id: str
    groups: tuple[SignalGroup, ...]
    intergreen_ds: tuple[tuple[int | None, ...], ...]
    stages: tuple[Stage, ...]
    plans: tuple[Plan, ...] = ()
    junctions: tuple[str, ...] = ()
    link_count: int = 0
    off_links: tuple[tuple[int, str], ...] = field(default=())

    def __post_init__(self) -> None:
        self._check_matrix()
        self._check_names()
        for stage in self.stages:
            self._check_compatible(f'stage "{stage.id}"', stage.groups)
        for plan in self.plans:
            for number, step in enumerate(plan.steps):
                self._check_compatible(f'plan "{plan.id}", step {number}', step.groups)

    def conflict(self, first: int, second: int) -> bool:
        """Whether two groups must never be green together."""
        return self.intergreen_ds[first][second] is not None

    def _check_names(self) -> None:
        for what, names in (("signal group", [g.id for g in self.groups]), ("stage", [s.id for s in self.stages])):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise NetworkError(f'intersection "{self.id}": {what} "{min(twice)}" is defined twice')
        links = [link for group in self.groups for link in group.links]
        if len(links) != len(set(links)):
            raise NetworkError(f'intersection "{self.id}": a link belongs to two signal groups')

    def _check_matrix(self) -> None:
        size = len(self.groups)
        if not size:
            raise NetworkError(f'intersection "{self.id}": it has no signal group')
        if len(self.intergreen_ds) != size or any(len(row) != size for row in self.intergreen_ds):
            raise NetworkError(f'intersection "{self.id}": the intergreen matrix must be {size} x {size}')
        for i in range(size):
            if self.intergreen_ds[i][i] is not None:
                raise NetworkError(f'intersection "{self.id}": group "{self.groups[i].id}" conflicts with itself')
        for i, j in combinations(range(size), 2):
            self._check_pair(i, j)

    def _check_pair(self, i: int, j: int) -> None:
        there, back = self.intergreen_ds[i][j], self.intergreen_ds[j][i]
        names = f'groups "{self.groups[i].id}" and "{self.groups[j].id}"'
        if (there is None) != (back is None):
            raise NetworkError(f'intersection "{self.id}": {names} conflict in one direction only')
        if min(there or 0, back or 0) < 0:
            raise NetworkError(f'intersection "{self.id}": {names} have a negative intergreen')

    def _check_compatible(self, where: str, groups: tuple[int, ...]) -> None:
        if any(not 0 <= group < len(self.groups) for group in groups):
            raise NetworkError(f'intersection "{self.id}", {where}: no such signal group in {groups}')
        for i, j in combinations(groups, 2):
            if self.conflict(i, j):
                raise UnsafePlanError(
                    f'intersection "{self.id}", {where}: signal groups "{self.groups[i].id}" and '
                    f'"{self.groups[j].id}" conflict but are green together'
                )
