from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from signals.bench.campaign import PLAN_FILE, Campaign, How, run_suite
from signals.bench.lineup import Chosen
from signals.bench.publishing import publish
from signals.bench.suites import Suite
from signals.errors import InputError, RecordError
from signals.study import Progress
from tests.bench.made import small_suite

STUB = "tests.stub_controllers"
CLOCKED = {"costs.csv", "costs.parquet", "leaderboard.html", "results.json"}
"""Files with wall times, or their hash, in them."""


def ended(suite: Suite, folder: Path, **how: object) -> tuple[Campaign, list[Progress]]:
    heard: list[Progress] = []
    campaign = run_suite(suite, folder, on_progress=heard.append, **how)  # type: ignore[arg-type]
    return campaign, [step for step in heard if step.state != "running"]


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Everything that was published, without what tells the time."""
    files = (path for path in folder.rglob("*") if path.is_file() and "runs" not in path.relative_to(folder).parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.name not in CLOCKED}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    campaign, steps = ended(small_suite(), folder)
    assert {step.state for step in steps} == {"finished"}
    publish(folder, campaign)
    return folder


def test_every_combination_is_run_once(tmp_path: Path) -> None:
    suite = small_suite(tiers=("A", "C"), demands=(0.6, 1.0), seeds=(5,), controllers=("net",))
    campaign, steps = ended(suite, tmp_path)
    assert len(campaign.results) == len(steps) == 4
    assert len({result.case for result in campaign.results}) == 4
    assert {result.state for result in campaign.results} == {"valid"}
    fewer, more = (
        sum(r.metrics["scheduled_veh"] for r in campaign.results if r.case.ground.demand == demand)
        for demand in (0.6, 1.0)
    )
    assert fewer < more


def test_the_plan_is_written_before_anything_runs(tmp_path: Path) -> None:
    plans: list[object] = []

    def note(_: Progress) -> None:
        plans.append(json.loads((tmp_path / PLAN_FILE).read_text())["entrants"])

    run_suite(small_suite(seeds=(1,)), tmp_path, on_progress=note)
    assert plans
    first = plans[0]
    assert isinstance(first, list)
    assert [row["name"] for row in first] == ["net", "max_pressure"]
    assert all(len(row["sha256"]) == 64 for row in first)


def test_nothing_is_run_twice(made: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (made / "runs").rglob("*.json")}
    _, steps = ended(small_suite(), made)
    assert [step.state for step in steps] == ["kept"] * 4
    assert {path: path.stat().st_mtime_ns for path in (made / "runs").rglob("*.json")} == before


@pytest.mark.parametrize("damage", ["cut", "other", "swapped"])
def test_what_is_not_whole_or_not_its_own_is_run_again(tmp_path: Path, damage: str) -> None:
    suite = small_suite(controllers=("net",))
    campaign, _ = ended(suite, tmp_path)
    first, second = (result.case.path(tmp_path) for result in campaign.results)
    text = {
        "cut": first.read_text()[:80],
        "other": first.read_text().replace(campaign.results[0].fingerprint, "0" * 64),
    }
    first.write_text(text.get(damage, second.read_text()))
    again, steps = ended(suite, tmp_path)
    assert sorted(step.state for step in steps) == ["finished", "kept"]
    assert [result.metrics for result in again.results] == [result.metrics for result in campaign.results]


KILLED = """
import sys
from pathlib import Path
from signals.bench.campaign import How, run_suite
from tests.bench.made import small_suite
run_suite(small_suite(), Path(sys.argv[1]), how=How(jobs=1), on_progress=lambda step: print(step.state, flush=True))
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_after_any_end_it_goes_on_to_the_same_bytes(made: Path, tmp_path: Path, how: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    while process.stdout.readline().strip() != "finished":
        assert process.poll() is None
    os.kill(process.pid, how)
    process.stdout.close()
    process.wait(20)
    there = {path for path in (tmp_path / "runs").rglob("*.json") if not path.name.startswith(".")}
    assert 1 <= len(there) < 4
    campaign, steps = ended(small_suite(), tmp_path)
    assert sum(step.state == "kept" for step in steps) >= len(there)
    publish(tmp_path, campaign)
    for _ in range(50):  # a worker of the killed one may still be on its way out
        if not list(tmp_path.rglob("*.part")):
            break
        time.sleep(0.1)
    assert bytes_of(tmp_path) == bytes_of(made)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra dask")
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_makes_the_same_bytes(made: Path, tmp_path: Path) -> None:
    campaign, steps = ended(small_suite(), tmp_path, how=How(engine="dask", jobs=2))
    assert {step.state for step in steps} == {"finished"}
    publish(tmp_path, campaign)
    assert bytes_of(tmp_path) == bytes_of(made)


def test_settings_make_another_controller_of_the_same_class(tmp_path: Path) -> None:
    lineup = {
        "patient": Chosen(controller="greedy", settings={"decision_s": 10.0}),
        "hasty": Chosen(controller="greedy", maps={"crossroads": {"decision_s": 5.0}}),
    }
    suite = small_suite(controllers=("greedy", "patient", "hasty"), seeds=(1,))
    campaign, _ = ended(suite, tmp_path, lineup=lineup)
    delays = {result.case.controller: result.metrics["delay_s"] for result in campaign.results}
    assert delays["greedy"] == delays["patient"] != delays["hasty"]
    assert len({result.entrant_sha256 for result in campaign.results}) == 3
    lineup["hasty"] = Chosen(controller="greedy", maps={"crossroads": {"decision_s": 6.0}})
    _, steps = ended(suite, tmp_path, lineup=lineup)
    assert [step.state for step in steps] == ["kept", "kept", "finished"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(RecordError, match=r'not a benchmark \("thesis.tex"\)'):
        run_suite(small_suite(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_what_was_left_half_written_is_swept_up(made: Path) -> None:
    half = next((made / "runs").rglob("seed-1.json")).with_name(".seed-1.json.77.part")
    half.write_text("{")
    ended(small_suite(), made)
    assert not half.exists()


def test_a_run_that_dies_is_told_and_tried_again(tmp_path: Path) -> None:
    suite = small_suite(controllers=("net", f"{STUB}:Dies"), seeds=(1,))
    campaign, steps = ended(suite, tmp_path)
    failed = campaign.results[1]
    assert failed.state == "failed"
    assert "-9" in failed.note
    assert [step.state for step in steps if "Dies" in step.controller] == ["failed"]
    _, again = ended(suite, tmp_path)
    assert sorted(step.state for step in again) == ["failed", "kept"]


def test_a_world_that_is_lost_is_a_failed_run(tmp_path: Path) -> None:
    campaign, _ = ended(small_suite(controllers=(f"{STUB}:LosesTheWorld",), seeds=(1,)), tmp_path)
    assert campaign.results[0].note == "the world is gone"


@pytest.mark.parametrize(
    ("controllers", "text"),
    [
        (("nett",), 'did you mean "net"'),
        ((f"{STUB}:Gone",), "has no"),
        (("max-pressure", "max_pressure"), "two controllers are called"),
        (("policy=tests.policies_of_mine:other_tick",), "made for ticks"),
    ],
)
def test_who_cannot_take_part_is_said_before_anything_runs(
    tmp_path: Path, controllers: tuple[str, ...], text: str
) -> None:
    heard: list[Progress] = []
    with pytest.raises(InputError, match=text):
        run_suite(small_suite(controllers=controllers), tmp_path, on_progress=heard.append)
    assert not heard


def test_wrong_input_that_only_a_worker_sees_stops_everything(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be made"):
        run_suite(small_suite(controllers=(f"{STUB}:Unmade",)), tmp_path)


def test_the_controller_of_the_readme_takes_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    code = readme.split("Put this into `longest_queue.py`:")[1].split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    Path("longest_queue.py").write_text(code)
    mine = "longest_queue:LongestQueue"
    campaign, _ = ended(small_suite(controllers=("net", mine), seeds=(1,)), tmp_path / "out")
    assert [(found.case.controller, found.state) for found in campaign.results] == [("net", "valid"), (mine, "valid")]
    assert not campaign.results[1].falls
    publish(tmp_path / "out", campaign)
    assert mine in (tmp_path / "out" / "leaderboard.md").read_text()
