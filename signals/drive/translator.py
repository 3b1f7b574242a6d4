"""From what is allowed and wanted to the richest thing that a cabinet understands.

Signal groups go before hold and force-off, those before stages, stages before plans (`signals.drive.splits`). Whatever
it is, a cabinet that times its own interstages is only ever asked for what the guard has let through in this very tick.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from signals.drive.foresight import Ends
from signals.model.cabinets import CabinetSite, Capability, GroupRequest, HoldRequest, Request, StageRequest
from signals.model.values import Aspect, BoolArray, ByteArray, IntArray
from signals.safety.interstage import REASONS

__all__ = ["DIRECT", "WAITS", "Wish", "best_of", "translate"]

DIRECT = (Capability.GROUPS, Capability.HOLD_FORCE_OFF, Capability.STAGES)
"""Ways to say second by second what shall be green, the richest first."""

WAITS = tuple(map(REASONS.index, ("intergreen", "conflicting group not red yet")))
"""Reasons of the guard for which a group waits for nothing but the ends of others."""


class Wish(NamedTuple):
    """What is allowed and wanted at one intersection, in the order of its groups.

    Attributes
    ----------
    aspect
        int8 [nG] what the guard has permitted.
    want
        bool [nG] what the controller wants.
    shown
        int8 [nG] what the cabinet shows.
    coming
        bool [nG] wanted groups that wait for nothing but the end of conflicting ones, and their intergreens.
    stage
        The stage that is wanted; -1 = groups are chosen freely.
    ends
        In how long what is permitted will change; None where nobody knows.
    news
        bool [nG] of which groups that is worth telling anew; None = of all.
    """

    aspect: ByteArray
    want: BoolArray
    shown: ByteArray
    coming: BoolArray
    stage: int
    ends: Ends | None = None
    news: BoolArray | None = None


def best_of(capabilities: Capability) -> Capability | None:
    """Return the richest way to drive a cabinet second by second; None where it has only plans, or nothing."""
    return next((way for way in DIRECT if way in capabilities), None)


def translate(wish: Wish, way: Capability, site: CabinetSite) -> Request | None:
    """Say it in one of the ways `DIRECT`.

    Parameters
    ----------
    wish
        What is allowed and wanted.
    way
        How it is said.
    site
        The intersection.

    Returns
    -------
    Request or None
        None where there is nothing to ask for: groups that are chosen freely make no stage.
    """
    if way is Capability.GROUPS:
        return _groups(wish)
    if way is Capability.HOLD_FORCE_OFF:
        return _holds(wish)
    stage = _stage(wish, site)
    return None if stage is None else StageRequest(stage)


def _groups(wish: Wish) -> GroupRequest:
    if wish.ends is None:
        unknown = _not_known(len(wish.aspect))
        return GroupRequest(wish.aspect.copy(), unknown, unknown)
    least_ds, likely_ds, most_ds, confidence = wish.ends
    return GroupRequest(wish.aspect.copy(), least_ds, likely_ds, most_ds, confidence, wish.news)


@lru_cache
def _not_known(groups: int) -> IntArray:
    """Return that nobody knows when anything changes, int32 [nG]; nobody can write to it."""
    none = np.full(groups, -1, np.int32)
    none.setflags(write=False)
    return none


def _holds(wish: Wish) -> HoldRequest:
    """Hold what is to be green, end what is not, call what shall come next and leave out what shall not.

    A green ends only when the guard has ended it, so that no minimum is cut. A group is called as soon as it waits for
    nothing but the ends of others, since a controller ends no green unless somebody else is called, and times the way
    there itself: as long as the guard, whose times are the same. Everything else is left out, or its detectors would
    bring it in between. Who comes back as soon as he has ended is called when his red has been seen: where it lasts a
    second, no look might fall on it, and amber before green would be all that is ever seen.
    """
    shown, lit = wish.shown == Aspect.GREEN, (wish.aspect == Aspect.GREEN) | (wish.aspect == Aspect.RED_AMBER)
    hold, force_off = shown & lit, shown & ~lit
    ends = (wish.shown == Aspect.AMBER) | (wish.shown == Aspect.CLEARANCE)
    call = ~(shown | ends) & (lit | wish.coming)
    return HoldRequest(hold, force_off, ~(shown | call), call)


def _stage(wish: Wish, site: CabinetSite) -> int | None:
    if wish.stage >= 0:
        return wish.stage
    wanted = tuple(np.flatnonzero(wish.want).tolist())
    return next((number for number, stage in enumerate(site.intersection.stages) if stage.groups == wanted), None)
