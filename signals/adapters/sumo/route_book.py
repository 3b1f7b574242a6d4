"""Routes that files define by name, and the distributions of them."""

from __future__ import annotations

from itertools import count

import numpy as np

from signals.adapters.sumo.attributes import number, refuse, text
from signals.adapters.sumo.mixes import Mix, mix_of
from signals.adapters.sumo.safe_xml import Element

__all__ = ["RouteBook", "is_routed"]

_INSIDE = frozenset({"route", "routeDistribution"})


def is_routed(traveller: Element) -> bool:
    """Whether a vehicle or a flow has a route, so that no way has to be found."""
    return "route" in traveller.attributes or any(child.tag in _INSIDE for child in traveller.children)


class RouteBook:
    """The routes of some files."""

    def __init__(self) -> None:
        self._routes: dict[str, tuple[str, ...]] = {}
        self._weights: dict[str, float] = {}
        self._mixes: dict[str, Mix] = {}
        self._unnamed = count()

    def take(self, element: Element) -> str:
        """Note what a ``<route>`` or a ``<routeDistribution>`` defines; other elements define none.

        Returns
        -------
        str
            The name, made up where it has none.

        Raises
        ------
        FileError
            When something in it is not what it must be.
        """
        name = element.attributes.get("id") or f"!{next(self._unnamed)}"  # no identifier of SUMO begins like this
        if element.tag == "route":
            edges = tuple(text(element, "edges").split())
            if not edges:
                refuse(element, "a route needs at least one edge")
            self._routes[name] = edges
            self._weights[name] = number(element, "probability", 1.0)
        elif element.tag == "routeDistribution":
            inside = [self.take(child) for child in element.children if child.tag == "route"]
            self._mixes[name] = mix_of(element, inside, self._weights, "routes")
        return name

    def name_of(self, traveller: Element) -> str:
        """Return the name of the route, or of the distribution, that a vehicle or a flow has.

        Raises
        ------
        FileError
            When there is none.
        """
        inside = [child for child in traveller.children if child.tag in _INSIDE]
        name = self.take(inside[0]) if inside else text(traveller, "route")
        if name not in self._routes and name not in self._mixes:
            refuse(traveller, f'there is no route "{name}"')
        return name

    def choose(self, name: str, stream: np.random.Generator) -> tuple[str, ...]:
        """Return the edges of a route, drawn where the name is that of a distribution."""
        return self._routes[self._mixes[name].draw(stream) if name in self._mixes else name]
