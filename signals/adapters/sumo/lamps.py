"""The signal heads: what they show, and making them show something else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from signals.adapters.sumo.client import Client
from signals.adapters.sumo.handover import Handover
from signals.adapters.sumo.in_process import direct
from signals.adapters.sumo.letters import Letters
from signals.adapters.sumo.options import SumoOptions
from signals.errors import ScenarioError, UnknownNameError
from signals.model.network import Network
from signals.model.values import Aspect, BoolArray, ByteArray, Command

__all__ = ["Lamps"]

_NEVER_TOLD = -2


class Lamps:
    """All signals of a network; those that are not to be controlled keep their programs.

    Parameters
    ----------
    client
        SUMO.
    network
        The network.
    options
        How it is run: which intersections obey, and the length of a tick.

    Raises
    ------
    ScenarioError
        When the network is not the one that SUMO runs.
    UnknownNameError
        When an intersection that shall be controlled does not exist.
    """

    def __init__(self, client: Client, network: Network, options: SumoOptions) -> None:
        signals: Any = client.api.trafficlight
        self._state_of = signals.getRedYellowGreenState
        self._set_state = signals.setRedYellowGreenState
        self._set_program = signals.setProgram
        self._names = [intersection.id for intersection in network.intersections]
        self._check(network, set(signals.getIDList()))
        self._all_states = _reader(client, self._names)
        self._programs = [signals.getProgram(name) for name in self._names]
        self._obeys = self._obeying(options)
        self._letters = Letters(network)
        self._handover = Handover(network, options.tick_ds)
        offset = network.arrays.group_offset.tolist()
        self._rows = [slice(first, end) for first, end in pairwise(offset)]
        self._owner = np.repeat(np.arange(len(self._names)), np.diff(offset))
        # What was seen: the states, and what they mean.
        self._states = [""] * len(self._names)
        self._seen = np.full(offset[-1], Aspect.UNKNOWN, np.int8)
        # What was told: the states, and what they mean.
        self._told = [""] * len(self._names)
        self._aspect = np.full(offset[-1], _NEVER_TOLD, np.int8)
        # The last command.
        self._write = np.zeros(len(self._names), np.bool_)
        self._last = b""

    def read(self) -> ByteArray:
        """Return what every group shows; valid until the next call.

        The letters of SUMO do not tell clearance from red; where it shows the very state that it was told, it shows
        what was commanded.
        """
        states = self._all_states()
        if states != self._states:
            for index, state in enumerate(states):
                if state != self._states[index]:
                    rows = self._rows[index]
                    as_told = state == self._told[index]
                    self._seen[rows] = self._aspect[rows] if as_told else self._letters.aspects(index, state)
            self._states = states
        return self._seen

    def show(self, command: Command) -> None:
        """Tell SUMO what changed; an intersection that is no longer written to is handed over to its own program."""
        now = command.aspect.tobytes() + command.write.tobytes()
        if now == self._last and not self._handover.under_way:
            return
        self._last = now
        write = command.write & self._obeys
        touched = set(self._owner[command.aspect != self._aspect].tolist())
        touched.update(np.flatnonzero(write != self._write).tolist())
        for index in touched:
            rows = self._rows[index]
            if write[index]:
                self._handover.cancel(index)
                self._tell(index, command.aspect[rows])
            elif self._write[index]:
                self._handover.begin(index, self._aspect[rows])
        self._write = write
        for index in self._handover.under_way:
            aspects = self._handover.step(index, self._rows[index])
            if aspects is not None:
                self._tell(index, aspects)
            else:
                self._set_program(self._names[index], self._programs[index])
                self._told[index] = ""
                self._aspect[self._rows[index]] = _NEVER_TOLD

    def _tell(self, index: int, aspects: ByteArray) -> None:
        state = self._letters.state(index, aspects)
        if state != self._told[index]:
            self._set_state(self._names[index], state)
            self._told[index] = state
        self._aspect[self._rows[index]] = aspects
        self._states[index] = ""  # to be looked at again

    def _obeying(self, options: SumoOptions) -> BoolArray:
        obeys = set(self._names) if options.controlled is None else set(options.controlled)
        for name in sorted(obeys.difference(self._names)):
            raise UnknownNameError("intersection", name, self._names)
        return np.array([name in obeys for name in self._names], np.bool_)

    def _check(self, network: Network, known: set[str]) -> None:
        """Refuse before the first step what would end the simulation in the middle of it."""
        for intersection in network.intersections:
            if intersection.id not in known:
                raise ScenarioError(f'the network that SUMO runs has no signal "{intersection.id}"')
            links = len(self._state_of(intersection.id))
            if links != intersection.link_count:
                raise ScenarioError(
                    f'signal "{intersection.id}" has {links} links in the network that SUMO runs and '
                    f"{intersection.link_count} in the one that was read; read it again"
                )


def _reader(client: Client, names: list[str]) -> Callable[[], list[str]]:
    """Return a function that reads all states: asked for in process, sent with each step over TraCI."""
    signals: Any = client.api.trafficlight
    if not client.remote:
        state_of = direct(client.api, "trafficlight", "getRedYellowGreenState")
        return lambda: list(map(state_of, names))
    from traci.constants import TL_RED_YELLOW_GREEN_STATE as key  # noqa: N811, PLC0415  only needed here

    for name in names:
        signals.subscribe(name, (key,))
    return lambda: [signals.getSubscriptionResults(name)[key] for name in names]
