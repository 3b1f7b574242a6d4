"""How many people wait at a crossing that was called: a push button says only that somebody does."""

from __future__ import annotations

import numpy as np

from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["PeopleWaiting"]

MEAN_S = 1800.0
"""Rates are those of about the last half hour: calls are few."""
PRIOR_S = 30.0
"""As long without anybody is taken for granted, so that the first call of a run does not make a crowd."""


class PeopleWaiting:
    """Estimates who waits from how soon a crossing is called again after it was served.

    People come one by one and at random; then the time until the next call has the mean 1 / rate, and whoever called
    has been joined by others since, rate times wait.

    Parameters
    ----------
    network
        The network.
    counted
        Whether people are counted; otherwise each call is one.
    """

    def __init__(self, network: Network, *, counted: bool) -> None:
        user = network.arrays.group_user
        self._walk = np.flatnonzero(user == User.PEDESTRIAN)
        self._counted = counted
        self.waiting: FloatArray = np.ones(len(user), np.float32)
        """float32 [nG] how many are taken to wait where a crossing is called; 1 elsewhere."""
        self.forget()

    def forget(self) -> None:
        """Forget what was learned."""
        self._open_s, self._calls, self._since_s = np.zeros((3, len(self._walk)))
        self._called = np.zeros(len(self._walk), np.bool_)
        self.waiting[:] = 1.0

    def note(self, aspect: ByteArray, demand: BoolArray, tick_s: float) -> None:
        """Follow calls and greens for one tick.

        Parameters
        ----------
        aspect, demand
            int8, bool [nG] what the groups show, and whether they are called.
        tick_s
            Time since the last call.
        """
        if not self._counted:
            return
        red, called = aspect[self._walk] != Aspect.GREEN, demand[self._walk]
        # While it is green people start without a word, so that only the time at red tells anything.
        fade = np.exp(-tick_s / MEAN_S)
        self._open_s = self._open_s * fade + tick_s * (red & ~self._called)
        self._calls = self._calls * fade + (red & called & ~self._called)
        self._since_s = np.where(red & called, self._since_s + tick_s * self._called, 0.0)
        self._called = red & called
        rate = self._calls / (self._open_s + PRIOR_S)
        self.waiting[self._walk] = 1.0 + rate * self._since_s

    def worth(self, each: FloatArray, queue: IntArray) -> FloatArray:
        """Return what the queues count with all who wait.

        Parameters
        ----------
        each
            float32 [nQ] what one vehicle or person of each queue counts.
        queue
            int32 [n] the queues of the pedestrian groups, in the order of the groups.
        """
        if not self._counted:
            return each
        found = each.copy()
        found[queue] *= self.waiting[self._walk]
        return found
