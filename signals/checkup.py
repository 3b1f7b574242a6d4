"""What is installed here: this package, what it stands on, and the simulator."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from signals.adapters.sumo.install import Row, check

__all__ = ["check_up"]

_NEEDED = ("signals", "numpy", "numba", "matplotlib")
_PARQUET = 'tables are written as CSV only; pip install "signals[data]"'


def check_up() -> list[Row]:
    """Look for everything that a run may need; a row without `found` says what to do."""
    needed = [Row(name, _version(name), "" if _version(name) else f"pip install {name}") for name in _NEEDED]
    parquet = Row("pyarrow", _version("pyarrow"), "" if _version("pyarrow") else _PARQUET)
    return [Row("Python", f"{platform.python_version()} on {platform.system()}", ""), *needed, parquet, *check()]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
