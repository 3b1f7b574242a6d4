"""The one decorator that turns a plain function over arrays into a compiled kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    P = ParamSpec("P")
    R = TypeVar("R")

    def kernel(function: Callable[P, R]) -> Callable[P, R]:
        """Keep the type of the function, so that mypy checks every call of a kernel."""
        ...
else:
    import numba

    def kernel(function):
        """Compile with Numba: cached on disk, without the GIL, without fastmath.

        `NUMBA_DISABLE_JIT=1` makes every kernel run as the plain Python it is.
        """
        return numba.njit(cache=True, nogil=True)(function)


__all__ = ["kernel"]
