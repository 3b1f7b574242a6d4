from __future__ import annotations

import gzip
import inspect
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from signals import cli, study
from signals.adapters.sumo.install import package_path
from signals.model.crossroads import crossroads
from signals.model.network import Finding
from signals.record.files import locked
from signals.record.run_folder import is_whole, read_comparison, read_run
from signals.scenario import write_network_file
from tests.adapters.sumo_pair import pair_inputs
from tests.adapters.sumo_tee import SAFE, additional, program, tee

STUB = "tests.stub_controllers"
POLICIES = "tests.policies_of_mine"
SHORT = ("--end", "60")


class Said(NamedTuple):
    code: int
    out: str
    err: str


Ask = Callable[..., Said]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command in an empty folder."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIGNALS_DEBUG", raising=False)

    def run(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["signals", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, *capsys.readouterr())

    return run


def one_line(said: Said, sentence: str, code: int = 2) -> None:
    assert said.code == code
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
    assert said.out == ""


def test_run(ask: Ask, tmp_path: Path) -> None:
    said = ask("run", "crossroads", "--controller", "max-pressure", "--seed", 3, *SHORT)
    assert said.code == 0
    assert "delay_s" in said.out
    assert said.err == ""
    folder = Path("runs/crossroads/max_pressure/seed-3")
    assert said.out.endswith(f"results: {folder}\n")
    assert is_whole(folder)


def test_what_a_controller_has_to_say_is_said_once(ask: Ask) -> None:
    said = ask("run", "crossroads", "--set", "longest_wait_s=20", "--out", "here", "--end", "20")
    assert said.code == 0
    assert said.err.startswith('longest_wait_s = 20 cannot be kept at "centre"')
    assert said.err.count("cannot be kept") == 1


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("objektive=persons", 'unknown setting of "rolling_horizon": "objektive"; did you mean "objective"? (known: '),
        ("bicycle_weight=lots", "\"rolling_horizon\": bicycle_weight must be a number, got 'lots'"),
    ],
)
def test_wrong_settings_are_one_line(ask: Ask, setting: str, sentence: str) -> None:
    one_line(ask("run", "crossroads", "--set", setting), sentence)


def test_run_for_programs(ask: Ask) -> None:
    said = ask("run", "crossroads", "--out", "here", "--json", *SHORT)
    assert (said.code, said.err) == (0, "")
    (line,) = said.out.splitlines()
    found = json.loads(line)
    assert (found["controller"], found["seed"], found["folder"]) == ("rolling_horizon", 1, "here")
    assert found["metrics"]["delay_s"] == pytest.approx(read_run(Path("here")).metrics["delay_s"])


def test_compare_and_report(ask: Ask) -> None:
    said = ask("compare", "crossroads", "--controllers", "net,actuated", "--seeds", "2", "--out", "here", *SHORT)
    assert said.code == 0
    assert "violations" in said.out
    assert said.out.endswith(f"report: {Path('here/report.html')}\n")
    assert sorted(said.err.splitlines()) == [
        f"{name}, seed {n}: finished" for name in ("actuated", "net") for n in (1, 2)
    ]
    page = Path("here/report.html")
    first = page.read_bytes()
    assert b"<html" in first
    page.unlink()
    assert ask("report", "here") == Said(0, f"report: {page}\n", "")
    assert page.read_bytes() == first
    again = ask(
        "compare", "crossroads", "--controllers", "net,actuated", "--seeds", "2", "--out", "here", "--json", *SHORT
    )
    assert (again.code, again.err) == (0, "")
    rows = [json.loads(line) for line in again.out.splitlines()]
    assert [row["controller"] for row in rows] == ["net", "actuated"]
    for row, known in zip(rows, read_comparison(Path("here")).rows, strict=True):
        assert row["low_s"] <= row["delay_s"] <= row["high_s"]
        assert row["delay_s"] == pytest.approx(known.delay.mean)
        assert (row["runs"], row["violations"]) == (2, 0)


def test_what_is_compared_by_default(ask: Ask) -> None:
    default = inspect.signature(cli._compare).parameters["controllers"].default
    assert tuple(default.split(",")) == study.DEFAULT_CONTROLLERS
    assert inspect.signature(cli._run).parameters["controller"].default is None
    assert f"{study.DEFAULT_CONTROLLER} by default" in ask("run", "-h").out.replace("\n", " ")


