from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from signals.checks.breaches import Report
from signals.checks.networks import check_network, check_site_card
from signals.errors import InputError, SiteCardError
from signals.model.crossroads import crossroads
from signals.model.document import to_document
from signals.model.site_card import card_of, to_table
from signals.model.timing import profile

RILSA = profile("rilsa")
Edit = Callable[[dict[str, Any]], object]


def network(folder: Path, edit: Edit = lambda _: None) -> Report:
    """Check the crossroads, with a plan that gives people on foot the 8 s that they need to leave."""
    document = copy.deepcopy(to_document(crossroads()))
    for step in plan(document)["steps"]:
        if not step.get("groups"):
            step["duration_ds"] = 80
    edit(document)
    path = folder / "network.toml"
    path.write_text(tomli_w.dumps(document), encoding="utf-8")
    return check_network(path, RILSA)


def card(folder: Path, edit: Edit = lambda _: None) -> Report:
    made = crossroads()
    table = to_table(card_of(made.intersections[0], made))
    edit(table)
    path = folder / "card.toml"
    path.write_text(tomli_w.dumps(table), encoding="utf-8")
    return check_site_card(path, RILSA)


def place(document: dict[str, Any]) -> Any:
    return document["intersections"][0]


def plan(document: dict[str, Any]) -> Any:
    return place(document)["plans"][0]


def rules(report: Report) -> set[tuple[str, str]]:
    return {(breach.level, breach.rule) for breach in report.breaches}


def test_a_network_that_is_fine(tmp_path: Path) -> None:
    report = network(tmp_path)
    assert report.breaches == ()
    assert report.checked == "1 plan of 1 intersection; timing profile rilsa"


def test_a_plan_against_its_own_intergreens(tmp_path: Path) -> None:
    report = network(
        tmp_path, lambda d: [step.update(duration_ds=10) for step in plan(d)["steps"] if "groups" not in step]
    )
    assert {rule for level, rule in rules(report) if level == "error"} >= {"intergreen"}
    found = next(breach for breach in report.breaches if breach.rule == "intergreen")
    assert (found.intersection, found.program) == ("centre", "main") or found.program
    assert found.source == report.file
    assert len(found.groups) == 2
    assert found.movements


def test_a_step_shorter_than_a_minimum_green(tmp_path: Path) -> None:
    def shorten(document: dict[str, Any]) -> None:
        next(step for step in plan(document)["steps"] if step.get("groups"))["duration_ds"] = 20

    assert ("error", "short-green") in rules(network(tmp_path, shorten))


def test_what_the_model_refuses_is_found_here(tmp_path: Path) -> None:
    def everybody(document: dict[str, Any]) -> None:
        plan(document)["steps"][0]["groups"] = [group["id"] for group in place(document)["groups"]]

    assert ("error", "conflict") in rules(network(tmp_path, everybody))

    def stage(document: dict[str, Any]) -> None:
        place(document)["stages"][0]["groups"] = [group["id"] for group in place(document)["groups"]]

    report = network(tmp_path, stage)
    assert rules(report) == {("error", "conflict")}
    assert report.breaches[0].seen.startswith('stage "')


def test_names_of_nobody(tmp_path: Path) -> None:
    report = network(tmp_path, lambda d: plan(d)["steps"][0].update(groups=["nobody"]))
    assert [(b.level, b.rule, b.seen) for b in report.breaches if b.rule == "contradiction"] == [
        ("error", "contradiction", 'step 0 names "nobody"')
    ]
    report = network(tmp_path, lambda d: place(d)["stages"][0].update(groups=["nobody"]))
    assert 'names "nobody"' in report.breaches[0].seen
    assert rules(network(tmp_path, lambda d: plan(d).update(steps=[]))) == {("error", "impossible-step")}


def test_a_network_that_contradicts_itself(tmp_path: Path) -> None:
    def one_way(document: dict[str, Any]) -> None:
        first = next(group for group in place(document)["groups"] if group.get("intergreen_ds"))
        first["intergreen_ds"] = {}

    report = network(tmp_path, one_way)
    assert rules(report) == {("error", "contradiction")}
    assert "conflict in one direction only" in report.breaches[0].seen
    assert report.unchecked == ("all the rest: first the contradiction must go",)


def test_times_that_are_not_plausible(tmp_path: Path) -> None:
    report = network(tmp_path, lambda d: place(d)["groups"][0].update(amber_ds=20))
    assert ("error", "short-amber") in rules(report)


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lane"):
        network(tmp_path, lambda d: d.update(lane=1))


def test_a_card_that_is_fine(tmp_path: Path) -> None:
    report = card(tmp_path)
    assert report.breaches == ()
    assert report.checked == "12 signal groups; timing profile rilsa"
    assert "signals inspect NET" in report.unchecked[0]


def test_a_card_that_somebody_edited(tmp_path: Path) -> None:
    report = card(tmp_path, lambda t: t["groups"][0].update(max_red_ds=1))
    (found,) = report.breaches
    assert (found.level, found.rule, found.intersection) == ("error", "altered-record", "centre")
    assert "somebody edited it" in found.required


def test_a_card_that_is_not_plausible(tmp_path: Path) -> None:
    def edit(table: dict[str, Any]) -> None:
        table["groups"][0].update(amber_ds=10, min_green_ds=10)
        walk = next(group for group in table["groups"] if group["user"] == "pedestrian")
        walk.update(clearance_ds=0)

    assert rules(card(tmp_path, edit)) == {
        ("error", "short-amber"),
        ("error", "clearance-cut"),
        ("warning", "short-green"),
        ("error", "altered-record"),
    }


def test_a_card_that_contradicts_itself(tmp_path: Path) -> None:
    report = card(tmp_path, lambda t: t["groups"][0].update(intergreen_ds={}))
    assert rules(report) == {("error", "contradiction")}


def test_a_card_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteCardError, match="format must be"):
        card(tmp_path, lambda t: t.update(format="signals-site-card/9"))
    with pytest.raises(InputError, match="colour"):
        card(tmp_path, lambda t: t.update(colour="red"))
