"""What a mutant may change: for a node of a syntax tree, everything that could stand there by a slip."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Slot = tuple[ast.AST, str, int | None]
"""A place in a tree: a node, the name of its field, and the index where the field is a list."""

COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
OPPOSITES = {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
ARITHMETIC = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.FloorDiv, ast.Add),
    ast.FloorDiv: (ast.Mult, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Div: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.LShift: (ast.RShift,),
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "zeros": "ones", "ones": "zeros"}
STATEMENTS = (ast.Assign, ast.AugAssign, ast.Return, ast.Continue, ast.Break, ast.Raise)


@dataclass(frozen=True)
class Neighbours:
    """Names of the same kind, in rows: each may be mistaken for the one before and the one after it."""

    names: Sequence[Sequence[str]]
    attributes: Sequence[Sequence[str]]
    members: Sequence[Sequence[str]]
    """Of enumerations: their name, and those of their members."""


def get(slot: Slot) -> ast.AST:
    """Return what stands at a place."""
    node, field, index = slot
    found = getattr(node, field)
    return found if index is None else found[index]


def put(slot: Slot, new: ast.AST) -> None:
    """Let something else stand at a place."""
    node, field, index = slot
    if index is None:
        setattr(node, field, new)
    else:
        getattr(node, field)[index] = new


def changes(slot: Slot, neighbours: Neighbours) -> Iterator[ast.AST]:
    """Yield all that could stand at a place instead."""
    node = get(slot)
    if _is_condition(slot):
        yield from _other_conditions(node)
    match node:
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BinOp():
            for kind in ARITHMETIC.get(type(node.op), ()):
                yield ast.BinOp(node.left, kind(), node.right)
            yield node.left
            yield node.right
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            yield node.operand
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.Call():
            yield from _other_calls(node)
        case ast.Slice():
            yield from _other_slices(node)
        case ast.Constant() | ast.Name() | ast.Attribute():
            yield from _other_leaves(node, neighbours)
        case ast.stmt():
            yield from _other_statements(node)


def _is_condition(slot: Slot) -> bool:
    node, field, _ = slot
    return (
        (isinstance(node, ast.If | ast.While | ast.IfExp) and field == "test")
        or (isinstance(node, ast.BoolOp) and field == "values")
        or (isinstance(node, ast.comprehension) and field == "ifs")
    )


def _other_conditions(node: ast.AST) -> Iterator[ast.expr]:
    yield ast.Constant(value=True)
    yield ast.Constant(value=False)
    if isinstance(node, ast.expr) and not isinstance(node, ast.UnaryOp):
        yield ast.UnaryOp(ast.Not(), node)


def _other_comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    for number, op in enumerate(node.ops):
        kinds = [kind for kind in COMPARISONS if type(op) in COMPARISONS and not isinstance(op, kind)]
        for kind in kinds or [OPPOSITES[type(op)]]:
            ops = [*node.ops[:number], kind(), *node.ops[number + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)


def _other_calls(node: ast.Call) -> Iterator[ast.expr]:
    match node.func:
        case ast.Name(id=name) if name in CALLS:
            yield ast.Call(ast.Name(CALLS[name], ast.Load()), node.args, node.keywords)
        case ast.Attribute(attr=name) if name in CALLS:
            yield ast.Call(ast.Attribute(node.func.value, CALLS[name], ast.Load()), node.args, node.keywords)
        case ast.Name(id="range"):
            *before, end = node.args
            start = before[0] if before else ast.Constant(value=0)
            one = ast.Constant(value=1)
            yield ast.Call(node.func, [ast.BinOp(start, ast.Add(), one), end], [])
            yield ast.Call(node.func, [*before, ast.BinOp(end, ast.Sub(), one)], [])


def _other_slices(node: ast.Slice) -> Iterator[ast.expr]:
    one = ast.Constant(value=1)
    if node.upper is not None:
        yield ast.Slice(node.lower, ast.BinOp(node.upper, ast.Sub(), one), node.step)
    if node.lower is not None:
        yield ast.Slice(ast.BinOp(node.lower, ast.Add(), one), node.upper, node.step)


def _other_leaves(node: ast.Constant | ast.Name | ast.Attribute, neighbours: Neighbours) -> Iterator[ast.expr]:
    match node:
        case ast.Constant(value=bool(value)):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value=value + 1)
            yield ast.Constant(value=value - 1)
        case ast.Name(id=name):
            for other in beside(name, neighbours.names):
                yield ast.Name(other, node.ctx)
        case ast.Attribute(value=ast.Name(id=owner), attr=name) if any(owner == row[0] for row in neighbours.members):
            for other in beside(name, [row[1:] for row in neighbours.members if row[0] == owner]):
                yield ast.Attribute(node.value, other, node.ctx)
        case ast.Attribute(attr=name):
            for other in beside(name, neighbours.attributes):
                yield ast.Attribute(node.value, other, node.ctx)


def beside(name: str, rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names before and after a name, in the first row that has it."""
    for row in rows:
        if name in row:
            place = row.index(name)
            return [row[k] for k in (place - 1, place + 1) if 0 <= k < len(row)]
    return []


def _other_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if isinstance(node, STATEMENTS) or is_call:
        yield ast.Pass()
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        yield ast.Pass()
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub):
        op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        yield ast.AugAssign(node.target, op, node.value)
        yield ast.Assign([node.target], node.value)
    if isinstance(node, ast.If) and node.orelse:
        yield ast.If(node.test, node.orelse, node.body)
