"""Results folders, made once: nothing in these tests changes them but the page itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.model.crossroads import crossroads
from signals.model.network import Network
from tests.report.made import make_comparison, make_run


@pytest.fixture(scope="session")
def network() -> Network:
    return crossroads()


@pytest.fixture(scope="session")
def comparison(tmp_path_factory: pytest.TempPathFactory, network: Network) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    make_comparison(folder, network, {"net": 40.0, "max_pressure": 26.0, "rolling_horizon": 20.0}, (1, 2, 4))
    return folder


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, network: Network) -> Path:
    folder = tmp_path_factory.mktemp("run")
    make_run(folder, network, "net", 3, 25.0)
    return folder
