"""Timing rules: amber, minimum green, pedestrian clearance and intergreens, by named profiles.

The formulas are those of the guidelines that a profile names. The parameters are starting values: what a profile
lists under `confirm` must be confirmed by the road authority before it is used on a street.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Literal

from signals.errors import UnknownNameError
from signals.model.conflict_points import conflict_point
from signals.model.lanes import Point, User
from signals.model.movements import Turn

__all__ = ["PROFILES", "Path", "TimingProfile", "intergreen_ds", "profile"]

ENTERING_MPS: Mapping[User, float] = MappingProxyType(
    {User.VEHICLE: 40 / 3.6, User.TRANSIT: 40 / 3.6, User.BICYCLE: 5.0, User.PEDESTRIAN: 1.5}
)
LENGTH_M: Mapping[User, float] = MappingProxyType(
    {User.VEHICLE: 6.0, User.TRANSIT: 15.0, User.BICYCLE: 0.0, User.PEDESTRIAN: 0.0}
)
SMALL_RADIUS_MPS = 5.0
"""Slowest clearing speed of a turning vehicle."""
_NO_BOUND_DS = 36_000
"""An hour: as long as the runs of the benchmarks that have no bound."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a junction, as far as timing is concerned.

    Parameters
    ----------
    shape
        Centre line from the stop line (of a crossing: from the kerb) to the end of the junction.
    speed_mps
        Speed at which it is driven.
    user
        Who uses it.
    turn
        Its direction.
    length_m
        Its length; of a crossing, from kerb to kerb.
    """

    shape: tuple[Point, ...]
    speed_mps: float
    user: User = User.VEHICLE
    turn: Turn = Turn.STRAIGHT
    length_m: float = 0.0


@dataclass(frozen=True, slots=True)
class TimingProfile:
    """Timing parameters under one name.

    Parameters
    ----------
    name
        How it is chosen.
    sources
        Where formulas and values come from.
    confirm
        What the road authority has to confirm before use on a street.
    method
        How clearance is counted: ``rilsa`` from the end of green, ``crow`` and ``ite`` from the end of amber (crow
        subtracts the approach, ite does not), ``none`` not at all (amber is all there is between vehicles).
    rounding_ds
        Intergreens are rounded up to a multiple of this.
    amber_by_kmh
        Speed limit (km/h) up to which a length of amber (tenths of a second) holds, ascending; the last one holds
        for everything faster. Empty: by the ITE formula.
    amber_bicycle_ds
        Amber of bicycles.
    red_amber_before_green_ds
        Red-amber of vehicles and bicycles.
    vehicle_min_green_ds, pedestrian_min_green_ds
        Shortest greens.
    max_green_ds
        Longest green while a conflicting group is demanded.
    max_red_ds
        Longest red of a demanded group.
    walking_mps
        Speed at which people leave a crossing; 1.0 is the cautious choice.
    """

    name: str
    sources: tuple[str, ...]
    confirm: tuple[str, ...]
    method: Literal["rilsa", "crow", "ite", "none"]
    rounding_ds: int = 10
    amber_by_kmh: tuple[tuple[int, int], ...] = ((50, 30), (60, 40), (70, 50))
    amber_bicycle_ds: int = 20
    red_amber_before_green_ds: int = 0
    vehicle_min_green_ds: int = 50
    pedestrian_min_green_ds: int = 50
    max_green_ds: int = 900
    max_red_ds: int = 1200
    walking_mps: float = 1.2

    def amber_ds(self, user: User, speed_mps: float) -> int:
        """Return the length of amber.

        Parameters
        ----------
        user
            Who obeys the group.
        speed_mps
            Speed limit of the approach.
        """
        if user is User.PEDESTRIAN:
            return 0
        if user is User.BICYCLE and self.amber_by_kmh:
            return self.amber_bicycle_ds
        if not self.amber_by_kmh:
            return max(_up(ite_amber_s(speed_mps), 1), 30)
        kmh = round(speed_mps * 3.6)  # 13.89 m/s is 50 km/h
        return next((amber for limit, amber in self.amber_by_kmh if kmh <= limit), self.amber_by_kmh[-1][1])

    def red_amber_ds(self, user: User) -> int:
        """Return the length of red-amber before green."""
        return 0 if user is User.PEDESTRIAN else self.red_amber_before_green_ds

    def min_green_ds(self, user: User, crossing_length_m: float = 0.0) -> int:
        """Return the shortest green; people on foot must reach the middle of the crossing.

        Parameters
        ----------
        user
            Who obeys the group.
        crossing_length_m
            From kerb to kerb, for pedestrians.
        """
        if user is User.PEDESTRIAN:
            return max(_up(crossing_length_m / 2 / self.walking_mps, 1), self.pedestrian_min_green_ds)
        return self.vehicle_min_green_ds

    def pedestrian_clearance_ds(self, length_m: float) -> int:
        """Return the time in which people leave a crossing, rounded up to a tenth of a second.

        Parameters
        ----------
        length_m
            From kerb to kerb.
        """
        return _up(length_m / self.walking_mps, 1)


def profile(name: str) -> TimingProfile:
    """Return a profile by its name. Raises `UnknownNameError`."""
    if name not in PROFILES:
        raise UnknownNameError("timing profile", name, PROFILES)
    return PROFILES[name]


def intergreen_ds(rules: TimingProfile, leaving: Path, entering: Path) -> int | None:
    """Return the time from the end of green of one movement to the start of green of another.

    Never less than the amber of the leaving movement.

    Parameters
    ----------
    rules
        The profile.
    leaving, entering
        The two paths.

    Returns
    -------
    int or None
        Tenths of a second; `None` where the paths never meet, which is not the same as 0.
    """
    point = conflict_point(leaving.shape, entering.shape)
    if point is None:
        return None
    amber_ds = rules.amber_ds(leaving.user, leaving.speed_mps)
    clearing_s = _clearing_s(rules, leaving, point.leaving_m)
    approaching_s = 0.0 if entering.user is User.PEDESTRIAN else point.entering_m / ENTERING_MPS[entering.user]
    if rules.method == "rilsa":  # RiLSA: tz = tu + (s0 + l) / vr - se / ve
        seconds = _crossing_s(leaving) + clearing_s - approaching_s
    elif rules.method == "crow":  # CROW: amber + clearance - approach; a negative difference counts as 0
        seconds = amber_ds / 10 + max(clearing_s - approaching_s, 0.0)
    elif rules.method == "ite" or leaving.user is User.PEDESTRIAN:  # ITE: Y + R, nothing subtracted
        seconds = amber_ds / 10 + clearing_s
    else:
        seconds = amber_ds / 10
    return max(_up(seconds, rules.rounding_ds), amber_ds, 0)


def ite_amber_s(speed_mps: float, *, reaction_s: float = 1.0, braking_mps2: float = 3.05, grade: float = 0.0) -> float:
    """Return the ITE change interval ``Y = t + v / (2 a + 2 g G)``.

    Parameters
    ----------
    speed_mps
        Approach speed.
    reaction_s, braking_mps2
        Reaction time and comfortable deceleration.
    grade
        Slope, positive uphill.
    """
    return reaction_s + speed_mps / (2 * braking_mps2 + 2 * 9.81 * grade)


def _clearing_s(rules: TimingProfile, leaving: Path, distance_m: float) -> float:
    """Return the time from the stop line until the rear has passed the conflict; people walk the whole crossing."""
    if leaving.user is User.PEDESTRIAN:
        return leaving.length_m / rules.walking_mps
    return (distance_m + LENGTH_M[leaving.user]) / _clearing_mps(rules, leaving)


def _clearing_mps(rules: TimingProfile, leaving: Path) -> float:
    """Return the clearing speed of RiLSA: 10 straight on, 7 turning (5 on a small radius), bicycles 4 m/s."""
    if rules.method == "ite":
        return leaving.speed_mps
    if leaving.user is User.BICYCLE:
        return 4.0
    usual_mps = 10.0 if leaving.turn is Turn.STRAIGHT else 7.0
    return min(usual_mps, max(leaving.speed_mps, SMALL_RADIUS_MPS))


def _crossing_s(leaving: Path) -> float:
    """Return how long after the end of green the last one passes the stop line (RiLSA: tu)."""
    if leaving.user is User.PEDESTRIAN:
        return 0.0
    if leaving.user is User.BICYCLE:
        return 1.0
    return 3.0 if leaving.turn is Turn.STRAIGHT else 2.0


def _up(seconds: float, step_ds: int) -> int:
    """Round up to a multiple of some tenths of a second, forgiving what floating point adds."""
    return ceil(seconds * 10 / step_ds - 1e-6) * step_ds


PROFILES: Mapping[str, TimingProfile] = MappingProxyType(
    {
        "rilsa": TimingProfile(
            name="rilsa",
            sources=(
                "FGSV: Richtlinien für Lichtsignalanlagen (RiLSA), clearance method and amber by speed limit",
                "Lengths of vehicles after de.wikipedia.org, Zwischenzeit (Verkehrstechnik)",
            ),
            confirm=("clearing and entering speeds", "entering speed of bicycles and of trams", "walking_mps"),
            method="rilsa",
            red_amber_before_green_ds=10,
        ),
        "crow": TimingProfile(
            name="crow",
            sources=("CROW 321: clearance time minus approach time per conflict point, negative counts as 0",),
            confirm=(
                "every value: the guideline is not freely available, so the speeds and ambers are those of rilsa",
                "Flanders: ambers, minimum greens and clearing speeds of the road authority (AWV)",
            ),
            method="crow",
            rounding_ds=1,
        ),
        "ite": TimingProfile(
            name="ite",
            sources=(
                "ITE: Y = t + v / (2 a + 2 g G) with t 1 s, a 3.05 m/s²; R = (W + L) / v",
                "MUTCD: walk interval of 7 s",
            ),
            confirm=("reaction time, deceleration and approach speed", "walking_mps (MUTCD: 3.5 ft/s = 1.07 m/s)"),
            method="ite",
            rounding_ds=1,
            amber_by_kmh=(),
            pedestrian_min_green_ds=70,
        ),
        "m7": TimingProfile(
            name="m7",
            sources=("RESCO (Ault and Sharon 2021): 3 s of amber, 7 s of green at least, no all-red",),
            confirm=("for comparison with published benchmarks only: there is no clearance between vehicles",),
            method="none",
            amber_by_kmh=((50, 30),),
            amber_bicycle_ds=30,
            vehicle_min_green_ds=70,
        ),
        "resco": TimingProfile(
            name="resco",
            sources=("RESCO (Ault and Sharon 2021): 3 s of amber, 7 s of green at least, no all-red, no other bound",),
            confirm=("for comparison with published benchmarks only: nothing protects whoever waits",),
            method="none",
            amber_by_kmh=((50, 30),),
            amber_bicycle_ds=30,
            vehicle_min_green_ds=70,
            max_green_ds=_NO_BOUND_DS,
            max_red_ds=_NO_BOUND_DS,
        ),
        "resco5": TimingProfile(
            name="resco5",
            sources=("RESCO's map arterial4x4: 2 s of amber, 3 s of green at least, no all-red, no other bound",),
            confirm=("for comparison with published benchmarks only: 2 s of amber are too short for any street",),
            method="none",
            amber_by_kmh=((50, 20),),
            amber_bicycle_ds=20,
            vehicle_min_green_ds=30,
            max_green_ds=_NO_BOUND_DS,
            max_red_ds=_NO_BOUND_DS,
        ),
        "street": TimingProfile(
            name="street",
            sources=(
                "FGSV: RiLSA, amber by speed limit",
                "ITE: all-red R = (W + L) / v between vehicles, rounded up to a whole second, nothing subtracted",
                "MUTCD: walk interval of 7 s, then a clearance for the whole crossing",
            ),
            confirm=("a common ground for the benchmark, stricter than most guidelines: not a design for any street",),
            method="ite",
            vehicle_min_green_ds=70,
            pedestrian_min_green_ds=70,
        ),
    }
)
"""The profiles that come with this package."""
