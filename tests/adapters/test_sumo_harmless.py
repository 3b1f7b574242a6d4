from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.harmless import harmless, speakable, write_xml, xml
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import FileError
from tests.adapters.sumo_pair import element
from tests.adapters.sumo_tee import write


def test_harmless_elements_are_left_alone(tmp_path: Path) -> None:
    one = element(
        '<r><vType id="t"><param key="has.rerouting.device" value="1"/><param key="x.y"/></vType></r>', tmp_path
    )
    assert harmless(one) is one
    assert xml(one) == '<vType id="t"><param key="has.rerouting.device" value="1"/><param key="x.y"/></vType>'


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def lines() -> object:
        yield "<a/>"
        raise OSError(28, "No space left on device")

    path = write(tmp_path, "x.xml", "before")
    with pytest.raises(FileError, match="No space left"):
        write_xml(path, "r", lines())  # type: ignore[arg-type]
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_paths_that_sumo_takes_for_one_file() -> None:
    assert speakable(Path("/a b/c-d_e.f:g"))
    assert not any(speakable(Path(f"/a{mark}b")) for mark in (",", ";", "${x}", "\n"))


def test_text_is_quoted(tmp_path: Path) -> None:
    one = Element("param", {"key": "a", "value": "<\"&'>\n"}, [], 1, tmp_path)
    (back,) = events(write_xml(tmp_path / "x.xml", "r", [xml(one)]), {"param"})
    assert back.attributes == one.attributes
