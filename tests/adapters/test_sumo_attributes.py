from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo import attributes as module
from signals.adapters.sumo.attributes import number, refuse, seconds, text, whole
from signals.adapters.sumo.safe_xml import Element
from signals.errors import FileError


def element(**attributes: str) -> Element:
    return Element("lane", attributes, [], 7, Path("x.net.xml"))


def test_values() -> None:
    given = element(id="a", length="12.5", index="3", at="1:00:02.5", day="1:0:0:1", plain="90.5")
    assert text(given, "id") == "a"
    assert text(given, "no", "b") == "b"
    assert number(given, "length") == 12.5
    assert number(given, "no", 3.2) == 3.2
    assert whole(given, "index") == 3
    assert whole(given, "no", 4) == 4
    assert seconds(given, "plain") == 90.5
    assert seconds(given, "at") == 3602.5
    assert seconds(given, "day") == 86401
    assert seconds(given, "no", 0.0) == 0.0


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("text", None, 'attribute "v" is missing'),
        ("number", None, 'attribute "v" is missing'),
        ("number", "x", 'attribute "v" must be a number, got "x"'),
        ("number", "nan", 'attribute "v" must be finite, got "nan"'),
        ("number", "1e999", 'attribute "v" must be finite'),
        ("whole", "1.5", 'attribute "v" must be a whole number'),
        ("whole", "-1", 'attribute "v" must be a whole number'),
        ("seconds", "1:30", "must be a time"),
        ("seconds", "a:b:c", "must be a time"),
        ("seconds", "1:2:nan", "must be a time"),
        ("seconds", "soon", "must be a number"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(key: str, value: str | None, sentence: str) -> None:
    given = element(id="e_0", **({} if value is None else {"v": value}))
    with pytest.raises(FileError) as refusal:
        getattr(module, key)(given, "v")
    assert str(refusal.value).startswith('x.net.xml, line 7: <lane> "e_0": ')
    assert sentence in str(refusal.value)


def test_an_element_without_an_id() -> None:
    with pytest.raises(FileError, match=r"^x.net.xml, line 7: <lane>: why$"):
        refuse(element(), "why")
