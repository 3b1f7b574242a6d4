from __future__ import annotations

from pathlib import Path

import pytest

from signals.bench.lineup import Chosen, read_lineup
from signals.errors import FileError, InputError
from signals.record.files import sha256_of

TEXT = """
[tuned_fixed]
controller = "fixed_time"
settings = { replan_s = 600.0 }
maps.cologne1 = { plan_file = "plan.toml" }

[plain]
controller = "net"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "lineup.toml"
    path.write_text(text)
    return path


def test_settings_hold_everywhere_and_more_on_a_map(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text("plans = []")
    found = read_lineup(written(tmp_path, TEXT))
    tuned = found["tuned_fixed"]
    assert tuned.controller == "fixed_time"
    assert tuned.on("cologne3") == {"replan_s": 600.0}
    assert tuned.on("cologne1") == {"replan_s": 600.0, "plan_file": str(plan)}
    assert tuned.origin() == {
        "": {"replan_s": 600.0},
        "cologne1": {"replan_s": 600.0, "plan_file": sha256_of(plan)},
    }
    assert found["plain"] == Chosen(controller="net")
    assert found["plain"].origin() == {}


def test_the_content_of_a_file_counts_not_its_place(tmp_path: Path) -> None:
    origins = []
    for name, text in (("one", "a = 1"), ("two", "a = 1"), ("three", "a = 2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan.toml").write_text(text)
        origins.append(read_lineup(written(tmp_path / name, TEXT))["tuned_fixed"].origin())
    assert origins[0] == origins[1] != origins[2]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (TEXT, FileError, "plan_file names"),
        ("x = 1", InputError, "x must be a table"),
        ("[x]\nsettings = {}", InputError, "x.controller is missing"),
        ('[x]\ncontroller = "net"\nmap = {}', InputError, "did you mean"),
        ('[x]\ncontroller = "net"\nmaps.nowhere = {}', InputError, 'unknown map "nowhere"'),
        ('[x]\ncontroller = "net"\nmaps.cologne1 = 3', InputError, "x.maps.cologne1 must be a table"),
        ("[", FileError, "is not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        read_lineup(written(tmp_path, text))
