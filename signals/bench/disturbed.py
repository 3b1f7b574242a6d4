"""A scenario whose reports are broken on the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from signals.model.roles import World
from signals.scenario import Scenario
from signals.scenario_worlds import Opening
from signals.sensing.faults import Faults
from signals.sensing.faulty_world import FaultyWorld

__all__ = ["DisturbedScenario"]


@dataclass(frozen=True)
class DisturbedScenario(Scenario):
    """A scenario, and what is broken in it.

    Parameters
    ----------
    faults
        What is broken between the road and the estimator; nothing where it is `None`.
    fault_seed
        Of all chance in that.
    legacy
        Whether it stands beside what RESCO published: SUMO runs as a process of its own, because the one inside this
        process is of another version, and RESCO's delay is computed beside ours.
    """

    faults: Faults | None = None
    fault_seed: int = 0
    legacy: bool = False

    @property
    def settings(self) -> dict[str, object]:
        """Everything that was chosen."""
        broken = None if self.faults is None else {**asdict(self.faults), "seed": self.fault_seed}
        return {**super().settings, "faults": broken, "legacy": self.legacy}

    def open_world(self, opening: Opening) -> World:
        """Open its world, seen through the faults; raises as `Scenario.open_world`."""
        world = super().open_world(opening)
        return world if self.faults is None else FaultyWorld(world, self.faults, self.fault_seed)
