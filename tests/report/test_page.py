"""The page: self-contained, the same each time, and it says what the files say."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from signals.errors import RecordError
from signals.model.network import Finding, Network
from signals.record.comparison import comparison_of
from signals.record.recorder import Recorder
from signals.record.run_folder import read_comparison, run_path, write_comparison, write_run
from signals.record.run_record import RunRecord
from signals.report import render
from signals.trial import FALLBACK
from tests.report.made import make_comparison, make_run

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Checks that every element is closed, and gathers ids, references and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        self._attributes(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._attributes(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def _attributes(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            assert not name.startswith("on")
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.references.append(value or "")
            self.references += [f"#{used}" for used in re.findall(r"url\(#([^)]+)\)", value or "")]

    @property
    def text(self) -> str:
        text = "".join(self.words).replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "--")
        return re.sub(r"\s+", " ", text)


def page_of(folder: Path) -> Page:
    return Page(render(folder).read_text("utf-8"))


def test_a_comparison_says_what_the_files_say(comparison: Path) -> None:
    page = page_of(comparison)
    record = read_comparison(comparison)
    for row in record.rows:
        assert row.controller in page.text
        assert f"{row.delay.mean:.1f} [{row.delay.low:.1f}, {row.delay.high:.1f}]" in page.text
    found = record.difference("rolling_horizon", "net")
    assert found.high < 0
    assert f"rolling_horizon - net: -{-found.mean:.1f} s [-{-found.low:.1f}, -{-found.high:.1f}]" in page.text
    assert "(+1 interrupted)" in page.text
    assert "rolling_horizon: five minutes" in page.text
    assert "never inserted" in page.text
    assert "Group <b>north</b> shows amber" in page.text
    assert "1.28.0" in page.text
    assert "3 seeds (1, 2, 4)" in page.text


def test_a_run_says_what_the_files_say(run: Path) -> None:
    page = page_of(run)
    assert "One run, seed 3." in page.text
    assert "saw 1 violation:" in page.text
    assert "north <i>and</i> east" in page.text
    assert "the controller was late" in page.text
    assert "min_green" in page.text
    assert not re.search(r"\[-?\d+\.\d", page.text)  # one run has no interval


@pytest.mark.parametrize("kind", ["comparison", "run"])
def test_the_page_needs_nothing_else(kind: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(kind)
    page = page_of(folder)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed"}
    assert all(reference.startswith(("#", "data:image/png;base64,")) for reference in page.references)
    assert {reference[1:] for reference in page.references if reference.startswith("#")} == set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    text = (folder / "report.html").read_text("utf-8")
    assert "http" not in text
    assert "@import" not in text
    assert "#010203" not in text
    assert "currentColor" in text


def test_the_same_folder_gives_the_same_bytes(run: Path) -> None:
    assert render(run).read_bytes() == render(run).read_bytes()


def test_the_page_is_small(comparison: Path) -> None:
    assert render(comparison).stat().st_size < 1_000_000


def test_only_the_page_is_written(run: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run, tmp_path / "run")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "report.html"}
    render(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "report.html"} == before


def test_names_from_files_cannot_become_markup(tmp_path: Path, network: Network) -> None:
    evil = '"><script>alert(1)</script>$x$'
    place = network.intersections[0]
    groups = (replace(place.groups[0], id=evil), *place.groups[1:])
    named = replace(network, intersections=(replace(place, id=f"{evil}2", groups=groups),))
    make_run(tmp_path, named, evil, 1, 20.0)
    page = page_of(tmp_path)
    assert "script" not in page.tags
    assert evil in page.text


def test_an_interrupted_run_is_told_as_one(tmp_path: Path, network: Network) -> None:
    make_run(tmp_path, network, "net", 1, 25.0, finished=False)
    page = page_of(tmp_path)
    assert "This run did not reach its end: the simulator died." in page.text


def test_a_run_that_noted_nothing_still_has_a_page(tmp_path: Path, network: Network) -> None:
    record = RunRecord("town", "net", 1, finished=False, metrics={})
    write_run(tmp_path, record, network, Recorder(network, 10))
    page = page_of(tmp_path)
    assert "Nothing was recorded." in page.text
    assert "--" in page.text


def test_a_network_without_shapes_is_told_without_a_map(tmp_path: Path, network: Network) -> None:
    flat = replace(network, lanes=tuple(replace(lane, shape=()) for lane in network.lanes))
    make_run(tmp_path, flat, "net", 1, 25.0)
    page = page_of(tmp_path)
    assert "No map" in page.text
    assert "Stages" not in page.text
    assert "Intergreen times" in page.text


def test_an_intersection_without_plan_and_stages(tmp_path: Path, network: Network) -> None:
    bare = replace(network, intersections=(replace(network.intersections[0], plans=(), stages=()),))
    write_run(tmp_path, RunRecord("t", "net", 1, finished=True, metrics={}), bare, Recorder(bare, 10))
    page = page_of(tmp_path)
    assert "Plan of the network" not in page.text
    assert "Stages" not in page.text


def test_of_many_intersections_only_some_are_drawn(tmp_path: Path, network: Network) -> None:
    place = replace(network.intersections[0], plans=(), stages=())
    lanes = tuple(replace(lane, shape=()) for lane in network.lanes)
    many = replace(network, lanes=lanes, intersections=tuple(replace(place, id=f"place {k}") for k in range(10)))
    write_run(tmp_path, RunRecord("t", "net", 1, finished=True, metrics={}), many, Recorder(many, 10))
    page = page_of(tmp_path)
    assert "Intersection place 7" in page.text
    assert "Intersection place 8" not in page.text
    assert "has 10 intersections; the first 8 are shown" in page.text


def test_a_comparison_whose_runs_are_elsewhere_has_numbers_only(tmp_path: Path) -> None:
    runs = [RunRecord("town", name, seed, True, {"delay_s": 10.0 + seed}) for name in "ab" for seed in (1, 2)]
    write_comparison(tmp_path, comparison_of(runs))
    page = page_of(tmp_path)
    assert "a - b: 0.0 s [0.0, 0.0] (no clear difference) (two runs: the interval is not reliable)" in page.text
    assert "No network was found" in page.text
    assert "Paired differences" not in page.text


def test_a_comparison_in_which_nobody_finished(tmp_path: Path, network: Network) -> None:
    runs = [make_run(run_path(tmp_path, name, 1), network, name, 1, 9.0, finished=False) for name in "ab"]
    write_comparison(tmp_path, comparison_of(runs))
    page = page_of(tmp_path)
    assert "no finished run" in page.text


def test_a_policy_that_failed_is_told_and_not_the_best(tmp_path: Path, network: Network) -> None:
    fell = Finding("error", "", FALLBACK, "the controller was not followed, 1 times: ValueError: <b>oops</b>")
    policy = {"seat": {"decision_s": 15.0}, "files": {"mine.onnx": "abcdef"}}
    net = make_run(run_path(tmp_path, "net", 1), network, "net", 1, 30.0)
    mine = replace(
        make_run(run_path(tmp_path, "mine", 1), network, "mine", 1, 9.0), findings=(fell,), settings={"policy": policy}
    )
    write_run(run_path(tmp_path, "mine", 1), mine, network, Recorder(network, 10))
    write_comparison(tmp_path, comparison_of([net, mine]))
    page = page_of(tmp_path)
    assert "mine failed in 1 of 1 runs and somebody else decided in its place" in page.text
    assert fell.text in page.text
    assert "(1 not its own)" in page.text
    assert "net - mine: +" in page.text
    assert "seat.decision_s15.0files.mine.onnxabcdef" in page.text


def test_controllers_without_a_common_seed(tmp_path: Path) -> None:
    runs = [RunRecord("town", name, seed, True, {"delay_s": 10.0}) for name, seed in (("a", 1), ("b", 2))]
    write_comparison(tmp_path, comparison_of(runs))
    assert "a - b: no seed that both finished" in page_of(tmp_path).text


def test_a_violation_takes_a_controller_out_of_the_race(tmp_path: Path, network: Network) -> None:
    make_comparison(tmp_path, network, {"safe": 40.0, "fast": 20.0}, (1, 2))
    record = read_comparison(tmp_path)
    rows = (record.rows[0], replace(record.rows[1], violations=1))
    write_comparison(tmp_path, replace(record, rows=rows))
    page = page_of(tmp_path)
    assert "safe - fast: +" in page.text
    assert "saw 1 violation" in page.text


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"run\.json or comparison\.json"):
        render(tmp_path)


def test_a_damaged_network_is_refused(run: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(run, tmp_path / "run")
    (folder / "network.toml").write_text("= broken")
    with pytest.raises(RecordError, match=r"network\.toml"):
        render(folder)
