from __future__ import annotations

from pathlib import Path

from signals.adapters.sumo.complaints import first_error, one_line, refusal
from signals.errors import ScenarioError, WorldLostError

LOG = """Loading done.
Warning: not this
Error: Vehicle 'x' will not be able to depart using the given velocity, time=3.00.
Error: The edge 'q' is not known.
 The route can not be build.
Error: a second one
"""


def test_the_first_real_error_counts_with_all_its_lines(tmp_path: Path) -> None:
    (tmp_path / "sumo.log").write_text(LOG)
    assert first_error(tmp_path) == "The edge 'q' is not known. The route can not be build."
    assert first_error(tmp_path, "Error: on the console") == "The edge 'q' is not known. The route can not be build."


def test_the_console_speaks_where_the_log_does_not(tmp_path: Path) -> None:
    assert first_error(tmp_path) == ""
    assert first_error(tmp_path, "Warning: a\nError: b\nQuitting") == "b"


def test_a_refusal_is_about_the_scenario_only_if_sumo_says_so(tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path, "code 1", "Error: no"), ScenarioError)
    lost = refusal(tmp_path, "it ended with\n code -11", "Loading")
    assert isinstance(lost, WorldLostError)
    assert str(lost) == "SUMO could not be started: it ended with code -11"
    assert one_line(ValueError(" a\n\tb ")) == "a b"
