"""The one decorator that turns a plain function over arrays into a compiled kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numba
import numpy as np

if TYPE_CHECKING:
    P = ParamSpec("P")
    R = TypeVar("R")

    def kernel(function: Callable[P, R]) -> Callable[P, R]:
        """Keep the type of the function, so that mypy checks every call of a kernel."""
        ...

    def inlined(function: Callable[P, R]) -> Callable[P, R]:
        """Keep the type of the function."""
        ...
else:

    def inlined(function):
        """Compile a part of kernels, put into each of them: a call would copy the descriptors of all its arrays."""
        return numba.njit(cache=True, nogil=True, _nrt=False, forceinline=True)(function)

    def kernel(function):
        """Compile with Numba: cached on disk, without the GIL, without fastmath.

        Without Numba's run-time library, too: it only counts references to arrays, which took up to half of the time
        of a kernel, and without it a kernel that allocates does not compile. `NUMBA_DISABLE_JIT=1` makes every kernel
        run as the plain Python it is.
        """
        return numba.njit(cache=True, nogil=True, _nrt=False)(function)


def quick(columns: Iterable[Any]) -> tuple[Any, ...]:
    """Return arrays and numbers as the tuple that is fastest to hand to a kernel.

    A plain tuple, because a NamedTuple takes four times as long to hand over; as plain Python with memoryviews instead
    of arrays, because they give integers where arrays give NumPy scalars, which are slow. They share the memory.
    """
    if numba.config.DISABLE_JIT:
        return tuple(column.data if isinstance(column, np.ndarray) else column for column in columns)
    return tuple(columns)


__all__ = ["inlined", "kernel", "quick"]
