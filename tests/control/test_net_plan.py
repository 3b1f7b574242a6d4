from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from signals.control.net_plan import NetPlan
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.testing import check_controller
from tests.control.made import marked, quiet


def test_it_keeps_the_contract() -> None:
    check_controller(NetPlan)


def test_it_runs_the_first_plan_of_the_network() -> None:
    network = crossroads()
    controller = NetPlan(network)
    place = network.intersections[0]
    expected = [step.groups for step in place.plans[0].steps for _ in range(step.duration_ds // 10)]
    seen = [marked(controller.decide(quiet(network, float(t))).want) for t in range(2 * len(expected))]
    assert seen == 2 * expected


def test_an_intersection_without_a_plan_serves_everybody_all_the_same() -> None:
    network = crossroads()
    bare = replace(network, intersections=(replace(network.intersections[0], plans=()),))
    controller = NetPlan(bare)
    served = np.zeros(12, np.bool_)
    for t in range(120):
        served |= controller.decide(quiet(bare, float(t))).want
    assert served.all()


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        pytest.skip(f"{name} is not installed")
    return Path(spec.origin).parent


def _cologne(number: int) -> tuple[Path, tuple[Path, ...]]:
    folder = _package("sumo_rl") / "nets" / "RESCO" / f"cologne{number}"
    return folder / f"cologne{number}.net.xml", ()


def _braunschweig() -> tuple[Path, tuple[Path, ...]]:
    folder = _package("sumo") / "tools" / "game" / "fokr_bs_demo"
    return folder / "fokr_bs.net.xml.gz", (folder / "vtypes_default.add.xml", folder / "signalPlan.add.xml")


@pytest.mark.sumo
@pytest.mark.parametrize(
    ("site", "begin_s", "step_s"),
    [("cologne1", 25200.0, 1.0), ("cologne8", 25200.3, 0.1), ("braunschweig", 54000.0, 0.5)],
)
def test_it_is_the_program_of_the_network_tick_by_tick(site: str, begin_s: float, step_s: float) -> None:
    """Wanted is what SUMO shows green, and red-amber, which the guard puts before green by itself."""
    libsumo = pytest.importorskip("libsumo")
    from signals.adapters.sumo.network import read_network  # noqa: PLC0415  needs the simulator

    net, additionals = _braunschweig() if site == "braunschweig" else _cologne(int(site[-1]))
    network = read_network(net, additionals)
    controller, snapshot = NetPlan(network), quiet(network)
    noted = {(finding.intersection, finding.code) for finding in network.findings}
    command = ["sumo", "-n", str(net), "-b", str(begin_s), "--step-length", str(step_s), "--no-step-log"]
    libsumo.start([*command, "--no-warnings", *(["-a", ",".join(map(str, additionals))] if additionals else [])])
    try:
        for _ in range(400):
            want = controller.decide(snapshot._replace(time_s=libsumo.simulation.getTime())).want
            libsumo.simulationStep()
            for i, place in enumerate(network.intersections):
                letters = libsumo.trafficlight.getRedYellowGreenState(place.id)
                for group, wanted in zip(place.groups, want[network.arrays.group_offset[i] :].tolist(), strict=False):
                    shown = {letters[link] in "gGu" for link in group.links}
                    # The reader fills gaps in the green of people on foot that are shorter than their clearance.
                    filled = wanted and group.user is User.PEDESTRIAN and (place.id, "filled-gap") in noted
                    assert shown == {wanted} or filled, (group.id, libsumo.simulation.getTime())
    finally:
        libsumo.close()
