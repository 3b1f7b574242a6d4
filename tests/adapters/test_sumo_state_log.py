from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.state_log import Shown, read_state_log
from signals.errors import FileError
from tests.adapters.sumo_tee import write


def read(folder: Path, *rows: tuple[str, str, str]) -> dict[str, list[Shown]]:
    text = "".join(
        f'<tlsState time="{time}" id="{name}" programID="0" phase="0" state="{state}"/>\n' for time, name, state in rows
    )
    return read_state_log(write(folder, "states.xml", f"<tlsStates>\n{text}</tlsStates>"))


def test_a_state_is_kept_once_and_until_when_it_was_seen(tmp_path: Path) -> None:
    found = read(
        tmp_path, ("0.0", "A", "G"), ("0.0", "B", "r"), ("1.0", "A", "G"), ("2.5", "A", "y"), ("3.5", "A", "y")
    )
    assert found == {
        "A": [Shown(0, "G", 2), Shown(25, "y", 5), Shown(35, "y", 6)],
        "B": [Shown(0, "r", 3), Shown(0, "r", 3)],
    }


def test_times_may_be_written_for_people(tmp_path: Path) -> None:
    assert read(tmp_path, ("01:00:00", "A", "G"))["A"][0].time_ds == 36_000


def test_what_is_wrong_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="before that of the record above it"):
        read(tmp_path, ("5", "A", "G"), ("4", "A", "r"))
    with pytest.raises(FileError, match='"time" must be a number'):
        read(tmp_path, ("soon", "A", "G"))
    with pytest.raises(FileError, match='"state" is missing'):
        read_state_log(write(tmp_path, "s.xml", '<tlsStates><tlsState time="0" id="A"/></tlsStates>'))
    with pytest.raises(FileError, match="expected <tlsStates>"):
        read_state_log(write(tmp_path, "n.xml", "<net/>"))
