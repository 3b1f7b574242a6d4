"""Why a cabinet is not taken over: everything that must hold before anybody asks it for anything.

What the network says must be what the cabinet says. Where the cabinet shows what it is told (signal groups), we may be
more careful than it is, never less. Where it times the way from green to green itself (hold and force-off), its times
must be ours, or it would be green when we think it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Final, NamedTuple

import numpy as np

from signals.drive.config import Level
from signals.drive.translator import best_of
from signals.model.cabinets import CabinetInfo, CabinetReport, CabinetSite, Capability, Mode
from signals.model.values import Aspect, ByteArray

__all__ = [
    "MOST_BACKUP_S",
    "MOST_CLOCK_S",
    "Obstacle",
    "differences",
    "is_at_rest",
    "knows_all",
    "level_of",
    "obstacles",
    "obstacles_now",
]

MOST_BACKUP_S: Final = 60.0
"""A cabinet that waits longer for us than this is alone for too long."""
MOST_CLOCK_S: Final = 1.0

STANDS_BACK: Final = {
    Mode.MANUAL: "a person is in charge there",
    Mode.PREEMPT: "an emergency vehicle or a train is in charge there",
    Mode.FLASH: "it is flashing or dark",
    Mode.FAULT: "it reports a fault",
}

UNKNOWN: Final = np.int8(Aspect.UNKNOWN).tobytes()
ON_ITS_WAY: Final = bytes((Aspect.RED_AMBER, Aspect.AMBER, Aspect.CLEARANCE))

Times = tuple[int | None, ...]


class Obstacle(NamedTuple):
    """Why a cabinet is not to be taken over.

    Attributes
    ----------
    code
        What it is. It stays the same as long as the obstacle does, whatever is measured meanwhile.
    text
        A sentence for people.
    """

    code: str
    text: str


def level_of(wanted: Level, *, armed: bool, capabilities: Capability) -> Level:
    """Return how much is done at a cabinet: as much as is wanted, allowed and possible.

    Parameters
    ----------
    wanted
        What the configuration says.
    armed
        Whether the command line says so, too.
    capabilities
        What the cabinet can do.
    """
    if not armed:
        return min(wanted, Level.ADVISE)
    if wanted is Level.DIRECT and best_of(capabilities) is None:
        wanted = Level.PLAN
    if wanted is Level.PLAN and not capabilities & (Capability.PLANS | Capability.SPLITS):
        return Level.ADVISE
    return wanted


def obstacles(site: CabinetSite, info: CabinetInfo, tick_ds: int) -> tuple[Obstacle, ...]:
    """Return why a cabinet is not to be taken over as long as it is what it is; empty = nothing.

    Nothing of it is measured anew, so that each sentence is its own code.

    Parameters
    ----------
    site
        The intersection as the network has it.
    info
        What the cabinet says it is.
    tick_ds
        Length of our tick.
    """
    found = (*differences(site, info), *_timer(info), *_ticks(site, info, tick_ds))
    return tuple(Obstacle(text, text) for text in found)


def obstacles_now(info: CabinetInfo, report: CabinetReport) -> tuple[Obstacle, ...]:
    """Return why a cabinet is not to be ours at this moment; empty = nothing.

    Parameters
    ----------
    info, report
        What the cabinet says it is, and what it reported last.
    """
    found = [Obstacle(report.mode.name.lower(), STANDS_BACK[report.mode])] if report.mode in STANDS_BACK else []
    found += [Obstacle(f"alarm {alarm}", f"alarm: {alarm}") for alarm in report.alarms]
    offset_s = report.clock_offset_s  # what it was when we connected counts only where nobody has told since
    if not isfinite(offset_s):
        offset_s = info.clock_offset_s or 0.0
    if abs(offset_s) > MOST_CLOCK_S:
        text = f"its clock is off by {offset_s:.1f} s, at most {MOST_CLOCK_S:g} s are allowed"
        found.append(Obstacle("clock", text))
    if not knows_all(report.aspect):
        found.append(Obstacle("unknown", "what it shows is not known of every group"))
    return tuple(found)


def knows_all(aspect: ByteArray) -> bool:
    """Whether it is known of every group what it shows, int8 [nG]."""
    return UNKNOWN not in aspect.tobytes()  # looking through ten bytes is ten times as fast as comparing arrays


def is_at_rest(aspect: ByteArray) -> bool:
    """Whether nothing is on its way, int8 [nG]: how long an amber or a clearance has lasted before us, nobody tells."""
    shown = aspect.tobytes()
    return len(shown.translate(None, ON_ITS_WAY)) == len(shown)


def differences(site: CabinetSite, info: CabinetInfo) -> tuple[str, ...]:
    """Return in what the network and the cabinet differ, a sentence each."""
    exact = best_of(info.capabilities) is not Capability.GROUPS
    return (*_group_differences(site, info, exact=exact), *_pair_differences(site, info, exact=exact))


def _group_differences(site: CabinetSite, info: CabinetInfo, *, exact: bool) -> Iterator[str]:
    groups = site.intersection.groups
    for name, mine, theirs, must_equal in (
        ("minimum green", [group.min_green_ds for group in groups], info.min_green_ds, exact),
        ("amber", [group.amber_ds for group in groups], info.amber_ds, True),
        ("red-amber", [group.red_amber_ds for group in groups], info.red_amber_ds, True),
        ("clearance", [group.clearance_ds for group in groups], info.clearance_ds, exact),
    ):
        for group, own_ds, told_ds in zip(groups, mine, theirs, strict=bool(theirs)):
            if told_ds is not None and (told_ds != own_ds if must_equal else told_ds > own_ds):
                yield f'group "{group.id}": {name} {own_ds / 10:g} s here, {told_ds / 10:g} s at the cabinet'


def _pair_differences(site: CabinetSite, info: CabinetInfo, *, exact: bool) -> Iterator[str]:
    if info.intergreen_ds is None:
        return
    ids = site.groups
    for i, (mine, theirs) in enumerate(zip(site.intersection.intergreen_ds, info.intergreen_ds, strict=True)):
        for j, (own_ds, told_ds) in enumerate(zip(mine, theirs, strict=True)):
            pair = f'"{ids[i]}" and "{ids[j]}"'
            if own_ds is None or told_ds is None:
                if own_ds is not None or told_ds is not None:
                    where = "here" if told_ds is None else "at the cabinet"
                    yield f"groups {pair} conflict only {where}"
            elif told_ds != own_ds if exact else told_ds > own_ds:
                yield f"intergreen from {pair}: {own_ds / 10:g} s here, {told_ds / 10:g} s at the cabinet"


def _timer(info: CabinetInfo) -> Iterator[str]:
    if Capability.BACKUP_TIMER not in info.capabilities or info.backup_s is None:
        yield "it does not say that it returns to its own program without us"
    elif not 0 < info.backup_s <= MOST_BACKUP_S:
        yield (
            f"its backup time is {info.backup_s:g} s: it must be more than 0 and at most {MOST_BACKUP_S:g} s, "
            "or nobody takes over when we are gone"
        )


def _ticks(site: CabinetSite, info: CabinetInfo, tick_ds: int) -> Iterator[str]:
    """Say which times are no multiple of the tick where the cabinet keeps them itself."""
    if best_of(info.capabilities) is Capability.GROUPS:
        return
    place = site.intersection
    times = {ds for row in place.intergreen_ds for ds in row if ds is not None}
    times.update(ds for group in place.groups for ds in (group.amber_ds, group.clearance_ds, group.min_green_ds))
    odd = sorted(ds for ds in times if ds % tick_ds)
    if odd and best_of(info.capabilities) is not None:
        yield (
            f"it times its own interstages, and {odd[0] / 10:g} s is no multiple of the tick of {tick_ds / 10:g} s: "
            f"drive with a tick of {int(np.gcd.reduce([*odd, tick_ds])) / 10:g} s"
        )
