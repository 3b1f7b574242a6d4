"""What signal groups show, as the state strings of SUMO, and back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from signals.adapters.sumo.courses import OFF
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.values import Aspect, ByteArray

__all__ = ["Letters"]

_FORGET_AT = 10_000
"""Kept answers of one intersection; beyond that they are forgotten, so that memory stays bounded."""
_ASPECT = {
    "O": Aspect.GREEN,
    "o": Aspect.GREEN,
    "G": Aspect.GREEN,
    "g": Aspect.GREEN,
    "y": Aspect.AMBER,
    "Y": Aspect.AMBER,
    "u": Aspect.RED_AMBER,
    "r": Aspect.RED,
    "s": Aspect.RED,
}
_LETTER = {
    Aspect.RED: "r",
    Aspect.RED_AMBER: "u",
    Aspect.GREEN: "G",
    Aspect.AMBER: "y",
    Aspect.CLEARANCE: "r",
    Aspect.UNKNOWN: "r",
}


class _Link(NamedTuple):
    """One place in a state string.

    Attributes
    ----------
    group
        Its group.
    on_red
        Whether it may turn on red.
    always_yields
        Whether somebody whom no signal stops has priority over it.
    yields_to
        The groups that have priority over it; none if it never shows the yielding green.
    """

    group: int
    on_red: bool
    always_yields: bool
    yields_to: tuple[int, ...]


class Letters:
    """Turns aspects into state strings and back, quickly.

    Green is ``g`` on a permissive link as long as somebody with priority over it is not red, else ``G``.

    Parameters
    ----------
    network
        A network read from SUMO.
    """

    def __init__(self, network: Network) -> None:
        signalled = {
            movement: (number, group)
            for number, intersection in enumerate(network.intersections)
            for group, members in enumerate(intersection.groups)
            for movement in members.movements
        }
        self._plain = [_plain(intersection) for intersection in network.intersections]
        self._links = [
            _links(network, number, intersection, signalled)
            for number, intersection in enumerate(network.intersections)
        ]
        self._groups = [tuple(group.links for group in intersection.groups) for intersection in network.intersections]
        self._states: list[dict[bytes, str]] = [{} for _ in network.intersections]
        self._aspects: list[dict[str, ByteArray]] = [{} for _ in network.intersections]

    def state(self, intersection: int, aspects: ByteArray) -> str:
        """Return the state string of what the groups of an intersection show.

        Parameters
        ----------
        intersection
            Its index.
        aspects
            int8 [n] `Aspect` of each of its groups.
        """
        key = aspects.tobytes()
        known = self._states[intersection]
        state = known.get(key)
        if state is None:
            state = self._write(intersection, [Aspect(aspect) for aspect in aspects.tolist()])
            if len(known) >= _FORGET_AT:
                known.clear()
            known[key] = state
        return state

    def aspects(self, intersection: int, state: str) -> ByteArray:
        """Return what the groups of an intersection show in a state.

        The clearance of pedestrians looks like red, a link that is off like green. `Aspect.UNKNOWN` stands where the
        links of a group do not agree or are missing, and everywhere if all links are off.

        Parameters
        ----------
        intersection
            Its index.
        state
            The state string.

        Returns
        -------
        int8 [n]
            Read-only.
        """
        known = self._aspects[intersection]
        aspects = known.get(state)
        if aspects is None:
            aspects = self._read(intersection, state)
            aspects.setflags(write=False)
            if len(known) >= _FORGET_AT:
                known.clear()
            known[state] = aspects
        return aspects

    def _read(self, intersection: int, state: str) -> ByteArray:
        groups = self._groups[intersection]
        if state.strip(OFF):
            return np.array([_aspect(state, links) for links in groups], np.int8)
        return np.full(len(groups), Aspect.UNKNOWN, np.int8)

    def _write(self, intersection: int, aspects: list[Aspect]) -> str:
        letters = list(self._plain[intersection])
        for place, link in self._links[intersection].items():
            letter = _LETTER[aspects[link.group]]
            if letter == "G" and (
                link.always_yields or any(aspects[group] is not Aspect.RED for group in link.yields_to)
            ):
                letter = "g"
            elif letter == "r" and link.on_red and aspects[link.group] is Aspect.RED:
                letter = "s"
            letters[place] = letter
        return "".join(letters)


def _plain(intersection: Intersection) -> str:
    """Return the state in which only those links show anything that no signal controls."""
    off = dict(intersection.off_links)
    return "".join(off.get(place, "r") for place in range(intersection.link_count))


def _links(
    network: Network, number: int, intersection: Intersection, signalled: dict[int, tuple[int, int]]
) -> dict[int, _Link]:
    links = {}
    for index, group in enumerate(intersection.groups):
        for place in group.links:
            priority = {
                other
                for movement in group.movements
                if network.movements[movement].link == place and place in group.permissive_links
                for other in network.movements[movement].yields_to
            }
            groups = {signalled[other][1] for other in priority if signalled.get(other, (-1, 0))[0] == number}
            unstopped = any(signalled.get(other, (-1, 0))[0] != number for other in priority)
            links[place] = _Link(index, place in group.turn_on_red_links, unstopped, tuple(sorted(groups)))
    return links


def _aspect(state: str, links: tuple[int, ...]) -> Aspect:
    shown = {_ASPECT.get(state[link], Aspect.UNKNOWN) if link < len(state) else Aspect.UNKNOWN for link in links}
    return shown.pop() if len(shown) == 1 else Aspect.UNKNOWN
