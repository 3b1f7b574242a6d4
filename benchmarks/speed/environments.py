"""How many steps an environment takes in a second.

    python benchmarks/speed/environments.py [--seconds 3] [--scenario crossroads]

Random actions on one junction in the built-in world, observations and rewards included, the guard behind all of them:
the plain environment, then replicas in one natively vectorised environment. Decisions are 1 s and 5 s apart; a step of
5 s is five ticks of simulator, guard and monitor. `Queue` pays every tick, `WaitDifference` looks at decisions only.
Processor time of one core, after everything is compiled; the best of three takes, since machines are shared.

The last line is the target: 1,000,000 steps/s with decisions every second, 500,000 with decisions every 5 s.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from signals.env.junction import JunctionEnv
from signals.env.rewards import Queue, WaitDifference
from signals.env.vector import JunctionVectorEnv
from signals.errors import SignalsError

__all__ = ["main"]

TARGET = {1: 1_000_000, 5: 500_000}
COUNTS = (64, 256, 1024)
TAKES = 3


def main(words: Sequence[str] | None = None) -> int:
    """Print the table; the exit status is 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="processor time of a take")
    parser.add_argument("--scenario", default="crossroads", help="with one junction")
    asked = parser.parse_args(words)
    print(f"{'environment':32}{'decisions':>10}{'steps/s':>12}")
    best = dict.fromkeys(TARGET, 0.0)
    try:
        for decision_s in TARGET:
            _say("JunctionEnv", decision_s, _alone(asked.scenario, decision_s, asked.seconds))
            for reward in (Queue(), WaitDifference()):
                for count in COUNTS:
                    rate = _together(asked.scenario, count, decision_s, reward, asked.seconds)
                    best[decision_s] = max(best[decision_s], rate)
                    _say(f"{count} replicas, {type(reward).__name__}", decision_s, rate)
            rate = _together(asked.scenario, 256, decision_s, Queue(), asked.seconds, masks=True)
            _say("256 replicas, Queue, masks", decision_s, rate)
    except SignalsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    missed = [
        f"{TARGET[decision_s]:,} at {decision_s} s" for decision_s, rate in best.items() if rate < TARGET[decision_s]
    ]
    print(f"missed: {', '.join(missed)}" if missed else "all targets met")
    return 1 if missed else 0


def _say(what: str, decision_s: int, rate: float) -> None:
    print(f"{what:32}{f'{decision_s} s':>10}{rate:12,.0f}", flush=True)


def _alone(scenario: str, decision_s: int, seconds: float) -> float:
    env = JunctionEnv(scenario, world="sim", decision_s=decision_s)
    env.action_space.seed(1)
    env.reset(seed=1)

    def step() -> None:
        if env.step(env.action_space.sample())[3]:
            env.reset()

    return _rate(step, 1, seconds)


def _together(
    scenario: str, count: int, decision_s: int, reward: Queue | WaitDifference, seconds: float, *, masks: bool = False
) -> float:
    env = JunctionVectorEnv(scenario, num_envs=count, masks=masks, decision_s=decision_s, reward=reward)
    drawn = np.random.default_rng(1).integers(0, env.single_action_space.n, (997, count))
    env.reset(seed=1)
    number = 0

    def step() -> None:
        nonlocal number
        env.step(drawn[number % len(drawn)])
        number += 1

    return _rate(step, count, seconds)


def _rate(step: Callable[[], None], count: int, seconds: float) -> float:
    """Return steps of environments per second of processor time."""
    for _ in range(3):
        step()
    found = []
    for _ in range(TAKES):
        begin_s, steps = time.process_time(), 0
        while time.process_time() - begin_s < seconds:
            step()
            steps += count
        found.append(steps / (time.process_time() - begin_s))
    return max(found)


if __name__ == "__main__":
    sys.exit(main())
