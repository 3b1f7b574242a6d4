"""Every controller that comes with the package keeps its contract."""

from __future__ import annotations

import pytest

from signals import plugins
from signals.testing import check_controller


@pytest.mark.parametrize("name", sorted(plugins.BUILT_IN["controllers"]))
def test_controller(name: str) -> None:
    check_controller(name)
