"""Modules of the safety layer with a bug planted on purpose, as plain Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy as np

import signals.safety.guard
import signals.safety.interstage
from signals.safety.guard import Guard


def plant(module: ModuleType, *bugs: tuple[str, str]) -> ModuleType:
    """Run the source of a module again, with passages replaced and without compiling anything.

    Raises
    ------
    ValueError
        When a passage does not stand in the source exactly once.
    """
    source = inspect.getsource(module)
    for old, new in bugs:
        if source.count(old) != 1:
            found = f"{module.__name__}: to plant a bug, this must be there once, not {source.count(old)} times"
            raise ValueError(f"{found}: {old}")
        source = source.replace(old, new)
    source = source.replace("from signals.kernels.compile import kernel\n", "")
    twin = ModuleType(module.__name__)
    twin.__dict__["kernel"] = lambda function: function
    exec(compile(source, f"<planted {module.__name__}>", "exec"), twin.__dict__)  # noqa: S102
    return twin


def views(columns: Iterable[Any]) -> tuple[Any, ...]:
    """Return arrays as a kernel wants them that runs as plain Python (see `signals.kernels.compile.quick`)."""
    return tuple(column.data if isinstance(column, np.ndarray) else column for column in columns)


def plain_step(*bugs: tuple[str, str]) -> Callable[..., None]:
    """Return the kernel, or one with bugs, as plain Python, for whoever hands it arrays."""
    step = plant(signals.safety.interstage, *bugs).step

    def plain(site: Iterable[Any], state: Iterable[Any], *inputs: Any) -> None:
        step(views(site), views(state), *views(inputs))

    return plain


def guard_with(
    network: Any, *bugs: tuple[str, str], module: ModuleType = signals.safety.interstage, **settings: Any
) -> Guard:
    """Build a guard whose interstage kernel, or whose own code, has bugs."""
    guard = plant(signals.safety.guard, *(bugs if module is signals.safety.guard else ()))
    kernel = plant(signals.safety.interstage, *(bugs if module is signals.safety.interstage else ()))
    guard.__dict__["step"], guard.__dict__["quick"] = kernel.step, views
    return guard.Guard(network, **settings)
