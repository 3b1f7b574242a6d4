"""Modules of the safety layer with a bug planted on purpose, as plain Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

import signals.safety.guard
import signals.safety.interstage
from signals.safety.guard import Guard


def plant(module: ModuleType, *bugs: tuple[str, str]) -> ModuleType:
    """Run the source of a module again, with passages replaced and without compiling anything."""
    source = inspect.getsource(module)
    for old, new in bugs:
        assert source.count(old) == 1, f"{source.count(old)} places to plant a bug: {old}"
        source = source.replace(old, new)
    source = source.replace("from signals.kernels.compile import kernel\n", "")
    twin = ModuleType(module.__name__)
    twin.__dict__["kernel"] = lambda function: function
    exec(compile(source, f"<planted {module.__name__}>", "exec"), twin.__dict__)  # noqa: S102
    return twin


def plain_step() -> Callable[..., None]:
    return plant(signals.safety.interstage).step


def guard_with(
    network: Any, *bugs: tuple[str, str], module: ModuleType = signals.safety.interstage, **settings: Any
) -> Guard:
    """Build a guard whose interstage kernel, or whose own code, has bugs."""
    twin = plant(module, *bugs)
    if module is signals.safety.guard:
        return twin.Guard(network, **settings)
    guard = plant(signals.safety.guard)
    guard.__dict__["step"] = twin.step
    return guard.Guard(network, **settings)
