"""The rules of the house that no linter knows. Every list of exceptions here may only shrink."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "signals"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "scenarios" not in path.parts)
MODULES = [path for path in SOURCES if path.name != "__init__.py"]

FILE_LINES = 400
FUNCTION_LINES = 30
KERNEL_LINES = 60
LONGER_FILES = {"kernels/traffic.py": 480}  # one kernel with its parts
ARGUMENTS = 6

FORBIDDEN_WORDS = {"util", "utils", "helper", "helpers", "common", "base", "manager", "misc"}

LONG_FUNCTIONS: set[str] = {
    "model/arrays.py:arrays_of",  # one line a column
}
"""``file:function`` that may be longer."""

MANY_ARGUMENTS: set[str] = {
    "adapters/sim/world.py:__init__",  # settings of a plug-in, all but two by name
    "safety/guard.py:__init__",  # settings of a site, all but one by name
}
"""``file:function`` that may take more."""

UNTESTED: set[str] = {
    "errors.py",  # a tree of names; each is raised in the test of whoever raises it
    "kernels/horizon_values.py",  # tuples of arrays; the kernels' tests fill and read them
    "model/roles.py",  # protocols; `signals.testing` checks them
}
"""Modules without a test file of their own name."""

CATCHES_EVERYTHING = {"safety/fallback.py", "plugins.py", "adapters/cabinet/line.py"}
"""Where a stranger's code is called: turned into an event or into one line, never swallowed."""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_kernel(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(decorator) in {"kernel", "inlined", "part"} for decorator in function.decorator_list)


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, its documentation left out."""
    documented = ast.get_docstring(function) is not None
    body = function.body[1:] if documented else function.body
    if not body:
        return 0
    assert function.end_lineno is not None
    return function.end_lineno - body[0].lineno + 1


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def defined_names(path: Path) -> Iterator[str]:
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_holds_one_idea(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGER_FILES.get(name_of(path), FILE_LINES)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_function_fits_the_eye(path: Path) -> None:
    too_long = {
        f"{name_of(path)}:{function.name} ({code_lines(function)})"
        for function in functions(path)
        if code_lines(function) > (KERNEL_LINES if is_kernel(function) else FUNCTION_LINES)
        and f"{name_of(path)}:{function.name}" not in LONG_FUNCTIONS
    }
    assert not too_long


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_arguments_are_few(path: Path) -> None:
    too_many = set()
    for function in functions(path):
        rows = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        given = [row.arg for row in rows if row.arg not in ("self", "cls")]
        if len(given) > ARGUMENTS and not is_kernel(function):
            too_many.add(f"{name_of(path)}:{function.name} ({len(given)})")
    if path.name.startswith("cli"):  # typer: an option is an argument
        return
    assert not {row for row in too_many if row.split(" ")[0] not in MANY_ARGUMENTS}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_names_say_something(path: Path) -> None:
    assert not {name for name in defined_names(path) if words(name) & FORBIDDEN_WORDS}


@pytest.mark.parametrize(
    "path", [p for p in MODULES if "adapters" not in p.parts and p.name != "dual_ring.py"], ids=name_of
)
def test_phase_is_a_foreign_word(path: Path) -> None:
    lines = [line.strip() for line in path.read_text().splitlines() if re.search("phase", line, re.IGNORECASE)]
    assert not lines


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_file_has_its_test(path: Path) -> None:
    if name_of(path) in UNTESTED:
        return
    folders, stem = path.relative_to(PACKAGE).parts[:-1], path.stem
    wanted = [ROOT.joinpath("tests", *folders, f"test_{stem}.py")]
    if len(folders) > 1:  # tests/adapters/test_sumo_network.py is as good as tests/adapters/sumo/test_network.py
        wanted.append(ROOT.joinpath("tests", folders[0], f"test_{'_'.join((*folders[1:], stem))}.py"))
    assert any(test.is_file() for test in wanted), f"none of {[str(test.relative_to(ROOT)) for test in wanted]}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_swallowed_and_nothing_is_global(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Global)]
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    wide = [node.lineno for node in handlers if node.type is None or "Exception" in ast.unparse(node.type).split(".")]
    assert not wide or name_of(path) in CATCHES_EVERYTHING
    silent = [node.lineno for node in handlers if [type(line) for line in node.body] == [ast.Pass]]
    assert not silent, "use contextlib.suppress and say why"


@pytest.mark.parametrize("path", [p for p in MODULES if not p.name.startswith("cli")], ids=name_of)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert not [node.lineno for node in calls if isinstance(node.func, ast.Name) and node.func.id == "print"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_say_what_they_offer(path: Path) -> None:
    text = path.read_text()
    assert "from __future__ import annotations" in text
    assert path.stem.startswith("_") or "\n__all__ = [" in text
    assert ast.get_docstring(ast.parse(text))


def test_the_exceptions_exist() -> None:
    for row in (*LONG_FUNCTIONS, *MANY_ARGUMENTS):
        file, name = row.split(":")
        assert name in {function.name for function in functions(PACKAGE / file)}
    for file in (*UNTESTED, *CATCHES_EVERYTHING):
        assert (PACKAGE / file).is_file()
