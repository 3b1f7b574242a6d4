from __future__ import annotations

import re
from pathlib import Path

import pytest

from signals.bench.campaign import Campaign, Entrant
from signals.bench.lineup import Chosen
from signals.bench.packages import MANIFEST, add_package, read_package
from signals.bench.publishing import HTML_FILE, MARKDOWN_FILE, publish, write_leaderboard
from signals.bench.results import Result
from signals.bench.stage import Stage
from signals.errors import RecordError
from tests.bench.made import make_result, small_suite
from tests.report.test_page import Page

RUNS = tuple(
    make_result(name, seed, delay_s + seed) for name, delay_s in (("net", 40.0), ("mine", 20.0)) for seed in (1, 2)
)


def campaign(folder: Path, results: tuple[Result, ...] = RUNS) -> Campaign:
    suite = small_suite()
    names = dict.fromkeys(result.case.controller for result in results)
    entrants = tuple(Entrant(name, Chosen(controller=name), f"hash of {name}") for name in names)
    return Campaign(suite, entrants, {"crossroads": Stage("crossroads", suite, folder)}, results)


def test_everything_is_there_and_answers_for_itself(tmp_path: Path) -> None:
    (standing,) = publish(tmp_path, campaign(tmp_path))
    assert standing.controllers == ("mine", "net")
    manifest, results = read_package(tmp_path)
    assert len(results) == 4
    assert (manifest.suite, set(manifest.maps), manifest.times) == (
        "small", {"crossroads"}, {"crossroads": "30 to 90 s"},
    )  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "plots" / "M-A-1").iterdir()) == [
        "crossroads-delays.svg", "crossroads-queues.svg",
    ]  # fmt: skip
    assert not list(tmp_path.rglob("*.part"))


def test_the_page_is_well_formed_and_says_what_the_text_says(tmp_path: Path) -> None:
    publish(tmp_path, campaign(tmp_path))
    html, text = (tmp_path / HTML_FILE).read_text(), (tmp_path / MARKDOWN_FILE).read_text()
    page = Page(html)
    words = " ".join(page.words)
    assert len(page.ids) == len(set(page.ids))
    assert not [reference for reference in page.references if "://" in reference]
    for word in ("Rules M, tier A", "mine", "Gridlock", "share of net's delay", "hash of mine"[:12]):
        assert word in words
        assert word in text
    assert "mean per intersection and decision [ms]" in words
    assert "[ms]" not in text
    assert html.count("<svg") == 2


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        publish(tmp_path / name, campaign(tmp_path / name))
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two


def test_what_was_added_stands_in_the_leaderboard(tmp_path: Path) -> None:
    publish(tmp_path / "ours", campaign(tmp_path))
    theirs = tuple(make_result("new", seed, 10.0 + seed) for seed in (1, 2))
    publish(tmp_path / "city", campaign(tmp_path, theirs))
    tables = {path.name: path.read_bytes() for path in (tmp_path / "ours").glob("*.csv")}
    add_package(tmp_path / "ours", tmp_path / "city")
    (standing,) = write_leaderboard(tmp_path / "ours")
    assert standing.controllers == ("new (city)", "mine", "net")
    text = (tmp_path / "ours" / MARKDOWN_FILE).read_text()
    assert re.search(r"\| new \(city\) \| hash of new \|", text)
    assert {path.name: path.read_bytes() for path in (tmp_path / "ours").glob("*.csv")} == tables
    # Whoever runs more afterwards keeps what was added.
    (again,) = publish(tmp_path / "ours", campaign(tmp_path))
    assert "new (city)" in again.controllers


def test_a_folder_that_is_half_written_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, campaign(tmp_path))

    def fail(*_: object) -> None:
        raise RecordError("the disk is full")

    monkeypatch.setattr("signals.bench.publishing.write_tables", fail)
    with pytest.raises(RecordError, match="full"):
        publish(tmp_path, campaign(tmp_path))
    assert not (tmp_path / MANIFEST).exists()
