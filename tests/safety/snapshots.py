"""Snapshots in which nothing happens, and controllers that do as they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from signals.model.network import Network
from signals.model.values import Decision, Snapshot


def snapshot(what: Network, time_s: float, **values: Any) -> Snapshot:
    approaches = np.zeros(len(what.arrays.approach_lane), np.float32)
    empty = {name: np.zeros(0, np.float32) for name in Snapshot._fields}
    calm = {name: approaches.copy() for name in ("queue_veh", "count_veh", "wait_s", "gap_s")}
    return Snapshot(**empty | calm | {"time_s": time_s} | values)


class Puppet:
    """A controller that answers what it is told to; exceptions are raised, functions called."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[float] = []

    def decide(self, snapshot: Snapshot) -> Decision:
        self.asked.append(snapshot.time_s)
        answer = self.answer(snapshot) if isinstance(self.answer, Callable) else self.answer
        if isinstance(answer, BaseException):
            raise answer
        return answer
