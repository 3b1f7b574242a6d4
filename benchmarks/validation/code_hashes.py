"""Which code a result depends on: the modules that take part in it, and nothing that only stands beside them.

A run in SUMO takes minutes, and stays right while somebody works on the built-in simulator.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import signals
from signals import plugins
from signals.errors import InputError
from signals.record.files import sha256_of

__all__ = ["check_code", "code_files", "code_sha256", "roots_of"]

_PACKAGE = "signals"
_HOME = Path(signals.__path__[0]).parent
_LOOP = (
    "signals.loop", "signals.sensing.full", "signals.safety.guard", "signals.safety.fallback",
    "signals.control.net_plan", "signals.record.metrics", "signals.adapters.sumo.network",
)  # fmt: skip
_SUMO = "signals.adapters.sumo.world"
_SIM = ("signals.trial", "signals.adapters.sim.world", "signals.adapters.sumo.travel")
_MESO = ("signals.adapters.sumo.prepare", "signals.adapters.sumo.results", "signals.record.metrics")


def roots_of(world: str, controller: str) -> tuple[str, ...]:
    """Return the modules from which everything is imported that a run depends on."""
    if world == "meso":
        return _MESO
    mind = plugins.spec("controllers", controller).partition(":")[0]
    return (*_LOOP, mind, *(_SIM if world == "sim" else (_SUMO,)))


@cache
def code_sha256(roots: tuple[str, ...]) -> str:
    """Hash everything of this package that some modules import; comments, docstrings and spaces do not count."""
    found = hashlib.sha256()
    for path in sorted(code_files(roots)):
        found.update(f"{path.parent.name}/{path.name}\n{_meaning(path)}\n".encode())
    return found.hexdigest()


@cache
def code_files(roots: tuple[str, ...]) -> Mapping[Path, str]:
    """Return the files of this package that some modules import, now or later, each with the SHA-256 of its bytes."""
    found: dict[Path, str] = {}
    waiting = list(roots)
    while waiting:
        words = waiting.pop().split(".")
        for length in range(1, len(words) + 1):  # a package runs before its modules
            path = _path_of(words[:length])
            if path is not None and path not in found:
                found[path] = sha256_of(path)
                waiting += _imports(path)
    return found


def check_code(files: Mapping[Path, str]) -> None:
    """Refuse to run where a file is another than it was when the key of the result was made.

    Raises
    ------
    InputError
        Which says what to do.
    """
    for path, sha256 in files.items():
        if not path.is_file() or sha256_of(path) != sha256:
            raise InputError(f"{path.name} was changed after this comparison began; start it again")


def _path_of(words: list[str]) -> Path | None:
    """Return the file of a module; None for a name inside one."""
    path = _HOME.joinpath(*words)
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _imports(path: Path) -> Iterator[str]:
    """Yield what a file imports of this package, at any place but for type checkers; names may be no modules."""
    waiting: list[ast.AST] = [ast.parse(path.read_bytes())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == _PACKAGE:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.partition(".")[0] == _PACKAGE)
        waiting += ast.iter_child_nodes(node)


@cache
def _meaning(path: Path) -> str:
    """Return what a file means to Python."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            head = node.body[0] if node.body else None
            if (
                isinstance(head, ast.Expr)
                and isinstance(head.value, ast.Constant)
                and isinstance(head.value.value, str)
            ):
                del node.body[0]
    return ast.dump(tree)
