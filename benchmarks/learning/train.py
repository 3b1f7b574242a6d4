"""Trains a policy for one junction in the built-in simulator, and saves it with its card.

    python benchmarks/learning/train.py [SCENARIO] [--out runs/learned] [--seed 1] [--steps 1000000]

The default scenario is the demo junction, `braunschweig`; any with one intersection will do. MaskablePPO of sb3-contrib
sees queues, counts, waits and lights (`JunctionState`), asks for a stage every 5 s (`NextStage`), and is paid for short
queues. It starts with six vehicles in ten: what nobody controls yet is jammed soon, and there is little to learn in a
jam. Needs ``pip install -e ".[rl,sumo]"``. How good it is, is for SUMO and other seeds to say:

    signals compare braunschweig --controllers fixed_time,net,rolling_horizon --policy runs/learned --seeds 101-110
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.callbacks import BaseCallback

from benchmarks.learning.learners import Agents, Replicas
from signals.env import JunctionState, NextStage, Queue
from signals.env.policy_card import PolicyCard, card_of
from signals.env.policy_export import onnx_of
from signals.env.policy_files import save_policy
from signals.env.setting import EnvOptions, setting_of
from signals.env.vector import JunctionVectorEnv
from signals.errors import SignalsError

REPLICAS: Final = 64
DEMANDS: Final = 4
"""How many sets of travellers are drawn for an episode of all replicas."""
SEEN: Final = EnvOptions(
    world="sim", decision_s=5.0, action=NextStage(), observation=JunctionState(), reward=Queue(scale=0.0005)
)
"""What the agent sees, does and is paid for. The scale keeps returns below 10, where the critic learns soonest."""


class Lesson(NamedTuple):
    """A part of the training: by how much the demand is multiplied, and its share of the steps."""

    demand_scale: float
    share: float


LESSONS: Final = (Lesson(0.6, 0.25), Lesson(1.0, 0.75))


class Diary(BaseCallback):
    """Prints how long vehicles are delayed, as often as an episode ends; the actions are still drawn by chance."""

    def __init__(self, rows: Replicas | Agents, begun_s: float, before: int = 0) -> None:
        super().__init__()
        self._rows, self._begun_s, self._before, self._told = rows, begun_s, before, 0

    def _on_step(self) -> bool:
        if len(self._rows.delays_s) > self._told:
            self._told = len(self._rows.delays_s)
            delay_s = self._rows.delays_s[-1]
            now_s, steps = time.monotonic() - self._begun_s, self._before + self.num_timesteps
            print(f"{now_s:5.0f} s {steps:9,} steps: delay {delay_s:6.1f} s", flush=True)
        return True


def learner(rows: Replicas | Agents, seed: int, epochs: int = 8) -> MaskablePPO:
    """Return what learns, and looks so many times at what it did."""
    return MaskablePPO(
        "MlpPolicy",
        rows,
        n_steps=64,
        batch_size=2048,
        n_epochs=epochs,
        learning_rate=lambda left: 0.001 * left,
        gamma=0.98,
        ent_coef=0.005,
        seed=seed,
        policy_kwargs={"net_arch": [64, 64]},
        device="cpu",
    )


def train(scenario: str, seed: int, steps: int, replicas: int = REPLICAS) -> MaskablePPO:
    """Learn.

    Parameters
    ----------
    scenario
        Where.
    seed
        Of the learner and of the travellers.
    steps
        How many actions are taken.
    replicas
        How many junctions learn at the same time.
    """
    torch.set_num_threads(1)  # such small networks are not faster with more
    begun_s = time.monotonic()
    classes = [
        Replicas(
            JunctionVectorEnv(scenario, num_envs=replicas, demands=DEMANDS, demand_scale=lesson.demand_scale, **SEEN),
            seed + number,
        )
        for number, lesson in enumerate(LESSONS)
    ]
    model, before = learner(classes[0], seed), 0
    for lesson, rows in zip(LESSONS, classes, strict=True):
        model.set_env(rows)
        model.learn(round(steps * lesson.share), callback=Diary(rows, begun_s, before))
        before += model.num_timesteps
        rows.close()
    return model


def card(scenario: str, seed: int, steps: int) -> PolicyCard:
    """Say what the policy is."""
    return card_of(
        "learned",
        setting_of(scenario, **SEEN),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        algorithm="MaskablePPO, benchmarks/learning/train.py",
        steps=steps,
        seeds=tuple(range(seed, seed + len(LESSONS))),
        demand="demand_scale " + ", then ".join(f"{lesson.demand_scale:g}" for lesson in LESSONS),
    )


def main(words: list[str] | None = None) -> None:
    """Train and save."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("scenario", nargs="?", default="braunschweig")
    reader.add_argument("--out", type=Path, default=Path("runs/learned"))
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--steps", type=int, default=1_000_000)
    given: Any = reader.parse_args(words)
    begun_s = time.monotonic()
    about = card(given.scenario, given.seed, given.steps)  # what does not fit is said before anybody learns
    model = train(given.scenario, given.seed, given.steps)
    save_policy(given.out, about, onnx_of(model, about.seat.observation_size))
    print(f"{given.out}: {given.steps:,} steps in {time.monotonic() - begun_s:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except SignalsError as error:
        sys.exit(f"error: {error}")
