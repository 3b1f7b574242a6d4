"""The part of the page about each intersection: what it looks like, how it is timed, what it showed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.report.canvas import colour_of, svg_of
from signals.report.folder import Table
from signals.report.map import draw_map
from signals.report.stages import draw_stages
from signals.report.timing import Window, draw_plan, draw_timing

__all__ = ["MOST", "GroupRow", "JunctionView", "junction_views"]

MOST = 8
"""More intersections than this are not drawn."""


class GroupRow(NamedTuple):
    """The times of a signal group, in seconds as text."""

    id: str
    colour: str
    user: str
    times: tuple[str, ...]


class JunctionView(NamedTuple):
    """What the page shows of one intersection; `None` where it cannot be drawn."""

    id: str
    map: Markup | None
    stages: Markup | None
    stages_left_out: int
    plan: Markup | None
    plan_text: str
    groups: tuple[GroupRow, ...]
    matrix: tuple[tuple[str, tuple[str, ...]], ...]
    timings: tuple[tuple[str, Markup], ...]


def junction_views(network: Network, shown: Sequence[tuple[str, Table, Window]]) -> list[JunctionView]:
    """Draw the first `MOST` intersections.

    Parameters
    ----------
    network
        The network.
    shown
        Controller, its table `signals`, and the stretch of time to draw.
    """
    return [_view(network, place, f"j{number}", shown) for number, place in enumerate(network.intersections[:MOST])]


def _view(network: Network, place: Intersection, name: str, shown: Sequence[tuple[str, Table, Window]]) -> JunctionView:
    drawn, staged = draw_map(network, place), draw_stages(network, place)
    plan = place.plans[0] if place.plans else None
    return JunctionView(
        id=place.id,
        map=svg_of(drawn, f"{name}-map", f"Map of intersection {place.id}") if drawn else None,
        stages=svg_of(staged[0], f"{name}-stages", f"Stages of intersection {place.id}") if staged else None,
        stages_left_out=staged[1] if staged else 0,
        plan=svg_of(draw_plan(plan, place), f"{name}-plan", f"Plan {plan.id} of {place.id}") if plan else None,
        plan_text=f"{plan.id}, cycle {_s(plan.cycle_ds)} s, offset {_s(plan.offset_ds)} s" if plan else "",
        groups=_groups(place),
        matrix=_matrix(place),
        timings=tuple(_timing(place, f"{name}-t{number}", *one) for number, one in enumerate(shown)),
    )


def _timing(place: Intersection, name: str, controller: str, table: Table, window: Window) -> tuple[str, Markup]:
    label = f"What the signal groups of {place.id} showed under {controller}"
    return controller, svg_of(draw_timing(table, place, window), name, label)


def _groups(place: Intersection) -> tuple[GroupRow, ...]:
    return tuple(
        GroupRow(
            group.id,
            colour_of(number),
            group.user.name.lower(),
            (
                _s(group.min_green_ds),
                _s(group.max_green_ds),
                _s(group.amber_ds),
                _s(group.red_amber_ds),
                _s(group.clearance_ds),
                _s(group.max_red_ds),
            ),
        )
        for number, group in enumerate(place.groups)
    )


def _matrix(place: Intersection) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the intergreen times; an empty cell is no conflict, which is not the same as 0."""
    return tuple(
        (group.id, tuple("" if cell is None else _s(cell) for cell in row))
        for group, row in zip(place.groups, place.intergreen_ds, strict=True)
    )


def _s(time_ds: int) -> str:
    return f"{time_ds / 10:g}"
