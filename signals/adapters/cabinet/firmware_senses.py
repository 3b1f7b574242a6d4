"""What a virtual cabinet hears and sees: push buttons and detectors, who waits, and which detectors have failed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

import numpy as np

from signals.model.cabinets import CabinetSite
from signals.model.lanes import User
from signals.model.values import Aspect, BoolArray, FloatArray, IntArray

__all__ = ["MAX_PRESENCE_DS", "Senses"]

GREEN = int(Aspect.GREEN)

MAX_PRESENCE_DS: Final = 3_000
"""A detector that is occupied for longer than this is taken for broken, until it is free once."""


class Senses:
    """The inputs of one intersection.

    Parameters
    ----------
    site
        Its groups and detectors.
    detector_groups
        For each detector the groups (numbers in the site) that it calls. A group for vehicles that no detector calls
        is always called, as is one of whose detectors one has failed; everybody else has buttons.
    rng
        Chooses the detector that will get stuck.

    Attributes
    ----------
    button
        bool [nG] somebody has pushed a button and is not served yet.
    called_ds
        [nG] since when somebody waits for the group; -1 = nobody does.
    on, count, fault
        bool, int32, bool [nD] occupied in the last tick; vehicles so far; known to have failed.
    share
        float32 [nD] for how much of the last tick each was occupied.
    stuck
        The detector that gets stuck when it is told to.
    stuck_on, stuck_off
        Whether it is stuck.
    """

    def __init__(self, site: CabinetSite, detector_groups: Sequence[Sequence[int]], rng: Random) -> None:
        groups, detectors = site.intersection.groups, len(site.detectors)
        self._detector_groups = [tuple(called) for called in detector_groups] or [()] * detectors
        seen = {group for called in self._detector_groups for group in called}
        self._always = [g for g, group in enumerate(groups) if group.user is not User.PEDESTRIAN and g not in seen]
        self.stuck = rng.randrange(detectors) if detectors else 0
        self.stuck_on = self.stuck_off = False
        self._count, self._detectors = len(groups), detectors
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after switching on."""
        self.button: BoolArray = np.zeros(self._count, np.bool_)
        self.called_ds = [-1] * self._count
        self.on: BoolArray = np.zeros(self._detectors, np.bool_)
        self.count: IntArray = np.zeros(self._detectors, np.int32)
        self.share: FloatArray = np.zeros(self._detectors, np.float32)
        self.fault: BoolArray = np.zeros(self._detectors, np.bool_)
        self._on_since_ds: IntArray = np.zeros(self._detectors, np.int32)

    def hear(self, now_ds: int, call: BoolArray, aspect: Sequence[int]) -> None:
        """Remember who has pushed a button, or is said to wait; whoever has green does not wait.

        Parameters
        ----------
        now_ds
            The time.
        call
            bool [nG].
        aspect
            [nG] what is shown.
        """
        if np.count_nonzero(call):
            new = [g for g in call.nonzero()[0].tolist() if aspect[g] != GREEN]
            if new and not self.button[new].all():
                self.button = self.button.copy()
                self.button[new] = True
            self.call(now_ds, new, aspect)

    def see(self, now_ds: int, entered: IntArray, occupied: FloatArray, aspect: Sequence[int]) -> None:
        """Take what the detectors report, and let them call their groups.

        Parameters
        ----------
        now_ds
            The time.
        entered
            int32 [nD] vehicles that entered in this tick; -1 = no valid reading.
        occupied
            float32 [nD] share of the tick during which each was occupied; NaN = no valid reading.
        aspect
            [nG] what is shown.
        """
        self.call(now_ds, self._always, aspect)
        if not self._detectors:
            return
        on, failed = occupied > 0, entered < 0
        count = self.count + (np.maximum(entered, 0) if np.count_nonzero(failed) else entered)
        share = np.where(on, occupied, np.float32(0))
        if self.stuck_on or self.stuck_off:
            on[self.stuck], count[self.stuck] = self.stuck_on, self.count[self.stuck]
            share[self.stuck] = self.stuck_on
        np.copyto(self._on_since_ds, now_ds, where=~on)
        if np.count_nonzero(on):
            failed |= self._on_since_ds < now_ds - MAX_PRESENCE_DS
        self.on, self.count, self.fault, self.share = on, count, failed, share
        for detector in (on | failed).nonzero()[0].tolist():
            self.call(now_ds, self._detector_groups[detector], aspect)

    def call(self, now_ds: int, groups: Sequence[int], aspect: Sequence[int]) -> None:
        """Remember that somebody waits for groups that are not green."""
        for group in groups:
            if self.called_ds[group] < 0 and aspect[group] != GREEN:
                self.called_ds[group] = now_ds

    def serve(self, aspect: Sequence[int]) -> None:
        """Forget the calls of whoever is green."""
        green = [g for g, shown in enumerate(aspect) if shown == GREEN]
        for group in green:
            self.called_ds[group] = -1
        if self.button[green].any():
            self.button = self.button.copy()
            self.button[green] = False
