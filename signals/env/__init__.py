"""Environments for learning: Gymnasium for one intersection or a network, PettingZoo for many agents.

::

    import gymnasium
    import signals.env

    env = gymnasium.make("signals/Junction-v0", scenario="crossroads")
    observation, info = env.reset(seed=1)
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample(info["action_mask"]))

    agents = signals.env.parallel_env("crossroads")     # PettingZoo

Importing this package registers the ids ``signals/Junction-v0`` and ``signals/Network-v0``. Their version changes when
the same actions under the same seed would lead to other numbers.
"""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import gymnasium

if TYPE_CHECKING:
    from signals.env.actions import KeepSwitch, NextStage
    from signals.env.observations import JunctionState
    from signals.env.parallel import parallel_env
    from signals.env.policy_controller import PolicyController
    from signals.env.rewards import Pressure, Queue, Throughput, WaitDifference
    from signals.env.timed_actions import CycleSplit, GreenDuration

__all__ = [
    "JUNCTION_ID",
    "NETWORK_ID",
    "CycleSplit",
    "GreenDuration",
    "JunctionState",
    "KeepSwitch",
    "NextStage",
    "PolicyController",
    "Pressure",
    "Queue",
    "Throughput",
    "WaitDifference",
    "parallel_env",
]

_HOME = MappingProxyType(
    {
        "CycleSplit": "signals.env.timed_actions",
        "GreenDuration": "signals.env.timed_actions",
        "JunctionState": "signals.env.observations",
        "KeepSwitch": "signals.env.actions",
        "NextStage": "signals.env.actions",
        "PolicyController": "signals.env.policy_controller",
        "Pressure": "signals.env.rewards",
        "Queue": "signals.env.rewards",
        "Throughput": "signals.env.rewards",
        "WaitDifference": "signals.env.rewards",
        "parallel_env": "signals.env.parallel",
    }
)

JUNCTION_ID = "signals/Junction-v0"
"""One agent at one intersection: `signals.env.junction.JunctionEnv`."""

NETWORK_ID = "signals/Network-v0"
"""One agent at all, or some, intersections of a network: `signals.env.network.NetworkEnv`."""

gymnasium.register(
    JUNCTION_ID, "signals.env.junction:JunctionEnv", vector_entry_point="signals.env.vector:JunctionVectorEnv"
)
gymnasium.register(NETWORK_ID, "signals.env.network:NetworkEnv")


def __getattr__(name: str) -> object:
    """Load what needs PettingZoo, or compiles, when it is first used (PEP 562)."""
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
