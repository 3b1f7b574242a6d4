"""Which code a result depends on: the modules that take part in it, and nothing that only stands beside them.

A campaign takes days, and what is right in it stays right while somebody works on another controller.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import signals
from signals.record.files import sha256_of

__all__ = ["closure", "closure_sha256", "imports_of"]

_PACKAGE = "signals"
_HOME = Path(signals.__path__[0]).parent
_BESIDE = frozenset({"plugins.py"})
"""Says which names there are; what is behind them is hashed itself."""


def closure_sha256(roots: Iterable[str], without: tuple[str, ...] = ()) -> str:
    """Hash everything of this package that some modules import; comments, docstrings and spaces do not count.

    Parameters
    ----------
    roots
        Names of modules, ``signals.…``.
    without
        Modules and packages that are imported but never used, and so left out with everything that only they import.
    """
    found = hashlib.sha256()
    for path in sorted(closure(roots, without)):
        if path.name not in _BESIDE:
            found.update(f"{path.relative_to(_HOME).as_posix()} {_meaning_sha256(path)}\n".encode())
    return found.hexdigest()


def closure(roots: Iterable[str], without: tuple[str, ...] = ()) -> Mapping[Path, str]:
    """Return the files that `closure_sha256` hashes, now or later imported, each with the SHA-256 of its bytes."""
    found: dict[Path, str] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name.startswith(without):
            continue
        words = name.split(".")
        for length in range(1, len(words) + 1):  # a package runs before its modules
            path = _path_of(words[:length])
            if path is not None and path not in found:
                found[path] = sha256_of(path)
                waiting += imports_of(path)
    return found


@cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Return what a file imports of this package, at any place but for type checkers; names may be no modules."""
    return tuple(_imports(ast.parse(path.read_bytes())))


def _imports(tree: ast.AST) -> Iterator[str]:
    waiting = [tree]
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


def _path_of(words: list[str]) -> Path | None:
    """Return the file of a module; None for a name inside one."""
    path = _HOME.joinpath(*words)
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def _meaning_sha256(path: Path) -> str:
    """Hash what a file means to Python."""
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            head = node.body[0]
            if (
                isinstance(head, ast.Expr)
                and isinstance(head.value, ast.Constant)
                and isinstance(head.value.value, str)
            ):
                del node.body[0]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()
