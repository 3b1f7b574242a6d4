"""A SUMO that runs, seen through the eyes of a network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from signals.adapters.sumo.client import Client
from signals.adapters.sumo.detectors import Loops, open_loops
from signals.adapters.sumo.emergencies import Emergencies
from signals.adapters.sumo.fleet import NOBODY, Fleet, open_fleet
from signals.adapters.sumo.lamps import Lamps
from signals.adapters.sumo.lane_closures import LaneClosures
from signals.adapters.sumo.options import FULL, SumoOptions
from signals.adapters.sumo.people import People
from signals.adapters.sumo.results import Account
from signals.errors import ScenarioError
from signals.model.feeders import feeders
from signals.model.network import Network
from signals.model.values import Command, Readings

__all__ = ["WAIT_SAMPLE_S", "Running"]

WAIT_SAMPLE_S = 5.0
"""How often it is looked at most who waits longest; `Incidents.longest_wait_s` may be so much too short."""


class Running:
    """Reads and writes tick by tick. What SUMO raises is left to the caller.

    Parameters
    ----------
    client
        SUMO.
    network
        The network.
    options
        How it is run.

    Raises
    ------
    ScenarioError
        When the network is not the one that SUMO runs, or a lane cannot be closed.
    UnknownNameError
        When an intersection that shall be controlled, or a lane that shall be closed, does not exist.
    """

    def __init__(self, client: Client, network: Network, options: SumoOptions) -> None:
        full = options.sensing == FULL
        self.ticks = 0
        self._step = client.step
        self._lamps = Lamps(client, network, options)
        self._people = People(client, network)
        self._closures = LaneClosures(client, network, options.closures) if options.closures else None
        heard_m = options.emergency_range_m
        self._emergencies = Emergencies(client, network, heard_m) if heard_m > 0 else None
        self._no_emergency = np.zeros(len(network.arrays.group_user), np.int8)
        self._watched = _watched_lanes(client, network, options.range_m) if full else {}
        self._fleet: Fleet = open_fleet(client, self._watched)
        self._loops: Loops | None = open_loops(client, network, options.step_s) if network.detectors else None
        self._no_loops = (np.zeros(0, np.int32), np.zeros(0, np.float32))
        self._step_s = options.step_s
        self._look_at_tick = 0
        self._longest_wait_s = 0.0

    def read(self, time_s: float) -> Readings:
        """Report what was seen since the last tick; close and open lanes for the next one."""
        if self._closures:
            self._closures.update(time_s)
        seen = self._fleet.read() if self._watched else NOBODY
        count, occupied = self._loops.read(time_s) if self._loops else self._no_loops
        preempt = self._emergencies.read() if self._emergencies else self._no_emergency
        shown, called = self._lamps.read(), self._people.read()
        return Readings(time_s, shown, called, *seen[:4], count, occupied, preempt, seen.vehicle_class)

    def write(self, command: Command) -> None:
        """Show what is commanded and let one tick pass."""
        self._lamps.show(command)
        self._step()
        self.ticks += 1
        self._fleet.stepped()
        if self.ticks >= self._look_at_tick:
            self._look_who_waits()

    def _look_who_waits(self) -> None:
        """Note the longest wait, and when it can be beaten at the earliest."""
        wait_s = self._fleet.longest_wait_s()
        self._longest_wait_s = max(self._longest_wait_s, wait_s)
        pause_s = max(self._longest_wait_s - wait_s, WAIT_SAMPLE_S)
        self._look_at_tick = self.ticks + int(pause_s / self._step_s)

    def account(self, time_s: float, vclass: Mapping[str, str]) -> Account:
        """Sum up what SUMO will not write."""
        return Account(time_s, self._fleet.departed, vclass, self._people.standing_s(), self._longest_wait_s)


def _watched_lanes(client: Client, network: Network, range_m: float) -> dict[str, int]:
    names = {network.lanes[index].id: index for index in feeders(network, range_m).watched_lanes.tolist()}
    missing = sorted(names.keys() - set(client.api.lane.getIDList()))
    if missing:
        raise ScenarioError(f'the network that SUMO runs has no lane "{missing[0]}"; read the network again')
    return names
