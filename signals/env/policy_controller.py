"""A policy as a controller: what was trained in an environment, in a run and beside the other controllers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict, Unpack

from signals.control.net_plan import NetPlan
from signals.control.running_stages import tenths
from signals.env.actions import Action, NextStage
from signals.env.observations import JunctionState, Observation
from signals.env.seats import SeatController, Seats, numbers_of
from signals.env.shadow import ShadowGuard
from signals.errors import UnknownNameError
from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.values import Decision, Snapshot

__all__ = ["Policy", "PolicyController", "PolicyOptions"]

Policy = Callable[[Any, Any], Any]
"""policy(observation, mask) → action. The mask is None where the form of action has none."""


class PolicyOptions(TypedDict, total=False):
    """Keyword arguments of `PolicyController`, all optional; they must be those of the training.

    Keys
    ----
    action, observation
        See `signals.env.actions` and `signals.env.observations`.
    decision_s
        How often an action is due, 5 by default.
    controlled
        Ids of the intersections that the policy controls; all by default.
    others
        The controller of the rest; their own plans by default.
    tick_s
        Length of the scenario's tick, 1 by default.
    """

    action: Action
    observation: Observation
    decision_s: float
    controlled: tuple[str, ...] | list[str]
    others: Controller
    tick_s: float


class PolicyController:
    """Asks a policy whenever an action is due, as the environments do: same observations, same masks, same wishes.

    Intersections that are due are asked about one after the other, in the order of the network. Masks come from a guard
    of its own (`signals.env.shadow`), since a controller cannot ask the real one.

    Parameters
    ----------
    network
        The network.
    policy
        What decides; one for all intersections. One that remembers must tell them apart itself.
    **options
        See `PolicyOptions`.

    Attributes
    ----------
    seats
        Where the policy sits.

    Raises
    ------
    InputError
        When something does not exist or does not fit.
    """

    def __init__(self, network: Network, policy: Policy, **options: Unpack[PolicyOptions]) -> None:
        for name in options:
            if name not in PolicyOptions.__annotations__:
                raise UnknownNameError("option of a policy", name, PolicyOptions.__annotations__)
        self._policy = policy
        self.seats = Seats(
            network,
            numbers_of(network, tuple(options.get("controlled", ()))),
            options.get("action", NextStage()),
            options.get("observation", JunctionState()),
            tenths(options.get("decision_s", 5.0)),
        )
        others = options.get("others")
        self._controller = SeatController(self.seats, NetPlan(network) if others is None else others)
        self._shadow = ShadowGuard(network, tenths(options.get("tick_s", 1.0)))

    def decide(self, snapshot: Snapshot) -> Decision:
        """Ask the policy where an action is due, and wish what follows from its actions.

        Raises
        ------
        InputError
            When the policy gives what is no action, or ticks have another length than was said.
        Exception
            What the policy raises. The fallback keeps the signals going either way.
        """
        seats = self.seats
        readings = self._shadow.follow(snapshot)
        seats.look(snapshot)
        due = [i for i in seats.controlled if seats.due(i)]
        if due:
            masks = seats.masks(self._shadow, readings, snapshot.demand, due)
            for i in due:
                seats.act(i, self._policy(seats.observe(i, snapshot), masks[i]))
        decision = self._controller.decide(snapshot)
        self._shadow.note(decision, readings, snapshot.demand)
        return decision
