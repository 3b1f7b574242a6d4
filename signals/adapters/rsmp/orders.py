"""The only commands that are ever sent to a site. What is not in this file cannot be asked for."""

from __future__ import annotations

from typing import Final

from signals.adapters.rsmp.messages import Argument
from signals.adapters.rsmp.sxl import COMMANDS

__all__ = ["ALLOWED", "Order", "choose_plan", "set_backup", "set_bands", "set_cycle", "set_offset"]

ALLOWED: Final = frozenset({"M0002", "M0014", "M0015", "M0018", "M0023"})
"""Choose a plan, move its splits, its offset, its cycle, and the time after which the site forgets us."""

Order = tuple[Argument, ...]


def choose_plan(plan: int, code: str, *, on: bool) -> Order:
    """Run a plan, or let the site choose again."""
    return _order("M0002", status=str(on), securityCode=code, timeplan=str(plan))


def set_bands(plan: int, extensions: dict[int, int], code: str) -> Order:
    """Set the extension of each band of a plan, in seconds."""
    text = ",".join(f"{band}-{more}" for band, more in sorted(extensions.items()))
    return _order("M0014", plan=str(plan), status=text, securityCode=code)


def set_offset(plan: int, offset_s: int, code: str) -> Order:
    """Set the offset of a plan."""
    return _order("M0015", status=str(offset_s), plan=str(plan), securityCode=code)


def set_cycle(plan: int, cycle_s: int, code: str) -> Order:
    """Set the cycle of a plan."""
    return _order("M0018", status=str(cycle_s), plan=str(plan), securityCode=code)


def set_backup(minutes: int, code: str) -> Order:
    """Set after how many minutes without a connection the site returns to its own program; never 0, which is never."""
    if minutes < 1:
        raise ValueError(f"expected at least a minute, got {minutes}")
    return _order("M0023", status=str(minutes), securityCode=code)


def _order(code: str, **values: str) -> Order:
    kind = COMMANDS[code]
    if code not in ALLOWED:
        raise ValueError(f"{code} is never sent")
    for name, check in kind.arguments.items():
        if not check(values[name]):
            raise ValueError(f"{code}: {name} is out of its range")
    return tuple(Argument(code, name, kind.order, values[name]) for name in kind.arguments)
