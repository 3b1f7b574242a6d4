"""The one decorator that turns a plain function over arrays into a compiled kernel.

Compiled kernels are kept on disk, beside their source or, where that is read-only, in the user's cache. Numba by itself
looks at the file of a kernel only, and would go on using a caller that has swallowed an old version of what it calls.
Here a kernel is compiled anew when any file changes that its own takes kernels, rows or constants from, directly or
not; what was compiled before is overwritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numba
import numpy as np
from numba.core.caching import FunctionCache, IndexDataCacheFile

ROOMS = ("signals.kernels", "signals.safety", "signals.env")
"""Where kernels live. What they take from elsewhere are types, which change nothing of what is compiled."""
HOME = Path(__file__).parents[2]
IMPORT = re.compile(rb"^from ((?:%s)\.\w+) import" % b"|".join(room.encode() for room in ROOMS), re.MULTILINE)

if TYPE_CHECKING:
    P = ParamSpec("P")
    R = TypeVar("R")

    def kernel(function: Callable[P, R]) -> Callable[P, R]:
        """Keep the type of the function, so that mypy checks every call of a kernel."""
        ...

    def inlined(function: Callable[P, R]) -> Callable[P, R]:
        """Keep the type of the function."""
        ...

    def part(function: Callable[P, R]) -> Callable[P, R]:
        """Keep the type of the function."""
        ...
else:

    def inlined(function):
        """Compile a part of kernels, put into each of them: a call would copy the descriptors of all its arrays."""
        return _compiled(function, is_part=True, forceinline=True)

    def part(function):
        """Compile a part of kernels: without a way in from Python, which takes half of compiling it.

        Called from Python, as tests do, it runs as the plain Python it is. It is not kept on disk by itself.
        """
        return _compiled(function, is_part=True)

    def kernel(function):
        """Compile with Numba: cached on disk, without the GIL, without fastmath.

        Without Numba's run-time library, too: it only counts references to arrays, which took up to half of the time
        of a kernel, and without it a kernel that allocates does not compile. `NUMBA_DISABLE_JIT=1` makes every kernel
        run as the plain Python it is. One whose name begins with an underscore is a `part`.
        """
        return _compiled(function, is_part=function.__name__.startswith("_"))


def quick(columns: Iterable[Any]) -> tuple[Any, ...]:
    """Return arrays and numbers as the tuple that is fastest to hand to a kernel.

    A plain tuple, because a NamedTuple takes four times as long to hand over; as plain Python with memoryviews instead
    of arrays, because they give integers where arrays give NumPy scalars, which are slow. They share the memory.
    """
    if numba.config.DISABLE_JIT:
        return tuple(column.data if isinstance(column, np.ndarray) else column for column in columns)
    return tuple(columns)


def sources(path: Path) -> str:
    """Return a checksum of a file with kernels and of all files in `ROOMS` that it imports from, near or far."""
    found, ahead = {path}, [path]
    while ahead:
        new = set(_read(ahead.pop())[1]) - found
        found |= new
        ahead += new
    return sha256("\n".join(sorted(f"{file.name} {_read(file)[0]}" for file in found)).encode()).hexdigest()


@cache
def _read(path: Path) -> tuple[str, tuple[Path, ...]]:
    """Return the checksum of a file and which files it imports from; nothing for what is no file, as in a notebook."""
    if not path.is_file():
        return "", ()
    text = path.read_bytes()
    named = (HOME.joinpath(*name.decode().split(".")).with_suffix(".py") for name in IMPORT.findall(text))
    return sha256(text).hexdigest(), tuple(file for file in named if file.is_file())


class _Cache(FunctionCache):  # type: ignore[misc]  # numba has no types
    """Numba's cache on disk, which looks at all sources of a kernel."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = (self._impl.locator.get_source_stamp(), sources(Path(function.__code__.co_filename)))
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, stamp)


def _compiled(function: Callable[..., Any], *, is_part: bool, **options: Any) -> Callable[..., Any]:
    options |= {"no_cpython_wrapper": is_part, "no_cfunc_wrapper": True}
    made: Any = numba.njit(nogil=True, _nrt=False, **options)(function)
    if made is function:  # NUMBA_DISABLE_JIT gives it back as it is
        return made
    if is_part:
        # Whom Python calls it would look for among what was made known with `_insert`, and jump there, to nowhere.
        made._insert = lambda *_: None  # noqa: SLF001
        made._compile_for_args = lambda *_, **__: function  # noqa: SLF001
    else:
        made._cache = _Cache(function)  # noqa: SLF001  what `cache=True` does, with another class
    return made  # type: ignore[no-any-return]


__all__ = ["ROOMS", "inlined", "kernel", "part", "quick", "sources"]
