"""A table checked against a frozen dataclass: the fields are the keys, their types and bounds are the rules.

Bounds stand in a field's metadata: `at_least` and `more_than` make them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import TypeVar, get_args, get_origin, get_type_hints

from signals.errors import ScenarioError, UnknownNameError

__all__ = ["at_least", "from_table", "more_than"]

T = TypeVar("T")

_WORDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


def at_least(low: float) -> Mapping[str, float]:
    """Return the metadata of a field that must not be less than a number."""
    return {"at_least": low}


def more_than(low: float) -> Mapping[str, float]:
    """Return the metadata of a field that must be greater than a number."""
    return {"more_than": low}


def from_table(kind: type[T], table: Mapping[str, object], where: str, path: str = "") -> T:
    """Build a dataclass from a table, strictly.

    Parameters
    ----------
    kind
        A dataclass whose fields are texts, numbers, truth values, literals, tuples of these, dataclasses or mappings
        (which are not looked into).
    table
        Key → value, as TOML gives them.
    where
        The file, for messages.
    path
        The key under which the table stands, for messages.

    Raises
    ------
    UnknownNameError
        For a key that does not exist.
    ScenarioError
        For a key that is missing, or whose value is of a wrong type or out of range.
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]  # a dataclass by contract
    for key in table:
        if key not in known:
            raise UnknownNameError(f'key in "{where}":', _under(path, key), [_under(path, name) for name in known])
    hints, values = get_type_hints(kind), {}
    for name, field in known.items():
        if name in table:
            values[name] = _value(hints[name], table[name], where, _under(path, name))
            _check_bounds(field.metadata, values[name], where, _under(path, name))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ScenarioError(f'"{where}": the key {_under(path, name)} is missing')
    try:
        return kind(**values)
    except ScenarioError as error:
        raise ScenarioError(f'"{where}": {error}') from error


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _value(hint: object, given: object, where: str, path: str) -> object:
    if isinstance(hint, UnionType):
        (hint,) = (kind for kind in get_args(hint) if kind is not NoneType)
    if isinstance(hint, type) and is_dataclass(hint):
        return from_table(hint, _of_type(dict, given, where, path, "a table"), where, path)
    origin = get_origin(hint)
    if origin is tuple:
        rows = _of_type(list, given, where, path, "a list")
        return tuple(_value(get_args(hint)[0], row, where, f"{path}[{number}]") for number, row in enumerate(rows))
    if origin is Mapping:
        return _of_type(dict, given, where, path, "a table")
    if isinstance(hint, type):
        return _plain(hint, given, where, path)
    return _one_of(get_args(hint), given, where, path)


def _of_type(kind: type[T], given: object, where: str, path: str, word: str) -> T:
    if not isinstance(given, kind):
        raise ScenarioError(f'"{where}": {path} must be {word}, got {_shown(given)}')
    return given


def _plain(kind: type, given: object, where: str, path: str) -> object:
    """Take a text, a truth value or a finite number; a whole number is a number, true and false are not."""
    right = type(given) is kind or (kind is float and type(given) is int)
    if not right or (isinstance(given, float) and not math.isfinite(given)):
        raise ScenarioError(f'"{where}": {path} must be {_WORDS[kind]}, got {_shown(given)}')
    return float(given) if kind is float and isinstance(given, int) else given


def _one_of(choices: tuple[object, ...], given: object, where: str, path: str) -> object:
    if given not in choices or isinstance(given, bool):
        raise UnknownNameError(
            f'value of {path} in "{where}":', str(given), [str(choice) for choice in choices if choice != ""]
        )
    return given


def _check_bounds(metadata: Mapping[str, float], given: object, where: str, path: str) -> None:
    if not isinstance(given, float | int):
        return
    if "at_least" in metadata and given < metadata["at_least"]:
        raise ScenarioError(f'"{where}": {path} must be at least {metadata["at_least"]:g}, got {given:g}')
    if "more_than" in metadata and given <= metadata["more_than"]:
        raise ScenarioError(f'"{where}": {path} must be more than {metadata["more_than"]:g}, got {given:g}')


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 40 else f"{text[:37]}..."
