"""The seats of agents: what each sees and may do at its intersection, and what is wished for it.

Environments and `signals.env.policy_controller.PolicyController` stand on the same seats, so that a policy is told the
same, and its actions mean the same, in training and in a comparison with the other controllers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from gymnasium import Space

from signals.control.running_stages import RunningStages, tenths
from signals.control.wishes import NO_STAGE, Wishes
from signals.env.actions import Action, Tick
from signals.env.observations import Observation
from signals.env.view import View
from signals.errors import InputError, UnknownNameError
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.values import BoolArray, ByteArray, Decision, IntArray, Readings, Snapshot
from signals.safety.guard import DO_NOT_WRITE

__all__ = ["Asked", "SeatController", "Seats", "numbers_of"]


class Asked(Protocol):
    """Who says what a guard would refuse: `signals.safety.rehearsal.Rehearsal`, or who does as it does."""

    def refusals(self, decision: Decision, readings: Readings, demand: BoolArray) -> ByteArray:
        """Return int8 [nI], 0 where nothing is refused."""
        ...


class Seats:
    """Seats at some intersections of a network, for one episode.

    Once a tick `look` comes first; then agents whose action is `due` may `act`; `decide` says what is wished.

    Parameters
    ----------
    network
        The network.
    controlled
        Numbers of the intersections that have a seat.
    action, observation
        What agents may do, and what they see.
    decision_ds
        How often an action is due, where the form of action has no other rule; > 0.

    Attributes
    ----------
    network, controlled
        As given.

    Raises
    ------
    InputError
        When an intersection has no stages to choose from, or `decision_ds` is not positive.
    """

    def __init__(
        self, network: Network, controlled: Sequence[int], action: Action, observation: Observation, decision_ds: int
    ) -> None:
        if decision_ds <= 0:
            raise InputError(f"decision_s must be a tenth of a second at least, got {decision_ds / 10:g}")
        for i in controlled:
            if not network.intersections[i].stages:
                raise InputError(
                    f'intersection "{network.intersections[i].id}" has no stages, so no agent can sit there'
                )
        self.network, self.controlled = network, tuple(controlled)
        self._observation, self._spaces = observation, {i: action.space(network, i) for i in controlled}
        self._steering = {i: action.steering(network, i, decision_ds) for i in controlled}
        self._stages = np.diff(network.arrays.stage_offset)
        self._running = RunningStages(network, np.where(self._stages > 0, 0, NO_STAGE).astype(np.int32))
        self._wishes = Wishes(network)
        self._vehicles: BoolArray = network.arrays.group_user != User.PEDESTRIAN
        self._wanted = np.zeros(len(self._vehicles), np.bool_)
        self._due = dict.fromkeys(controlled, False)
        self._time_ds = 0

    def action_space(self, intersection: int) -> Space[Any]:
        """Return what the agent at an intersection may do."""
        return self._spaces[intersection]

    def observation_space(self, intersection: int) -> Space[Any]:
        """Return what the agent at an intersection sees."""
        return self._observation.space(self.network, intersection)

    def look(self, snapshot: Snapshot) -> None:
        """Take what is believed in a tick."""
        self._time_ds = tenths(snapshot.time_s)
        self._running.watch(snapshot)
        self._due = {i: steering.due(self._tick(i)) for i, steering in self._steering.items()}

    def view(self, intersection: int, snapshot: Snapshot) -> View:
        """Return what observations and rewards may look at."""
        return View(self.network, intersection, int(self._running.stage[intersection]), snapshot)

    def observe(self, intersection: int, snapshot: Snapshot) -> Any:
        """Return what the agent at an intersection sees."""
        return self._observation.observe(self.view(intersection, snapshot))

    def due(self, intersection: int) -> bool:
        """Whether the agent at an intersection may act."""
        return self._due[intersection]

    def masks(self, rehearsal: Asked, readings: Readings, demand: BoolArray, of: Sequence[int] = ()) -> dict[int, Any]:
        """Say which actions are open.

        Parameters
        ----------
        rehearsal
            Of the guard that stands behind.
        readings, demand
            What that guard will be given.
        of
            The intersections asked about; all that have a seat where it is empty.

        Returns
        -------
        dict
            Intersection → mask of its action space, or None where a mask makes no sense. Where the guard would refuse
            every stage, only the one asked for last is open: an agent has to do something, and this changes nothing.
        """
        open_stages = self._open_stages(rehearsal, readings, demand, of or self.controlled)
        return {i: self._steering[i].mask(self._tick(i), found) for i, found in open_stages.items()}

    def check(self, intersection: int, action: Any) -> None:
        """Raise `InputError` for what is not in the action space of an intersection."""
        space = self._spaces[intersection]
        if not space.contains(action):
            name = self.network.intersections[intersection].id
            raise InputError(f'intersection "{name}": {action!r} is not an action of {space}')

    def act(self, intersection: int, action: Any) -> None:
        """Take the action of an agent.

        Raises
        ------
        InputError
            When it is not in the action space. An action that its mask closes is taken; the guard will refuse it.
        """
        self.check(intersection, action)
        self._steering[intersection].take(action, self._tick(intersection))
        self._due[intersection] = False

    def decide(self, snapshot: Snapshot) -> Decision:
        """Say what is wished at the seats; the other intersections are asked for their first stage."""
        for i, steering in self._steering.items():
            stage = steering.stage(self._tick(i))
            if stage != self._running.stage[i]:
                self._running.ask(i, stage, snapshot)
        decision = self._running.decide(snapshot)
        self._wanted[:] = decision.want
        return decision

    def _tick(self, intersection: int) -> Tick:
        running = self._running
        return Tick(self._time_ds, int(running.stage[intersection]), bool(running.shown[intersection]))

    def _open_stages(
        self, rehearsal: Asked, readings: Readings, demand: BoolArray, of: Sequence[int]
    ) -> dict[int, BoolArray]:
        """Rehearse the first stage of every intersection, then every second one, and so on."""
        found = {i: np.zeros(self._stages[i], np.bool_) for i in of}
        for k in range(max(self._stages[i] for i in of)):
            asked = [i for i in of if k < self._stages[i]]
            stage = np.full(len(self._stages), DO_NOT_WRITE, np.int32)
            stage[asked] = k
            refusals = rehearsal.refusals(self._wish(stage, demand), readings, demand)
            for i in asked:
                found[i][k] = refusals[i] == 0
        for i, open_stages in found.items():
            if not open_stages.any():
                open_stages[self._running.stage[i]] = True
        return found

    def _wish(self, stage: IntArray, demand: BoolArray) -> Decision:
        """Return what `decide` would wish: of a new stage whoever calls, of the running one what is wished already."""
        kept = self._wishes.groups_of(np.where(stage == self._running.stage, stage, NO_STAGE).astype(np.int32))
        want = self._wishes.groups_of(stage) & (self._vehicles | np.where(kept, self._wanted, demand))
        return Decision(want, stage)


class SeatController:
    """Wishes what the agents wish at their seats, and what somebody else wishes everywhere else.

    Parameters
    ----------
    seats
        The seats.
    others
        Who decides about intersections without a seat.
    """

    def __init__(self, seats: Seats, others: Controller) -> None:
        self._seats, self._others = seats, others
        network = seats.network
        self._ours = np.zeros(len(network.intersections), np.bool_)
        self._ours[list(seats.controlled)] = True
        self._our_groups = np.repeat(self._ours, np.diff(network.arrays.group_offset))

    def decide(self, snapshot: Snapshot) -> Decision:
        """Put the wishes together."""
        ours = self._seats.decide(snapshot)
        if self._ours.all():
            return ours
        theirs = self._others.decide(snapshot)
        return Decision(
            np.where(self._our_groups, ours.want, theirs.want),
            np.where(self._ours, ours.stage, theirs.stage),
        )


def numbers_of(network: Network, names: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of intersections, in the order of the network; of all where no name is given.

    Raises
    ------
    UnknownNameError
        When there is none of a name.
    """
    for name in names:
        if name not in network.intersection_index:
            raise UnknownNameError("intersection", name, network.intersection_index)
    return tuple(i for i, place in enumerate(network.intersections) if not names or place.id in names)