MINE = """
import numpy as np
from signals import Decision

class Mine:
    def __init__(self, network):
        self.stages = [np.zeros(len(network.arrays.group_user), bool) for _ in network.intersections[0].stages]
        for want, stage in zip(self.stages, network.intersections[0].stages):
            want[list(stage.groups)] = True

    def decide(self, snapshot):
        stage = int(snapshot.time_s // 20) % len(self.stages)
        return Decision(self.stages[stage], np.array([stage], np.int32))
"""


def test_a_controller_of_your_own_is_a_file(ask: Ask, tmp_path: Path) -> None:
    Path("mine.py").write_text(MINE)
    said = ask("run", "crossroads", "--controller", "mine:Mine", "--json", *SHORT)
    assert (said.code, said.err) == (0, "")
    said = ask("compare", "crossroads", "--controllers", "net,mine:Mine", "--seeds", 1, "--json", *SHORT)
    assert (said.code, said.err) == (0, "")
    assert [json.loads(line)["controller"] for line in said.out.splitlines()] == ["net", "mine:Mine"]


def test_policies_stand_in_the_same_table(ask: Ask) -> None:
    words = ("--controllers", "net", "--policy", f"{POLICIES}:Busiest", "--policy", f"{POLICIES}:first_open")
    said = ask("compare", "crossroads", *words, "--seeds", 2, "--out", "here", "--json", *SHORT)
    assert (said.code, said.err) == (0, "")
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert [(row["controller"], row["runs"]) for row in rows] == [("net", 2), ("busiest", 2), ("first_open", 2)]
    alone = ask("run", "crossroads", "--policy", f"{POLICIES}:Busiest", "--seed", 2, "--json", *SHORT)
    assert json.loads(alone.out)["controller"] == "busiest"
    (again,) = (row for row in read_comparison(Path("here")).runs if (row.controller, row.seed) == ("busiest", 2))
    assert json.loads(alone.out)["metrics"]["delay_s"] == pytest.approx(again.metrics["delay_s"])
    assert is_whole(Path("runs/crossroads/busiest/seed-2"))


def test_a_policy_that_changed_is_run_again(ask: Ask) -> None:
    def finished() -> list[str]:
        said = ask(
            "compare",
            "crossroads",
            "--controllers",
            "net",
            "--policy",
            "choosy:choose",
            "--seeds",
            1,
            "--out",
            "here",
            *SHORT,
        )
        assert said.code == 0
        return [line for line in said.err.splitlines() if "finished" in line]

    Path("choosy.py").write_text("def choose(observation, mask):\n    return 0\n")
    assert sorted(finished()) == ["choose, seed 1: finished", "net, seed 1: finished"]  # both at a time
    assert finished() == []
    Path("choosy.py").write_text("def choose(observation, mask):\n    return 1\n")
    assert finished() == ["choose, seed 1: finished"]


def test_what_fails_in_part_is_told(ask: Ask) -> None:
    said = ask("compare", "crossroads", "--controllers", f"net,{STUB}:Dies", "--seeds", "1", "--json", *SHORT)
    assert said.code == 1
    assert said.err == f"{STUB}:Dies, seed 1: failed: its process was ended by signal 9\n"
    net, dead = (json.loads(line) for line in said.out.splitlines())
    assert (net["runs"], dead["runs"], dead["interrupted"], dead["delay_s"]) == (1, 0, 1, None)


def test_a_controller_that_is_not_followed_is_told(ask: Ask) -> None:
    said = ask("run", "crossroads", "--controller", f"{STUB}:Raises", *SHORT)
    assert said.code == 1
    assert "too hard" in said.err
    assert "results: " in said.out
    said = ask("compare", "crossroads", "--controllers", f"{STUB}:Raises", "--seeds", 1, "--json", *SHORT)
    assert said.code == 1
    assert "too hard" in said.err
    assert json.loads(said.out)["runs"] == 1


def test_inspect(ask: Ask, tmp_path: Path) -> None:
    said = ask("inspect", "crossroads", "--toml", "network.toml")
    assert said.code == 0
    for word in ('Intersection "centre": 12 signal groups', "stages", "intergreens", 'plan "fixed", cycle 94 s'):
        assert word in said.out
    assert ask("inspect", "network.toml").out == said.out


