from __future__ import annotations

import io
import json
import math
from pathlib import Path

from rich.console import Console

from signals import screens
from signals.adapters.sumo.install import Row
from signals.record.comparison import comparison_of
from signals.record.run_record import RunRecord
from signals.study import Progress


def record(controller: str, seed: int, delay_s: float, *, finished: bool = True) -> RunRecord:
    return RunRecord(
        "town", controller, seed, finished, {"delay_s": delay_s, "bicycle_delay_s": math.nan}, violations=2
    )


def shown(thing: object, *, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, markup=False)
    console.print(thing)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


COMPARISON = comparison_of(
    [
        record("net", 1, 40.0),
        record("net", 2, 44.0),
        record("[b]mine[/b]", 1, 30.0),
        record("[b]mine[/b]", 2, 0, finished=False),
    ]
)


def test_a_comparison_shows_means_intervals_and_differences() -> None:
    text = shown(screens.comparison_table(COMPARISON))
    assert "42.0 [40.0, 44.0]" in text
    assert "[b]mine[/b]" in text
    assert "-10.0" in text
    assert "1 (+1 not whole)" in text


def test_a_comparison_is_an_object_per_controller() -> None:
    net, mine = screens.comparison_rows(COMPARISON)
    assert (net["controller"], net["delay_s"], net["low_s"], net["high_s"]) == ("net", 42.0, 40.0, 44.0)
    assert (net["runs"], net["violations"], mine["interrupted"]) == (2, 4, 1)
    assert net["metrics"] == {"delay_s": 42.0}
    assert json.loads(screens.json_line(mine))["low_s"] is None


def test_a_run_shows_what_is_known() -> None:
    text = shown(screens.run_table(record("net", 3, 40.04)))
    assert "town: net, seed 3" in text
    assert "40.0" in text
    assert "stops" not in text
    found = screens.run_object(record("net", 3, 40.0))
    assert found["metrics"] == {"delay_s": 40.0}


def test_what_is_not_a_number_is_null() -> None:
    line = screens.json_line({"a": math.nan, "b": [math.inf, 1, "x"], "c": {"d": -math.inf}})
    assert json.loads(line) == {"a": None, "b": [None, 1, "x"], "c": {"d": None}}


def test_the_doctor_says_what_to_do() -> None:
    text = shown(screens.doctor_table([Row("SUMO", "1.28", ""), Row("libsumo", "", "pip install it")]))
    assert "1.28" in text
    assert "missing" in text
    assert "pip install it" in text


def test_progress_is_silent_where_nobody_looks() -> None:
    console = Console(file=io.StringIO())
    with screens.watched(console, "run") as on_tick:
        assert on_tick is None
    with screens.followed(console, 2, quiet=True) as tell:
        tell(Progress("net", 1, 0.5, "running"))
        tell(Progress("net", 1, 1.0, "finished"))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""


def test_every_run_that_ends_has_its_line() -> None:
    console = Console(file=io.StringIO(), width=20)
    with screens.followed(console, 3, quiet=False) as tell:
        tell(Progress("net", 1, 0.5, "running"))
        tell(Progress("net", 1, 1.0, "finished"))
        tell(Progress("net", 2, 1.0, "kept"))
        tell(Progress("[a]", 2, 0.0, "failed", "a long\nreason " + "x" * 30))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "net, seed 1: finished",
        "net, seed 2: kept",
        "[a], seed 2: failed: a long\\nreason " + "x" * 30,
    ]


def test_on_a_terminal_there_is_a_bar() -> None:
    console = Console(file=io.StringIO(), force_terminal=True)
    with screens.watched(console, "a [b]run") as on_tick:
        assert on_tick is not None
        on_tick(0.5)
    with screens.followed(console, 2, quiet=False) as tell:
        tell(Progress("net", 1, 0.5, "running"))
        tell(Progress("net", 1, 1.0, "failed", "it broke"))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "2 runs" in text
    assert "it broke" in text
    assert "a [b]run" in text


def test_wide_tables_fit_where_they_are_shown(tmp_path: Path) -> None:
    wide = screens.table("t", ["a", *"bcdefgh"], [["x" * 30] * 8])
    assert max(map(len, shown(wide, width=80).splitlines())) <= 80
