"""Episode after episode for the agents of a setting: what every environment, of whatever API, stands on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from signals.env.disruptions import disrupted
from signals.env.episode import Episode, Moment
from signals.env.seats import SeatController
from signals.env.setting import Setting, with_file
from signals.errors import InputError, WorldError
from signals.model.network import Network
from signals.model.values import Event, Violation
from signals.safety.interstage import REASONS

__all__ = ["Rollout"]


class Rollout:
    """Plays one episode at a time.

    Time passes from one action to the next: `advance` lets ticks pass until an action of some agent is due.

    Parameters
    ----------
    setting
        What is played.

    Attributes
    ----------
    setting
        As given.
    seats
        The seats of this episode; before the first one those that say what the spaces are.

    Raises
    ------
    InputError
        When agents cannot sit where they shall, or the network differs from the site cards.
    """

    def __init__(self, setting: Setting) -> None:
        setting.scenario.check_site_cards()
        self.setting, self.seats = setting, setting.seats()
        self._episode: Episode | None = None

    @property
    def over(self) -> bool:
        """Whether the episode is over."""
        return self._playing.over

    @property
    def episode(self) -> Episode:
        """The episode that is played. Raises `WorldError` before the first."""
        return self._playing

    def begin(self, seed: int, options: Mapping[str, Any] | None = None) -> None:
        """Begin an episode; one that still runs is given up.

        Parameters
        ----------
        seed
            Of its world.
        options
            What is different in this episode: the fields of `signals.env.disruptions.Disruptions`.

        Raises
        ------
        InputError, MissingDependencyError, WorldError
            When its world cannot be opened.
        """
        self.close()
        setting = self.setting
        different = setting.disruptions.otherwise(options)
        scenario = with_file(setting.scenario, disrupted(setting.scenario.file, different))
        self.seats = setting.seats()
        controller = SeatController(self.seats, setting.other_controller())
        self._episode = Episode(scenario, controller, seed, faults=setting.faults, traci=setting.traci)
        self._rehearsal = self._episode.guard.rehearsal()
        self._meters = {i: setting.reward.meter(self.seats.view(i, self._episode.snapshot)) for i in setting.controlled}
        self._log = _StepLog(setting.network, self._episode.time_s)
        self.seats.look(self._episode.snapshot)

    def advance(self, actions: Mapping[int, Any]) -> dict[int, float]:
        """Take the actions of the agents and let time pass until the next one is due.

        Parameters
        ----------
        actions
            Intersection → action. Whose action is not due is not asked; its action counts for nothing.

        Returns
        -------
        dict
            Intersection → reward since the last action.

        Raises
        ------
        InputError
            When an action is missing or not in the action space; nothing has happened then.
        WorldError
            When the world is lost, or the episode is over.
        """
        episode, seats = self._playing, self.seats
        if episode.over:
            raise WorldError("the episode is over: reset the environment")
        self._act(actions)
        self._log = _StepLog(self.setting.network, episode.time_s)
        rewards = dict.fromkeys(self.setting.controlled, 0.0)
        while True:
            believed = episode.snapshot.time_s
            self._log.note(episode.tick())
            if episode.snapshot.time_s != believed:  # the last tick of all is not followed by another belief
                seats.look(episode.snapshot)
                for i, meter in self._meters.items():
                    rewards[i] += meter(seats.view(i, episode.snapshot))
            if self.over or any(seats.due(i) for i in seats.controlled):
                return rewards

    def observe(self, intersection: int) -> Any:
        """Return what the agent at an intersection sees."""
        return self.seats.observe(intersection, self._playing.snapshot)

    def masks(self) -> dict[int, Any]:
        """Return intersection → mask of its actions; None where a mask makes no sense."""
        episode = self._playing
        return self.seats.masks(self._rehearsal, episode.readings, episode.snapshot.demand)

    def told(self, intersection: int, mask: Any) -> dict[str, Any]:
        """Return what an agent is told besides: the keys of ``info`` that are about one intersection."""
        episode, network = self._playing, self.setting.network
        view = self.seats.view(intersection, episode.snapshot)
        found = {
            "due": self.seats.due(intersection),
            "wished": network.intersections[intersection].stages[view.stage].id,
            "wanted": self._log.wanted[view.groups].copy(),
            "shown": episode.snapshot.aspect[view.groups].copy(),
            "reasons": self._log.reasons_of(view.groups),
            "level": int(episode.mind.level[intersection]),
        }
        return found if mask is None else {"action_mask": mask, **found}

    def told_of_all(self) -> dict[str, Any]:
        """Return the keys of ``info`` that are about the whole network; at the end of an episode its metrics, too."""
        episode = self._playing
        found = {
            "time_s": episode.time_s,
            "elapsed_s": episode.time_s - self._log.begin_s,
            "violations": [violation.detail for violation in self._log.violations],
            "events": [f"{event.code}: {event.detail}" for event in self._log.events],
        }
        return {**found, "metrics": episode.metrics()} if episode.over else found

    def close(self) -> None:
        """Give up the episode; safe to call twice."""
        episode, self._episode = self._episode, None
        if episode is not None:
            episode.close()

    @property
    def _playing(self) -> Episode:
        if self._episode is None:
            raise WorldError("no episode has begun: reset the environment")
        return self._episode

    def _act(self, actions: Mapping[int, Any]) -> None:
        """Hand the actions to those whose turn it is, or to nobody."""
        due = [i for i in self.seats.controlled if self.seats.due(i)]
        for i in due:
            if i not in actions:
                raise InputError(f'intersection "{self.setting.network.intersections[i].id}": its action is missing')
            self.seats.check(i, actions[i])
        for i in due:
            self.seats.act(i, actions[i])


class _StepLog:
    """What happened between two actions."""

    def __init__(self, network: Network, begin_s: float) -> None:
        self.begin_s = begin_s
        self.wanted = np.zeros(len(network.arrays.group_user), np.bool_)
        self.violations: list[Violation] = []
        self.events: list[Event] = []
        self._groups = np.arange(len(self.wanted))
        self._refused = np.zeros((len(self.wanted), len(REASONS)), np.int32)

    def note(self, moment: Moment) -> None:
        """Keep a tick."""
        self.wanted[:] = moment.decision.want
        self._refused[self._groups, moment.verdict.reason] += 1
        self.violations += moment.verdict.violations
        self.events += moment.events

    def reasons_of(self, groups: slice) -> dict[str, int]:
        """Return reason → group-ticks during which a group did not show what was wanted."""
        counts = self._refused[groups].sum(axis=0)
        return {REASONS[k]: int(n) for k, n in enumerate(counts) if k and n}
