from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

from signals import checkup


def test_versions_are_said() -> None:
    rows = {row.what: row for row in checkup.check_up()}
    assert rows["Python"].found.startswith(platform.python_version())
    assert rows["numpy"].found == np.__version__
    assert {"signals", "numba", "pyarrow", "SUMO", "libsumo"} <= set(rows)
    assert not rows["numpy"].advice


def test_what_is_missing_comes_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(checkup, "version", nothing)
    rows = {row.what: row for row in checkup.check_up()}
    assert (rows["numba"].found, rows["numba"].advice) == ("", "pip install numba")
    assert rows["pyarrow"].advice.endswith('pip install "signals[data]"')
