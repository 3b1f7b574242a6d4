"""Scenarios and views for the tests of the environments."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from signals.env.view import View
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Snapshot
from signals.scenario import Scenario, load, write_network_file
from signals.testing import random_snapshot, two_crossroads


def two_junctions(folder: Path, end_s: float = 300.0) -> Scenario:
    """Two intersections that are not alike, one with people on foot, in the built-in simulator."""
    network = two_crossroads()
    write_network_file(folder / "network.toml", network)
    flows = [
        f'[[sim.flows]]\nroute = ["{movement.id}"]\nrate_veh_h = 150\n'
        for movement in network.movements
        if movement.turn.value != "c"
    ]
    head = f'format = 1\n[scenario]\nname = "two"\nworld = "sim"\n[time]\nend_s = {end_s}\n[sim]\nnetwork = "network.toml"\n'
    (folder / "scenario.toml").write_text(head + "\n".join(flows))
    return load(folder)


def view(network: Network | None = None, *, intersection: int = 0, stage: int = 0, **columns: object) -> View:
    """A view of a snapshot without chance: nobody there, all red, but for the columns that are given."""
    network = network or crossroads()
    empty = random_snapshot(network, np.random.default_rng(0), empty=True)
    return View(network, intersection, stage, empty._replace(**columns))


def busy(network: Network, time_s: float = 0.0) -> Snapshot:
    return random_snapshot(network, np.random.default_rng(5), time_s)
