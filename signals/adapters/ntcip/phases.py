"""Which phase, or whose pedestrian service, each signal group is; and sets of phases as numbers with a bit each.

A set of phases is one whole number with bit p - 1 for phase p; the controller's objects hold eight phases each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np

from signals.errors import InputError
from signals.model.cabinets import CabinetSite, HoldRequest
from signals.model.lanes import User
from signals.model.values import Aspect, BoolArray, ByteArray

__all__ = ["NO_LAMPS", "NO_MASKS", "Lamps", "Masks", "PhaseMap", "Service", "bits_of", "numbers_of"]

MOST_PHASES: Final = 255
NAME: Final = re.compile(r"([1-9]\d{0,2})(p?)")


class Service(NamedTuple):
    """What a signal group is to the controller.

    Attributes
    ----------
    phase
        Number of the phase, from 1.
    people
        Whether it is the pedestrian service of that phase (walk and pedestrian clearance).
    """

    phase: int
    people: bool

    @property
    def bit(self) -> int:
        """Its phase as a set."""
        return 1 << self.phase - 1

    def __str__(self) -> str:
        return f"{self.phase}p" if self.people else str(self.phase)


class Masks(NamedTuple):
    """What is asked of the phases: a set each, in the order of `signals.adapters.ntcip.objects.CONTROLS`."""

    phase_omit: int
    ped_omit: int
    hold: int
    force_off: int
    veh_call: int
    ped_call: int


class Lamps(NamedTuple):
    """What the phases show: a set each."""

    reds: int
    yellows: int
    greens: int
    dont_walks: int
    ped_clears: int
    walks: int


NO_MASKS: Final = Masks(0, 0, 0, 0, 0, 0)
NO_LAMPS: Final = Lamps(0, 0, 0, 0, 0, 0)


def bits_of(numbers: Iterable[int]) -> int:
    """Return phases, counted from 1, as a set."""
    return sum({1 << number - 1 for number in numbers})


def numbers_of(bits: int) -> list[int]:
    """Return the phases of a set, ascending."""
    return [number + 1 for number in range(bits.bit_length()) if bits >> number & 1]


@dataclass(frozen=True, slots=True)
class PhaseMap:
    """The services of a site's groups.

    Parameters
    ----------
    services
        One for each group, in the order of `CabinetSite.groups`.

    Attributes
    ----------
    phases
        The phases that are spoken about, ascending.
    octets
        The groups of eight phases that are spoken about, from 1, ascending.
    alone
        Phases that serve people only, as a set.
    """

    services: tuple[Service, ...]
    phases: tuple[int, ...] = field(init=False, repr=False, compare=False)
    octets: tuple[int, ...] = field(init=False, repr=False, compare=False)
    alone: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what is needed every second."""
        phases = sorted({service.phase for service in self.services})
        vehicles = bits_of(s.phase for s in self.services if not s.people)
        object.__setattr__(self, "phases", tuple(phases))
        object.__setattr__(self, "octets", tuple(sorted({(phase - 1) // 8 + 1 for phase in phases})))
        object.__setattr__(self, "alone", bits_of(s.phase for s in self.services if s.people) & ~vehicles)

    @classmethod
    def of(cls, site: CabinetSite, names: object) -> PhaseMap:
        """Read the option ``groups``.

        Parameters
        ----------
        site
            Whose groups they are.
        names
            A name for each group: ``"2"`` for phase 2, ``"2p"`` for its pedestrian service. `None` = group k (from 0)
            is phase k + 1, and its pedestrian service where people walk.

        Raises
        ------
        InputError
            When they are not as many, not such names, name one thing twice, or put groups that conflict into one phase.
        """
        groups = site.intersection.groups
        if names is None:
            if len(groups) > MOST_PHASES:
                raise InputError(f'cabinet "{site.id}": NTCIP has {MOST_PHASES} phases, the site {len(groups)} groups')
            return cls(tuple(Service(k + 1, group.user is User.PEDESTRIAN) for k, group in enumerate(groups)))
        expected = f'a list of {len(groups)} names like "2" or "2p", one for each of {", ".join(site.groups)}'
        if not isinstance(names, Sequence) or isinstance(names, str) or len(names) != len(groups):
            raise InputError(f'cabinet "{site.id}", option "groups": expected {expected}; got {names!r}')
        services = tuple(_service(site.id, name) for name in names)
        if len(set(services)) != len(services):
            raise InputError(f'cabinet "{site.id}", option "groups": a name is there twice in {list(names)}')
        for a, b in combinations(range(len(groups)), 2):
            if services[a].phase == services[b].phase and site.intersection.conflict(a, b):
                raise InputError(
                    f'cabinet "{site.id}", option "groups": "{groups[a].id}" and "{groups[b].id}" conflict and '
                    f"cannot both be served by phase {services[a].phase}"
                )
        return cls(services)

    def masks_of(self, request: HoldRequest) -> Masks:
        """Return what a request asks of the phases.

        A phase that serves vehicles and people is held, ended and left out for its vehicles: people have their own
        omit, and the controller times their walk and clearance within the green.
        """
        hold, force_off, omit, call = (set_.tolist() for set_ in request)
        alone = self.alone
        phase_omit = ped_omit = held = ended = veh_call = ped_call = 0
        for k, service in enumerate(self.services):
            bit = service.bit
            whole = not service.people or bool(alone & bit)
            held |= bit if hold[k] and whole else 0
            ended |= bit if force_off[k] and whole else 0
            phase_omit |= bit if omit[k] and whole else 0
            ped_omit |= bit if omit[k] and service.people else 0
            veh_call |= bit if call[k] and not service.people else 0
            ped_call |= bit if call[k] and service.people else 0
        return Masks(phase_omit, ped_omit, held, ended, veh_call, ped_call)

    def request_of(self, masks: Masks) -> HoldRequest:
        """Return what is asked of the groups: what a controller makes of its six columns."""
        alone = self.alone
        rows = np.zeros((4, len(self.services)), np.bool_)
        for k, service in enumerate(self.services):
            bit = service.bit
            whole = not service.people or bool(alone & bit)
            omitted = masks.ped_omit & bit if service.people else 0
            called = (masks.ped_call if service.people else masks.veh_call) & bit
            rows[:, k] = (
                whole and masks.hold & bit,
                whole and masks.force_off & bit,
                omitted or (whole and masks.phase_omit & bit),
                called or (bool(alone & bit) and masks.veh_call & bit),
            )
        return HoldRequest(*rows)

    def aspects_of(self, lamps: Lamps) -> ByteArray:
        """Return what each group shows, int8 [nG]; unknown where the controller says nothing, or several things."""
        return np.array([_aspect(service, lamps) for service in self.services], np.int8)

    def lamps_of(self, aspect: Sequence[int]) -> Lamps:
        """Return what the phases show when each group shows its aspect: what a controller reports."""
        reds = yellows = greens = dont_walks = clears = walks = 0
        alone = self.alone
        for service, shown in zip(self.services, aspect, strict=True):
            bit = service.bit
            if service.people:
                walks |= bit if shown == Aspect.GREEN else 0
                clears |= bit if shown == Aspect.CLEARANCE else 0
                dont_walks |= bit if shown in STANDING else 0
            if not service.people or alone & bit:
                greens |= bit if shown in (Aspect.GREEN, Aspect.CLEARANCE) else 0
                yellows |= bit if shown == Aspect.AMBER else 0
                reds |= bit if shown in STANDING else 0
        return Lamps(reds, yellows, greens, dont_walks, clears, walks)

    def called(self, ped_calls: int) -> BoolArray:
        """Return for which groups a button was pushed, bool [nG]."""
        return np.array([s.people and bool(ped_calls & s.bit) for s in self.services], np.bool_)


STANDING: Final = (Aspect.RED, Aspect.RED_AMBER)


def _service(site_id: str, name: object) -> Service:
    found = NAME.fullmatch(name) if isinstance(name, str) else None
    if found is None or int(found[1]) > MOST_PHASES:
        raise InputError(
            f'cabinet "{site_id}", option "groups": {name!r} is no phase; expected "1" to "{MOST_PHASES}", '
            'and "p" behind it for its pedestrian service'
        )
    return Service(int(found[1]), bool(found[2]))


def _aspect(service: Service, lamps: Lamps) -> Aspect:
    bit = service.bit
    if service.people:
        shown = (lamps.dont_walks & bit, lamps.ped_clears & bit, lamps.walks & bit)
        names = (Aspect.RED, Aspect.CLEARANCE, Aspect.GREEN)
    else:
        shown = (lamps.reds & bit, lamps.yellows & bit, lamps.greens & bit)
        names = (Aspect.RED, Aspect.AMBER, Aspect.GREEN)
    if sum(map(bool, shown)) != 1:
        return Aspect.UNKNOWN
    return names[shown.index(bit)]