def test_inspect_for_programs(ask: Ask) -> None:
    said = ask("inspect", "crossroads", "--json")
    (place,) = json.loads(said.out)["intersections"]
    names = [group["id"] for group in place["groups"]]
    cell = place["intergreen_s"][names.index("north_walk")][names.index("north_ahead")]
    assert cell == 8.0
    assert place["intergreen_s"][names.index("north_ahead")][names.index("south_ahead")] is None
    assert place["conflict"][names.index("north_ahead")][names.index("south_ahead")] is False


def test_site_cards_are_written_and_held_against_a_run(ask: Ask) -> None:
    said = ask("inspect", "crossroads", "--site-card", "cards")
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith("site card: cards/centre.toml (new)\n")
    assert ask("inspect", "crossroads", "--site-card", "cards").out.endswith("(unchanged)\n")
    assert ask("run", "crossroads", "--controller", "net", "--site-cards", "cards", "--out", "here", *SHORT).code == 0
    inputs = read_run(Path("here")).provenance["inputs"]
    assert isinstance(inputs, list)
    assert [row["name"] for row in inputs] == ["scenario.toml", "centre.toml"]
    card = Path("cards/centre.toml")
    card.write_text(card.read_text().replace("clearance_ds = 80", "clearance_ds = 10"))
    for command in ("run", "compare"):
        one_line(ask(command, "crossroads", "--site-cards", "cards", "--out", command), 'centre.toml" was edited')
        assert not Path(command).exists()
    found = json.loads(ask("inspect", "crossroads", "--json", "--site-card", "cards").out)
    assert found["site_cards"] == [{"path": "cards/centre.toml", "state": "changed"}]
    Path("cards/other.toml").write_bytes(card.read_bytes())
    out = ask("inspect", "crossroads", "--site-card", "cards").out
    assert out.endswith("site card: cards/other.toml (of no intersection of this network)\n")


def test_a_network_that_is_not_what_its_cards_say_does_not_run(ask: Ask) -> None:
    Path("scenario.toml").write_text(
        'format = 1\n[scenario]\nname = "x"\nworld = "sim"\n[time]\nend_s = 30\n[sim]\npedestrians = true\n'
        '[safety]\nsite_cards = "cards"\n'
    )
    one_line(ask("run", "."), 'there are no site cards in "cards"; write them with: signals inspect NET --site-card')
    assert ask("inspect", ".", "--site-card", "cards").code == 0
    assert ask("run", ".", "--controller", "net").code == 0
    assert ask("inspect", ".").code == 0
    text = Path("scenario.toml").read_text().replace("pedestrians = true", "pedestrians = false")
    Path("scenario.toml").write_text(text)
    sentence = 'signal group "north_walk" is on the card, but not in the network'
    one_line(ask("run", "."), sentence)
    one_line(ask("compare", ".", "--out", "none"), sentence)
    assert not Path("none").exists()
    said = ask("inspect", ".")
    assert said.code == 1
    assert sentence in said.out
    written = ask("inspect", ".", "--site-card", "cards")
    assert (written.code, written.out.splitlines()[-1]) == (0, "site card: cards/centre.toml (changed)")
    assert ask("run", ".", "--controller", "net").code == 0


def test_help_and_version(ask: Ask) -> None:
    assert ask("--version").out.startswith("signals 0.")
    for words in (["--help"], ["run", "--help"], ["compare", "-h"]):
        said = ask(*words)
        assert said.code == 0
        assert "Usage: signals" in said.out
    nothing = ask()
    assert nothing.code == 2
    assert "Usage: signals" in nothing.out + nothing.err


BROKEN = {
    "cut.net.xml": '<net version="1.20"><edge id="a"',
    "empty.net.xml": "",
    "bomb.net.xml": '<!DOCTYPE net [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><net>&c;</net>',
    "outside.net.xml": '<!DOCTYPE net [<!ENTITY a SYSTEM "file:///etc/passwd">]><net>&a;</net>',
    "other.net.xml": "<routes/>",
    "picture.net.xml": "\x89PNG",
    "x.sumocfg": '<configuration><input><net-file value="none.net.xml"/></input></configuration>',
    "routes.rou.xml": "<routes/>",
    "wrong.txt": "hello",
    "typo/scenario.toml": 'format = 1\n[scenario]\nnmae = "x"\n',
    "type/scenario.toml": "format = 1\n[scenario]\nname = 3\n",
    "bare/readme": "",
}


