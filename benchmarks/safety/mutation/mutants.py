"""Mutants: every small change of a module that could be a slip of its author, in an order that never changes.

Made from the syntax tree (see `operators`). Left alone are annotations, texts, decorators, and `strict=`, which asserts
and decides nothing.
"""

from __future__ import annotations

import ast
import enum
import inspect
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import CodeType, ModuleType

from benchmarks.safety.mutation.operators import Neighbours, Slot, changes, get, put

KINDS = ("_ds", "_offset", "_first")
"""Ends of names that say what a variable is; others go by how they are used."""


@dataclass(frozen=True)
class Mutant:
    """One change, not made yet: at `slot` stands `new` instead.

    `place` is ``module.function``; `line` and `text` say where in the source, `change` says what.
    """

    place: str
    line: int
    text: str
    change: str
    slot: Slot
    new: ast.AST

    @property
    def name(self) -> str:
        """Where it is, with the line, and what changes."""
        return f"{self.place}:{self.line} {self.change}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same when other lines come and go."""
        return self.place, self.text, self.change


class Specimen:
    """A module and its mutants.

    Parameters
    ----------
    module
        The module as it is.
    kinds
        Classes of other modules whose fields may be mistaken for one another.
    """

    def __init__(self, module: ModuleType, kinds: Iterable[type] = ()) -> None:
        self.module, self.name = module, module.__name__.rpartition(".")[2]
        self.source = inspect.getsource(module)
        self.tree = ast.parse(self.source)
        self._lines = self.source.splitlines()
        own = [value for value in vars(module).values() if isinstance(value, type)]
        enums = [kind for kind in own if issubclass(kind, enum.Enum)]
        self._neighbours = Neighbours(
            names=[_constants(self.tree)],
            attributes=[row for kind in dict.fromkeys([*own, *kinds]) for row in _fields_by_type(kind)],
            members=[[kind.__name__, *kind.__members__] for kind in enums],
        )
        self.mutants = _told_apart(list(self._all()))

    def code(self, mutant: Mutant | None = None) -> CodeType:
        """Compile the module, with a mutant in it."""
        with self._with(mutant):
            return compile(self.tree, f"<{self.name}>", "exec")

    def text(self, mutant: Mutant | None = None) -> str:
        """Return the module as Python writes it, with a mutant in it."""
        with self._with(mutant):
            return ast.unparse(self.tree)

    @staticmethod
    @contextmanager
    def _with(mutant: Mutant | None) -> Iterator[None]:
        if mutant is None:
            yield
            return
        old = get(mutant.slot)
        put(mutant.slot, mutant.new)
        try:
            yield
        finally:
            put(mutant.slot, old)

    def _all(self) -> Iterator[Mutant]:
        for name, function in _functions(self.tree.body, self.name):
            neighbours = replace(self._neighbours, names=[*self._neighbours.names, *_variables(function)])
            for trail in _trails(function, ()):
                yield from self._at(name, trail, neighbours)
        for statement in self.tree.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                for trail in _trails(statement, ()):
                    if isinstance(get(trail[-1]), ast.Constant):
                        yield from self._at(f"{self.name}.<module>", trail, self._neighbours)

    def _at(self, place: str, trail: tuple[Slot, ...], neighbours: Neighbours) -> Iterator[Mutant]:
        slot, node = trail[-1], get(trail[-1])
        line: int = getattr(node, "lineno", 0)
        for new in changes(slot, neighbours):
            ast.fix_missing_locations(ast.copy_location(new, node))
            yield Mutant(place, line, self._lines[line - 1].strip(), _words(trail, new), slot, new)


def _trails(node: ast.AST, before: tuple[Slot, ...]) -> Iterator[tuple[Slot, ...]]:
    """Walk down to every node that may change, and tell the way; outer functions leave inner ones to themselves."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "op", "ops", "ctx", "targets", "target"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.FunctionDef):
                continue
            if isinstance(child, ast.keyword) and child.arg == "strict":
                continue
            trail = (*before, (node, field, index))
            yield trail
            yield from _trails(child, trail)


def _words(trail: tuple[Slot, ...], new: ast.AST) -> str:
    """Say what changes: the smallest expression that can be recognised, before and after."""
    slot, old = trail[-1], get(trail[-1])
    if isinstance(new, ast.Pass):
        return f"delete: {_first_line(old)}"
    if isinstance(new, ast.If) and isinstance(old, ast.If):
        return f"swap arms: {_first_line(old)}"
    depth = len(trail) - 1
    small = isinstance(old, ast.Constant | ast.Name | ast.Slice)
    while small and depth > 0 and isinstance(get(trail[depth - 1]), ast.expr | ast.arguments):
        depth -= 1
        small = isinstance(get(trail[depth]), ast.Slice | ast.Tuple)
    whole = get(trail[depth])
    before = _first_line(whole)
    put(slot, new)
    after = _first_line(whole if depth < len(trail) - 1 else new)
    put(slot, old)
    return f"{before} → {after}"


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _told_apart(mutants: Sequence[Mutant]) -> list[Mutant]:
    """Give a number to those that have the same name but for their place in the line."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for mutant in mutants:
        seen[mutant.key] += 1
        number = seen[mutant.key]
        found.append(mutant if number == 1 else replace(mutant, change=f"{mutant.change} #{number}"))
    return found


def _functions(body: Sequence[ast.stmt], name: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield f"{name}.{node.name}", node
            yield from _functions(node.body, f"{name}.{node.name}")
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{name}.{node.name}")


def _constants(tree: ast.Module) -> list[str]:
    """Names in capitals that a module gives to numbers, in their order."""
    found = []
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names = [one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])]
        found += [one.id for one in names if isinstance(one, ast.Name) and one.id.isupper()]
    return found


def _fields_by_type(kind: type) -> list[list[str]]:
    """Fields of a class in rows of the same annotation."""
    rows: dict[str, list[str]] = {}
    for name, annotation in inspect.get_annotations(kind).items():
        rows.setdefault(str(annotation), []).append(name)
    return [row for row in rows.values() if len(row) > 1]


def _variables(function: ast.FunctionDef) -> list[list[str]]:
    """Variables of a function in rows of the same kind, in the order in which they appear."""
    arguments = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    kinds = {one.arg: ast.unparse(one.annotation) for one in arguments if one.annotation}
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    for node in sorted(names, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node.ctx, ast.Store):
            kinds.setdefault(node.id, "local")
    indices = _used_as_index(function)
    rows: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        end = next((end for end in KINDS if name.endswith(end)), "")
        number = not end and (kind == "int" or (kind == "local" and name in indices))
        rows.setdefault("number" if number else end or kind, []).append(name)
    return [row for row in rows.values() if len(row) > 1]


def _used_as_index(function: ast.FunctionDef) -> set[str]:
    places = [node.slice for node in ast.walk(function) if isinstance(node, ast.Subscript)]
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            places += node.args
    inside = itertools.chain.from_iterable(_scalars(place) for place in places)
    return {node.id for node in inside if isinstance(node, ast.Name)}


def _scalars(node: ast.AST) -> Iterator[ast.AST]:
    """Walk an index, but not into the indices within."""
    yield node
    if not isinstance(node, ast.Subscript):
        for child in ast.iter_child_nodes(node):
            yield from _scalars(child)
