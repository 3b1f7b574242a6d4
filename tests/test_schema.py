from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pytest

from signals.errors import ScenarioError, UnknownNameError
from signals.schema import at_least, from_table, more_than


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    size_m: float = field(metadata=more_than(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    name: str
    count: int = field(default=1, metadata=at_least(0))
    fast: bool = False
    kind: Literal["one", "two"] = "one"
    maybe: Part | None = None
    parts: tuple[Part, ...] = ()
    words: tuple[str, ...] = ()
    free: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name == "bad":
            raise ScenarioError("name: it is bad")


def test_everything_that_toml_can_say_is_read() -> None:
    table = {
        "name": "n",
        "count": 0,
        "fast": True,
        "kind": "two",
        "maybe": {"size_m": 1},
        "parts": [{"size_m": 2.5}],
        "words": ["a", "b"],
        "free": {"anything": [1]},
    }
    assert from_table(Whole, table, "x.toml") == Whole(
        name="n",
        count=0,
        fast=True,
        kind="two",
        maybe=Part(size_m=1.0),
        parts=(Part(size_m=2.5),),
        words=("a", "b"),
        free={"anything": [1]},
    )
    assert type(from_table(Part, {"size_m": 3}, "x").size_m) is float


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({}, '"x.toml": the key name is missing'),
        ({"name": 3}, '"x.toml": name must be a text, got 3'),
        ({"name": "n", "count": 1.0}, "count must be a whole number, got 1.0"),
        ({"name": "n", "count": True}, "count must be a whole number, got True"),
        ({"name": "n", "count": -1}, "count must be at least 0, got -1"),
        ({"name": "n", "fast": 1}, "fast must be true or false, got 1"),
        ({"name": "n", "maybe": {"size_m": 0}}, "maybe.size_m must be more than 0, got 0"),
        ({"name": "n", "maybe": {"size_m": float("nan")}}, "maybe.size_m must be a number, got nan"),
        ({"name": "n", "maybe": {"size_m": True}}, "maybe.size_m must be a number, got True"),
        ({"name": "n", "maybe": 3}, "maybe must be a table, got 3"),
        ({"name": "n", "parts": [{"size_m": 1}, {}]}, "the key parts[1].size_m is missing"),
        ({"name": "n", "parts": "x" * 99}, f"parts must be a list, got '{'x' * 36}..."),
        ({"name": "n", "words": ["a", 2]}, "words[1] must be a text, got 2"),
        ({"name": "n", "free": []}, "free must be a table, got []"),
        ({"name": "bad"}, '"x.toml": name: it is bad'),
    ],
)
def test_what_is_wrong_is_named_by_file_and_key(table: dict[str, object], sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_table(Whole, table, "x.toml")
    assert sentence in str(caught.value)
    assert str(caught.value).count("x.toml") == 1


def test_an_unknown_key_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r'unknown key in "x.toml": "cuont"; did you mean "count"\?'):
        from_table(Whole, {"name": "n", "cuont": 3}, "x.toml")
    with pytest.raises(UnknownNameError, match=r'"maybe.size"; did you mean "maybe.size_m"\?'):
        from_table(Whole, {"name": "n", "maybe": {"size": 3}}, "x.toml")


@pytest.mark.parametrize("value", ["tow", 2, True, None])
def test_a_choice_is_one_of_its_values(value: object) -> None:
    with pytest.raises(UnknownNameError, match=r'unknown value of kind in "x.toml": .*\(known: one, two\)'):
        from_table(Whole, {"name": "n", "kind": value}, "x.toml")
