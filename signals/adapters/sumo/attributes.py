"""Attributes of XML elements as numbers and words, with an error that says where the wrong one stands."""

from __future__ import annotations

from math import isfinite
from typing import NoReturn

from signals.adapters.sumo.safe_xml import Element
from signals.errors import FileError

__all__ = ["number", "refuse", "seconds", "text", "whole"]


def text(element: Element, key: str, default: str | None = None) -> str:
    """Return an attribute.

    Raises
    ------
    FileError
        When it is missing and there is no default.
    """
    value = element.attributes.get(key, default)
    if value is None:
        refuse(element, f'attribute "{key}" is missing')
    return value


def number(element: Element, key: str, default: float | None = None) -> float:
    """Return an attribute as a finite number.

    Raises
    ------
    FileError
        When it is no such number, or missing without a default.
    """
    raw = element.attributes.get(key)
    if raw is None and default is not None:
        return default
    try:
        value = float(text(element, key))
    except ValueError:
        refuse(element, f'attribute "{key}" must be a number, got "{raw}"')
    if not isfinite(value):
        refuse(element, f'attribute "{key}" must be finite, got "{raw}"')
    return value


def whole(element: Element, key: str, default: int | None = None) -> int:
    """Return an attribute as a whole number >= 0; `number` says what is raised."""
    value = number(element, key, default)
    if value != int(value) or value < 0:
        refuse(element, f'attribute "{key}" must be a whole number >= 0, got "{value:g}"')
    return int(value)


def seconds(element: Element, key: str, default: float | None = None) -> float:
    """Return a time: seconds, or ``[days:]hours:minutes:seconds``.

    Raises
    ------
    FileError
        When it is no time, or missing without a default.
    """
    raw = element.attributes.get(key, "")
    if ":" not in raw:
        return number(element, key, default)
    parts = raw.split(":")
    try:
        values = [float(part) for part in parts]
    except ValueError:
        values = []
    if not 3 <= len(values) <= 4 or not all(isfinite(value) for value in values):
        refuse(element, f'attribute "{key}" must be a time in seconds or as hours:minutes:seconds, got "{raw}"')
    days, hours, minutes, rest = [0.0, *values][-4:]
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def refuse(element: Element, why: str) -> NoReturn:
    """Raise a `FileError` that names the file, the line and the element."""
    name = f' "{element.attributes["id"]}"' if "id" in element.attributes else ""
    raise FileError(f"{element.path}, line {element.line}: <{element.tag}>{name}: {why}")