@pytest.fixture
def broken(tmp_path: Path) -> None:
    for name, text in BROKEN.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    packed = gzip.compress(b"<net>" + b" " * 100_000_000)
    (tmp_path / "swollen.net.xml.gz").write_bytes(packed)
    (tmp_path / "half.net.xml.gz").write_bytes(packed[: len(packed) // 2])


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", "nowhere.net.xml"], 'there is no "nowhere.net.xml"'),
        (["run", "wrong.txt"], '"wrong.txt" is not a scenario'),
        (["run", "bare"], "has no scenario.toml"),
        (["run", "cut.net.xml", "routes.rou.xml"], "cut.net.xml"),
        (["run", "empty.net.xml", "routes.rou.xml"], "the file is empty"),
        (["run", "bomb.net.xml", "routes.rou.xml"], "entities are not allowed"),
        (["run", "outside.net.xml", "routes.rou.xml"], "entities are not allowed"),
        (["run", "swollen.net.xml.gz", "routes.rou.xml"], "gzip bomb"),
        (["run", "half.net.xml.gz", "routes.rou.xml"], "half.net.xml.gz"),
        (["run", "other.net.xml", "routes.rou.xml"], "expected <net>"),
        (["run", "picture.net.xml", "routes.rou.xml"], "not an XML file"),
        (["run", "x.sumocfg"], 'names "none.net.xml", and there is no such file'),
        (["run", "cut.net.xml", "none.rou.xml"], 'there is no file "none.rou.xml"'),
        (["run", "crossroads", "routes.rou.xml"], "brings its own demand"),
        (["run", "crosroads"], 'unknown scenario "crosroads"; did you mean "crossroads"?'),
        (["run", "typo"], '"scenario.nmae"; did you mean "scenario.name"?'),
        (["run", "type"], "scenario.name must be a text, got 3"),
        (["run", "crossroads", "--controller", "actuatd"], 'did you mean "actuated"?'),
        (["run", "crossroads", "--controller", "no_module:X"], "cannot be imported: ModuleNotFoundError"),
        (["run", "crossroads", "--sensing", "ful"], 'did you mean "full"?'),
        (["run", "crossroads", "--world", "simm"], 'unknown adapter "simm"; did you mean "sim"?'),
        (["run", "crossroads", "--end", "noon"], '--end must be a time such as "15:00:00"'),
        (["run", "crossroads", "--end", "0"], "time.end_s must be more than 0"),
        (["run", "crossroads", "--end", "nan"], "time.end_s must be a number"),
        (["run", "crossroads", "--gui"], "only sumo can be watched"),
        (["run", "crossroads", "--seed", "-1"], "seed"),
        (["run", "crossroads", "--out", "wrong.txt"], "is not a folder"),
        (["run", "crossroads", "--out", "wrong.txt/deeper"], 'wrong.txt" is a file, and a folder'),
        (["run", "crossroads", "--out", "bare"], "not a run"),
        (["run", "crossroads", "--out", "/proc/nowhere"], "cannot write"),
        (["compare", "crossroads", "--controllers", "net,nett"], 'did you mean "net"?'),
        (
            ["run", "crossroads", "--policy", "nowhere"],
            'expected a folder with a card, an .onnx file, or "module:attribute"',
        ),
        (
            ["run", "crossroads", "--policy", "a:b", "--controller", "net"],
            "--controller and --policy exclude each other",
        ),
        (["compare", "crossroads", "--policy", "model.zip"], "can hold code and is never loaded"),
        (["compare", "crossroads", "--controllers", ","], "there is no controller"),
        (["compare", "crossroads", "--seeds", "many"], "expected a number such as 5"),
        (["compare", "crossroads", "--out", "bare"], "not a comparison"),
        (["inspect", "cut.net.xml"], "cut.net.xml"),
        (["inspect", "nowhere"], 'unknown scenario "nowhere"'),
        (["inspect", "crossroads", "routes.rou.xml"], "others can only be given for a .net.xml"),
        (["inspect", "crossroads", "--profile", "risla"], "rilsa"),
        (["run", "crossroads", "--site-cards", "bare"], "there are no site cards in"),
        (["inspect", "crossroads", "--site-card", "bare/readme"], "cannot write"),
        (["report", "bare"], "bare"),
        (["report", "nowhere"], "nowhere"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_wrong_input_is_one_line(ask: Ask, words: list[str], sentence: str) -> None:
    one_line(ask(*words, *(SHORT if words[:2] == ["run", "crossroads"] and "--end" not in words else ())), sentence)
    assert not Path("runs").exists() or not list(Path("runs").rglob("run.json"))


@pytest.mark.parametrize("words", [["run", "--what"], ["compare", "crossroads", "--jobs", "-1"], ["nothing"]])
def test_wrong_options_exit_with_2(ask: Ask, words: list[str]) -> None:
    said = ask(*words)
    assert said.code == 2
    assert "Error: " in said.err
    assert "Traceback" not in said.err


def test_the_developer_sees_the_traceback(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALS_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["signals", "run", "crosroads"])
    with pytest.raises(Exception, match="unknown scenario"):
        cli.main()


def test_an_id_forges_no_line(ask: Ask) -> None:
    said = ask("run", "no\nerror: such.net\x1b[31m.xml")
    one_line(said, "no\\nerror: such.net\\x1b[31m.xml")


def test_ids_are_not_markup(ask: Ask) -> None:
    place = crossroads().intersections[0]
    network = replace(crossroads(), intersections=(replace(place, id="[bold]x[/bold][/] :smile:"),))
    write_network_file(Path("odd.toml"), network)
    assert 'Intersection "[bold]x[/bold][/] :smile:"' in ask("inspect", "odd.toml").out


def test_an_unsafe_plan_is_told_and_repaired_or_refused(ask: Ask) -> None:
    unsafe = Finding("error", "centre", "unsafe-stage", 'stage "2" shows green to "a" and "b"')
    Path("unsafe").mkdir()
    write_network_file(Path("unsafe/network.toml"), replace(crossroads(), findings=(unsafe,)))
    Path("unsafe/scenario.toml").write_text(
        'format = 1\n[scenario]\nname = "unsafe"\nworld = "sim"\n[time]\nend_s = 30\n[sim]\nnetwork = "network.toml"\n'
        '[[sim.flows]]\nroute = ["north_in_0>south_out_0"]\nrate_veh_h = 300\n'
    )
    said = ask("run", "unsafe", "--controller", "net")
    assert (said.code, said.err) == (0, f"unsafe: {unsafe.text}\n")
    assert ask("inspect", "unsafe").code == 1
    cards = ask("inspect", "unsafe", "--site-card", "cards")  # the conflict stays in the matrix: the card is safe
    assert (cards.code, cards.out.splitlines()[-1]) == (1, "site card: cards/centre.toml (new)")
    one_line(ask("run", "unsafe", "--strict", "--out", "strict"), unsafe.text)
    assert not Path("strict").exists()


def test_a_folder_in_use(ask: Ask) -> None:
    with locked(Path("here.partial")):
        one_line(ask("run", "crossroads", "--out", "here", *SHORT), "another run writes into")


def test_a_world_that_is_lost_is_a_failure_in_part(ask: Ask) -> None:
    one_line(ask("run", "crossroads", "--controller", f"{STUB}:LosesTheWorld", *SHORT), "the world is gone", code=1)


def test_ctrl_c_is_one_line(ask: Ask) -> None:
    said = ask("run", "crossroads", "--controller", f"{STUB}:Interrupts", "--out", "here", *SHORT)
    one_line(said, "interrupted; what was recorded is kept", code=130)
    assert not read_run(Path("here.partial")).finished


def started(folder: Path, *words: str, **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen([sys.executable, "-m", "signals.cli", *words], cwd=folder, env=environment, **options)


def test_ctrl_c_in_a_comparison_keeps_what_is_finished(tmp_path: Path) -> None:
    process = started(
        tmp_path, "compare", "crossroads", "--controllers", "net", "--seeds", "40", "--jobs", "2", "--out", "here", *SHORT,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline().endswith(b"finished\n")
    os.killpg(process.pid, signal.SIGINT)
    assert process.stderr.read().splitlines()[-1] == b"interrupted; what was recorded is kept"
    assert process.wait(20) == 130
    process.stderr.close()
    assert 1 <= len(read_comparison(tmp_path / "here").runs) < 40
    for folder in (tmp_path / "here" / "net").glob("seed-*"):
        assert folder.suffix == ".partial" or is_whole(folder)


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    process = started(tmp_path, "inspect", "crossroads", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=20)
    assert err == b""


def test_on_a_terminal_there_is_a_bar(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = started(
        tmp_path, "compare", "crossroads", "--controllers", "net", "--seeds", "1", *SHORT,
        stdout=subprocess.DEVNULL, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    end_s = time.monotonic() + 30
    while time.monotonic() < end_s:
        try:
            seen += os.read(ours, 1000)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert process.wait(10) == 0
    assert b"1 runs" in seen


@pytest.mark.sumo
@pytest.mark.sumo
def test_routes_are_recorded(ask: Ask, tmp_path: Path) -> None:
    inputs = pair_inputs(tmp_path)
    out = tmp_path / "fixed.rou.xml"
    said = ask("routes", inputs.net, "--out", out, "--end", 100)
    assert said.code == 0
    assert said.out.splitlines() == [f"24 vehicles, 2 people: {out}"]
    assert out.read_text().count("<route edges=") == 24
    one_line(ask("routes", inputs.net, "--out", tmp_path / "none" / "x.rou.xml", "--end", 9), "there is no folder")
    one_line(ask("routes", "crossroads", "--out", out), "has no section [sumo]")


def test_doctor(ask: Ask) -> None:
    said = ask("doctor")
    assert "SUMO" in said.out
    rows = [json.loads(line) for line in ask("doctor", "--json").out.splitlines()]
    assert {"what", "found", "advice"} == set(rows[0])
    assert said.code == (0 if all(row["found"] for row in rows) else 1)


@pytest.mark.sumo
def test_routes_that_do_not_fit(ask: Ask) -> None:
    net = package_path("eclipse-sumo", "tools/game/fokr_bs_demo/fokr_bs.net.xml.gz")
    Path("far.rou.xml").write_text('<routes><trip id="t" depart="0" from="Timbuktu" to="3"/></routes>')
    one_line(ask("run", net, "far.rou.xml"), 'uses the edge "Timbuktu", which the network does not have')
    said = ask("compare", net, "far.rou.xml", "--controllers", "net", "--seeds", "2")
    one_line(said, 'uses the edge "Timbuktu", which the network does not have')


def test_without_sumo_the_line_says_how_to_install_it(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda *_: None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("SUMO_HOME", raising=False)
    one_line(ask("run"), 'pip install "signals[sumo]"')
    said = ask("doctor")
    assert said.code == 1
    assert "missing" in said.out


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); from signals.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "crossroads", "--controller", "net", "--end", "900"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "cannot write" in done.stderr


def test_check(ask: Ask, tmp_path: Path) -> None:
    net = tee(tmp_path, program(SAFE))
    said = ask("check", net)
    assert (said.code, said.err) == (1, "")
    lines = said.out.splitlines()
    assert lines[0] == f"{net}: SUMO network; 1 program of 1 intersection; timing profile rilsa"
    assert lines[1].startswith('error: clearance-cut: "C", program "0", step 3, line 20, at 25 s: "S.ped" to "N.s"')
    assert lines[-2] == "1 error (clearance-cut 1); 1 warning (intergreen 1)"
    said = ask("check", net, "--json", "--level", "error")
    (line,) = said.out.splitlines()
    found = json.loads(line)
    assert (said.code, found["errors"], found["warnings"]) == (1, 1, 0)
    assert found["violations"][0]["groups"] == ["S.ped", "N.s"]
    assert ask("check", net, "--profile", "m7", "--level", "error").code == 1


def test_check_finds_nothing(ask: Ask, tmp_path: Path) -> None:
    steps = (("30", "rGggr"), ("3", "ryyyr"), ("3", "rrrrr"), ("15", "Grrrr"), ("3", "yrrrr"), ("3", "rrrrr"))
    path = additional(tmp_path, program((*steps[:-1], ("3", "rrrrG"), ("12", "rrrrr"))))
    said = ask("check", path, "--net", tee(tmp_path), "--level", "error")
    assert (said.code, said.err) == (0, "")
    assert "0 errors; 0 warnings" in said.out


def test_check_of_what_cannot_be_read(ask: Ask, tmp_path: Path) -> None:
    one_line(ask("check", tmp_path / "none.net.xml"), "No such file")
    (tmp_path / "words.txt").write_text("green")
    one_line(ask("check", tmp_path / "words.txt"), "what can be checked: a SUMO network")
    one_line(ask("check", tee(tmp_path), "--level", "all"), 'unknown level "all"')
    one_line(ask("check", tee(tmp_path), "--net", tee(tmp_path)), "--net belongs to")
    one_line(ask("check", tmp_path), "has no network.toml")
