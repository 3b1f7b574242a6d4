"""Trains one policy for all junctions of a network, each an agent of its own (PettingZoo), and saves it with its card.

    python benchmarks/learning/train_many.py [SCENARIO] [--out runs/shared] [--seed 1] [--steps 240000]

The junctions must be alike. The default scenario is RESCO's `grid4x4`, sixteen of them, from the package `sumo-rl`
(``pip install sumo-rl``; its maps are not for commercial use), driven in the built-in simulator. Steps are those of
agents. Needs ``pip install -e ".[rl,sumo]"``. The last line that is printed is the command that judges it in SUMO.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import Any, Final

import torch

from benchmarks.learning.learners import Agents
from benchmarks.learning.train import SEEN, Diary, learner
from signals.env.parallel import parallel_env
from signals.env.policy_card import card_of
from signals.env.policy_export import onnx_of
from signals.env.policy_files import save_policy
from signals.env.setting import setting_of
from signals.errors import MissingDependencyError, SignalsError

EPISODE_S: Final = 900.0


def grid4x4() -> str:
    """Return where the scenario is. Raises `MissingDependencyError`."""
    found = importlib.util.find_spec("sumo_rl")
    if found is None or not found.submodule_search_locations:
        raise MissingDependencyError("grid4x4 comes with sumo-rl: pip install sumo-rl, or give another scenario")
    return str(Path(found.submodule_search_locations[0]) / "nets" / "RESCO" / "grid4x4" / "grid4x4.sumocfg")


def main(words: list[str] | None = None) -> None:
    """Train and save."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("scenario", nargs="?")
    reader.add_argument("--out", type=Path, default=Path("runs/shared"))
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--steps", type=int, default=240_000)
    given: Any = reader.parse_args(words)
    scenario, begun_s = given.scenario or grid4x4(), time.monotonic()
    about = card_of(
        "shared",
        setting_of(scenario, **SEEN),
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        algorithm="MaskablePPO, one policy for all agents, benchmarks/learning/train_many.py",
        steps=given.steps,
        seeds=(given.seed,),
        demand=f"demand_scale 1, the first {EPISODE_S:g} s",
    )
    torch.set_num_threads(1)
    agents = Agents(parallel_env(scenario, episode_s=EPISODE_S, **SEEN), given.seed)
    model = learner(agents, given.seed, epochs=4)
    model.learn(given.steps, callback=Diary(agents, begun_s))
    save_policy(given.out, about, onnx_of(model, about.seat.observation_size))
    print(f"{given.out}: {given.steps:,} steps in {time.monotonic() - begun_s:.0f} s; how good it is in SUMO:")
    rivals = "--controllers net,actuated,max_pressure"
    print(f"signals compare {quote(scenario)} {rivals} --policy {quote(str(given.out))} --seeds 101-102")


if __name__ == "__main__":
    try:
        main()
    except SignalsError as error:
        sys.exit(f"error: {error}")
