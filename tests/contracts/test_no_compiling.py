"""Nothing is compiled, nor loaded from the compiler's cache, once the first tick has been read."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from signals import plugins

# In a fresh interpreter: what another test has compiled already would not be noticed.
CODE = """
import json, sys
from numba.core import dispatcher
import signals
from signals.adapters.sim.world import SimWorld
from signals.adapters.sumo.world import SumoWorld

scenario, controller, changes = json.loads(sys.argv[1])
begun, found = [], []
compile_kernel = dispatcher.Dispatcher.compile

def noted_compile(self, sig):
    if begun:
        found.append(self.py_func.__module__ + "." + self.py_func.__name__)
    return compile_kernel(self, sig)

def noted(read):
    def noted_read(self):
        begun.append(True)
        return read(self)
    return noted_read

dispatcher.Dispatcher.compile = noted_compile
for kind in (SimWorld, SumoWorld):
    kind.read = noted(kind.read)
signals.run(signals.load(scenario, **changes), controller)
assert begun
print(json.dumps(sorted(set(found))))
"""


def compiled_in_the_loop(scenario: str, controller: str, **changes: object) -> list[str]:
    """Run, and name every kernel that was compiled or loaded after the first reading."""
    told = json.dumps([scenario, controller, changes])
    done = subprocess.run([sys.executable, "-c", CODE, told], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("controller", sorted(plugins.BUILT_IN["controllers"]))
def test_in_the_built_in_simulator(controller: str) -> None:
    assert not compiled_in_the_loop("crossroads", controller, end_s=90.0)


def test_with_detectors_only() -> None:
    assert not compiled_in_the_loop("crossroads", "actuated", end_s=90.0, sensing="detectors")


@pytest.mark.sumo
def test_in_sumo() -> None:
    assert not compiled_in_the_loop("braunschweig", "rolling_horizon", end_s=54090.0)
