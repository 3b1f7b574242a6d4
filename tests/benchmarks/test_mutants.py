"""The engine that makes mutants: what it changes, how it names it, and that it changes nothing else."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import signals.safety.interstage
from benchmarks.safety.mutation.mutants import Mutant, Specimen

Make = Callable[[str], Specimen]


@pytest.fixture
def specimen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make mutants of a text."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(text: str) -> Specimen:
        (tmp_path / "victim.py").write_text(text)
        sys.modules.pop("victim", None)
        return Specimen(__import__("victim"))

    yield make
    sys.modules.pop("victim", None)


def changes(found: Specimen) -> set[str]:
    return {mutant.change for mutant in found.mutants}


def test_comparisons_become_each_other(specimen: Make) -> None:
    found = changes(specimen("def f(a, b):\n    return a < b\n"))
    assert {f"a < b → a {op} b" for op in ("<=", ">", ">=", "==", "!=")} <= found
    assert "delete: return a < b" in found


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("x = a + b", "a + b → a - b"),
        ("x = a - b", "a - b → a"),
        ("x = a // b", "a // b → a % b"),
        ("x = -a", "-a → a"),
        ("x = not a", "not a → a"),
        ("x = a and b", "a and b → a or b"),
        ("x = a and b", "a and b → True and b"),
        ("x = a if b else 0", "a if b else 0 → 0 if b else a"),
        ("x = a if b else 0", "a if b else 0 → a if False else 0"),
        ("x = 3", "3 → 4"),
        ("x = True", "True → False"),
        ("x = min(a, b)", "min(a, b) → max(a, b)"),
        ("x = a is None", "a is None → a is not None"),
        ("x = a[1:b]", "a[1:b] → a[1:b - 1]"),
        ("x = list(range(b))", "range(b) → range(0 + 1, b)"),
        ("a += b", "a += b → a -= b"),
        ("a += b", "delete: a += b"),
        ("if a: b = 1", "a → not a"),
        ("if a:\n        b = 1\n    else:\n        b = 2", "swap arms: if a:"),
        ("while a: break", "delete: break"),
    ],
)
def test_what_may_slip(specimen: Make, line: str, change: str) -> None:
    assert change in changes(specimen(f"def f(a, b):\n    {line}\n"))


def test_names_become_their_neighbours_of_the_same_kind(specimen: Make) -> None:
    found = specimen(
        "from typing import NamedTuple\n"
        "RED, GREEN, AMBER = 0, 1, 2\n"
        "class Site(NamedTuple):\n    amber_ds: int\n    red_ds: int\n    name: str\n"
        "def f(site, first: int, last: int, x: list):\n    return x[first], site.amber_ds == GREEN\n"
    )
    own = {mutant.change for mutant in found.mutants if mutant.place == "victim.f"}
    assert {"x[first] → x[last]", "site.amber_ds → site.red_ds"} <= own
    assert {"site.amber_ds == GREEN → site.amber_ds == RED", "site.amber_ds == GREEN → site.amber_ds == AMBER"} <= own
    assert not [change for change in own if "site.name" in change]


def test_constants_of_a_module_move_by_one(specimen: Make) -> None:
    found = specimen("LONGEST = 60\nNAMES = ('a', 'b')\n")
    assert [mutant.name for mutant in found.mutants] == ["victim.<module>:1 60 → 61", "victim.<module>:1 60 → 59"]


def test_annotations_texts_decorators_and_assertions_are_left_alone(specimen: Make) -> None:
    found = specimen(
        'import functools\n@functools.lru_cache(3)\ndef f(a: "int | 3" = 0):\n    """Three."""\n'
        "    return list(zip(a, strict=True))\n"
    )
    assert changes(found) == {"a: 'int | 3'=0 → a: 'int | 3'=1", "a: 'int | 3'=0 → a: 'int | 3'=-1"} | {
        "delete: return list(zip(a, strict=True))"
    }


def test_two_of_the_same_in_a_line_are_told_apart(specimen: Make) -> None:
    found = specimen("def f(a):\n    return a * a, 1, 1\n")
    keys = [mutant.key for mutant in found.mutants]
    assert len(set(keys)) == len(keys)


def test_a_mutant_is_made_and_nothing_of_it_stays(specimen: Make) -> None:
    found = specimen("def f(a, b):\n    if a < b:\n        return 1\n    return 0\n")
    before = found.text()
    texts = [found.text(mutant) for mutant in found.mutants]
    assert len(set(texts)) == len(texts)
    assert before not in texts
    assert found.text() == before == ast.unparse(ast.parse(found.source))
    values = [_call(found, mutant) for mutant in found.mutants if mutant.change.startswith("a < b → a ")]
    assert values == [(1, 1), (0, 0), (0, 1), (0, 1), (1, 0)]  # <=, >, >=, ==, != of (1, 2) and (1, 1)


def _call(found: Specimen, mutant: Mutant) -> tuple[Any, Any]:
    names: dict[str, Any] = {}
    exec(found.code(mutant), names)  # noqa: S102
    return names["f"](1, 2), names["f"](1, 1)


def test_they_are_the_same_every_time_and_every_one_can_be_compiled() -> None:
    one, other = (Specimen(signals.safety.interstage) for _ in range(2))
    assert [mutant.name for mutant in one.mutants] == [mutant.name for mutant in other.mutants]
    assert len(one.mutants) > 1000
    for mutant in one.mutants[::10]:
        one.code(mutant)


def test_it_reads_the_module_itself() -> None:
    module: ModuleType = signals.safety.interstage
    assert Specimen(module).name == "interstage"
