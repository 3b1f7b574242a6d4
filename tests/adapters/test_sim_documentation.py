"""The page on the built-in simulator: its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import signals
from signals.adapters.sim.schedule import draw_travel
from signals.model.demand import Demand, Flow

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text()


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_demand_without_files(tmp_path: Path) -> None:
    signals.run(signals.load("crossroads", end_s=10.0), "fixed_time", out=tmp_path / "run")
    (tmp_path / "run" / "network.toml").rename(tmp_path / "my_network.toml")
    head = 'format = 1\n[scenario]\nname = "mine"\nworld = "sim"\n[time]\nend_s = 900\n'
    (tmp_path / "scenario.toml").write_text(head + example("toml"))
    record = signals.run(tmp_path, "max_pressure")
    assert record.metrics["scheduled_veh"] > 100
    assert record.violations == 0


def test_replays() -> None:
    network = signals.load("crossroads").network
    route = tuple(n for n, move in enumerate(network.movements) if move.id == "north_in_0>south_out_0")
    travels = [draw_travel(network, Demand((Flow(route, 300.0),)), 0.0, 600.0, seed) for seed in (1, 2)]
    names: dict[str, object] = {"network": network, "travel": travels[0], "travels": travels}
    exec(example("python"), names)  # noqa: S102  our own page
    many = list(names["many"])  # type: ignore[call-overload]
    assert [len(trips) for trips, _ in many] == [len(travel.depart_s) for travel in travels]
