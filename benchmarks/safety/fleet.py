"""Many copies of small intersections side by side as one network, so that one call of a kernel moves all of them.

What a copy needs is cut out of what the guard and the monitor work out for the real network of the layouts: the numbers
are theirs, only their places are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from signals.model.arrays import NO_CONFLICT
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.safety.bounds import waiting_bounds
from signals.safety.guard import _site
from signals.safety.interstage import Site
from signals.safety.monitor import _card
from signals.safety.watch import ASPECTS, Card

__all__ = ["Fleet"]

Ints = npt.NDArray[np.integer[Any]]

SITE_ROWS: Final = (
    *("min_green_ds", "max_green_ds", "amber_ds", "red_amber_ds", "clearance_ds", "least_green_ds", "patience_ds"),
)
CARD_ROWS: Final = ("on_foot", "max_green_ds", "max_wait_ds")
CARD_TABLES: Final = ("least_ds", "follows")


AT_LEAST: Final = 1 << 12
"""Of a layout that comes alone so many copies are kept ready: cutting them out anew takes a third of the time."""

_Columns = TypeVar("_Columns", Site, Card)


class _Rivals(NamedTuple):
    """Ragged lists of rivals of some groups: where each starts, and how far each rival is from its group."""

    offset: Ints
    away: Ints
    between_ds: Ints


class Fleet:
    """Layouts with equally many groups and one length of a tick.

    Parameters
    ----------
    layouts
        The intersections, with different ids.
    tick_ds
        Length of a tick.
    emergency_ds
        The longest call of an emergency vehicle.

    Attributes
    ----------
    network
        The layouts as a network.
    groups
        How many groups each has.
    between_ds
        int32 [layout, from, to] the intergreens; `NO_CONFLICT` where there is none.
    guarantee_ds
        int32 [layout, group] the longest wait that is promised.
    """

    def __init__(self, layouts: Sequence[Intersection], tick_ds: int, emergency_ds: int) -> None:
        self.network = Network("layouts", (), (), tuple(layouts))
        self.tick_ds, self.emergency_ds = tick_ds, emergency_ds
        self.groups = len(layouts[0].groups)
        self.site = _site(self.network, tick_ds)._replace(emergency_ds=emergency_ds)
        self.card = _card(self.network, tick_ds, emergency_ds)
        self.between_ds = self.network.arrays.intergreen_ds.reshape(-1, self.groups, self.groups)
        self.conflict = self.between_ds != NO_CONFLICT
        self.guarantee_ds = waiting_bounds(self.network.arrays, tick_ds)[1].reshape(-1, self.groups)
        self._site_rivals = _rivals(self.site.rival_offset, self.site.rival, self.site.between_ds)
        self._kept_number, self._kept_length = -1, 0
        self._card_rivals = _rivals(self.card.rival_first, self.card.rival, self.card.between_ds)

    def __len__(self) -> int:
        return len(self.network.intersections)

    def side_by_side(self, layout: Ints) -> tuple[Site, Card]:
        """Return what the kernel and the monitor know about copies of the given layouts (their numbers)."""
        if not len(layout) or (layout != layout[0]).any():
            return self._copied(layout)
        number = int(layout[0])
        if number != self._kept_number or len(layout) > self._kept_length:
            self._kept_number, self._kept_length = number, max(len(layout), AT_LEAST)
            self._kept = self._copied(np.full(self._kept_length, number))
        return _first(self._kept[0], len(layout), self._kept_length), _first(
            self._kept[1], len(layout), self._kept_length
        )

    def _copied(self, layout: Ints) -> tuple[Site, Card]:
        size = self.groups
        group = (layout.astype(np.int32)[:, None] * size + np.arange(size, dtype=np.int32)).ravel()
        first = np.arange(0, len(group) + 1, size, dtype=np.int32)
        offset, rival, between_ds = _moved(self._site_rivals, group)
        site = self.site._replace(
            group_offset=first,
            rival_offset=offset,
            rival=rival,
            between_ds=between_ds,
            **{name: getattr(self.site, name)[group] for name in SITE_ROWS},
        )
        offset, rival, between_ds = _moved(self._card_rivals, group)
        card = self.card._replace(
            first=first,
            rival_first=offset,
            rival=rival,
            between_ds=between_ds,
            **{name: getattr(self.card, name)[group] for name in CARD_ROWS},
            **{name: getattr(self.card, name).reshape(-1, ASPECTS)[group].ravel() for name in CARD_TABLES},
        )
        return site, card


def _rivals(offset: Ints, rival: Ints, between_ds: Ints) -> _Rivals:
    owner = np.repeat(np.arange(len(offset) - 1, dtype=np.int32), np.diff(offset))
    return _Rivals(offset, rival - owner, between_ds)


def _moved(rivals: _Rivals, group: Ints) -> tuple[Ints, Ints, Ints]:
    """Make the lists of rivals for groups that stand in a new order."""
    length = np.diff(rivals.offset)[group]
    offset = np.concatenate(([0], np.cumsum(length))).astype(np.int32)
    row = np.repeat(rivals.offset[group] - offset[:-1], length) + np.arange(offset[-1], dtype=np.int32)
    owner = np.repeat(np.arange(len(group), dtype=np.int32), length)
    return offset, rivals.away[row] + owner, rivals.between_ds[row]


def _first(what: _Columns, copies: int, of: int) -> _Columns:
    """Return what is known about the first of some copies that are all alike."""
    columns = {name: getattr(what, name) for name in what._fields}
    arrays = {name: column for name, column in columns.items() if isinstance(column, np.ndarray)}
    return what._replace(
        **{name: column[: len(column) // of * copies + len(column) % of] for name, column in arrays.items()}
    )
