"""Hand-written policies that tests name as a user would: ``tests.policies_of_mine:first_open``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from signals.env import JunctionState, KeepSwitch


def first_open(observation: Any, mask: Any) -> int:
    return int(np.argmax(mask))


class Busiest:
    """The open stage of `crossroads` with most vehicles."""

    name = "busiest"
    decision_s = 15.0

    def __call__(self, observation: Any, mask: Any) -> int:
        vehicles = observation[8:16].reshape(2, 4).sum(axis=0)
        return int(np.argmax(np.where(mask, vehicles, -1.0)))


class Namesake(Busiest):
    """Another policy of the same name."""


class Switches:
    """Switches whenever it may; it says all that can be said of a seat."""

    action = KeepSwitch()
    observation = JunctionState(most_veh=10.0)
    decision_s = 10
    tick_s = 1.0
    controlled: ClassVar = ["centre"]
    others = "fixed_time"
    files: ClassVar = [str(Path(__file__))]

    def __call__(self, observation: Any, mask: Any) -> int:
        return int(mask[1])


class Raises:
    """Cannot be made."""

    def __init__(self) -> None:
        raise RuntimeError("no weights\nhere")


class CalledNet(Busiest):
    """Would stand in tables as the network's own plan."""

    name = "net"


def _with(**attributes: Any) -> Any:
    def policy(observation: Any, mask: Any) -> int:
        return first_open(observation, mask)

    policy.__dict__.update(attributes)
    return policy


odd_name = _with(name=7)
odd_action = _with(action="next")
odd_observation = _with(observation=3.0)
odd_decision_s = _with(decision_s="5")
odd_controlled = _with(controlled="centre")
odd_files = _with(files="weights")
other_tick = _with(tick_s=0.5)
uneven_decision_s = _with(decision_s=2.5)
no_decision_s = _with(decision_s=0)
no_such_place = _with(controlled=["nowhere"])
number = 3
