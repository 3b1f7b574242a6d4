"""Runs a module that may be mad against checks, until one of them notices."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, NamedTuple

Names = dict[str, Any]
"""What a module defines."""


class Check(NamedTuple):
    """A way to find out that a module is not as it should be: `find` returns what is wrong, or nothing."""

    by: str
    find: Callable[[Names], str]


class TooLongError(Exception):
    """It did not end."""


def killer(code: CodeType, module: str, checks: Iterable[Check], limit_s: float) -> str:
    """Say which check finds something wrong, and what; an empty string if none does.

    Parameters
    ----------
    code
        A module.
    module
        Its name.
    checks
        The cheapest first.
    limit_s
        How long each may take, in time of this process.
    """
    by = "loading"
    try:
        with _at_most(limit_s):
            names = load(code, module)
        for by, find in checks:
            with _at_most(limit_s):
                wrong = find(names)
            if wrong:
                return f"{by}: {wrong}"
    except TooLongError:
        return f"{by}: does not end"
    except Exception as error:  # noqa: BLE001  a mutant may do anything
        return f"{by}: raises {type(error).__name__}"
    return ""


def finder_of(killed: str) -> str:
    """Sum up what `killer` returned."""
    by, _, wrong = killed.partition(": ")
    if wrong.startswith("raises"):
        return "an error"
    return "the time limit" if wrong == "does not end" else f"the {by}"


def load(code: CodeType, module: str) -> Names:
    """Run the code of a module and return what it defines."""
    names: Names = {"__name__": module}
    exec(code, names)  # noqa: S102  our own source, changed in one place
    return names


@contextmanager
def _at_most(limit_s: float) -> Iterator[None]:
    """Raise after a time that this process has spent: a busy machine kills no mutant."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit_s)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
