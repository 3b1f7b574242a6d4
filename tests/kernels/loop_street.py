"""Roads for the kernels of the loop estimator: a few approaches, their loops, and arrays for all that is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from signals.kernels.loop_health import WORKS
from signals.kernels.loop_values import (
    NEVER_S,
    ON_LANE,
    Counters,
    Health,
    LoopBeliefs,
    LoopPlaces,
    Reported,
    Tracks,
    Turns,
)
from signals.kernels.loops import believe

ROOM = 32
LIMIT_MPS = 10.0
RED, GREEN = 0, 2


@dataclass
class Approach:
    """A stop line: its loops upstream as (distance, prior probability; 1 = on the lane itself), and where they go."""

    posts: tuple[tuple[float, float], ...] = ((50.0, 1.0),)
    stop: bool = True
    onward: tuple[tuple[int, int, float, float], ...] = ()
    """(local link, approach, distance, probability)."""
    links: int = 1
    beside: tuple[int, ...] = ()


@dataclass
class Street:
    """A few approaches; each link has a signal group of its own. Loops: all stop lines, then all others."""

    approaches: list[Approach]
    now_s: float = 0.0
    counters: Counters = field(init=False)

    def __post_init__(self) -> None:
        number = len(self.approaches)
        stops = [approach.stop for approach in self.approaches]
        posts = [post for approach in self.approaches for post in approach.posts]
        first_link = np.cumsum([0, *(approach.links for approach in self.approaches)], dtype=np.int32)
        onward = [row for approach in self.approaches for row in approach.onward]
        feeds = [(-1, a, *post) for a, one in enumerate(self.approaches) for post in one.posts if post[1] < 1.0]
        links = [a for a, one in enumerate(self.approaches) for _ in one.onward]
        feeding = iter(range(len(onward), len(onward) + len(feeds)))
        self.places = LoopPlaces(
            stop_loop=np.where(stops, np.cumsum(stops) - 1, -1).astype(np.int32),
            post_offset=np.cumsum([0, *(len(one.posts) for one in self.approaches)], dtype=np.int32),
            post_loop=np.arange(sum(stops), sum(stops) + len(posts), dtype=np.int32),
            post_distance_m=np.array([distance for distance, _ in posts], np.float32),
            post_row=np.array([next(feeding) if share < 1.0 else -1 for _, share in posts], np.int32),
            row_offset=np.cumsum([0, *(len(one.onward) for one in self.approaches)], dtype=np.int32),
            row_link=np.array(
                [*(first_link[a] + row[0] for a, row in zip(links, onward, strict=True)), *(-1 for _ in feeds)],
                np.int32,
            ),
            row_approach=np.array([row[1] for row in (*onward, *feeds)], np.int32),
            row_distance_m=np.array([row[2] for row in (*onward, *feeds)], np.float32),
            row_prior=np.array([row[3] for row in (*onward, *feeds)], np.float32),
            speed_mps=np.full(number, LIMIT_MPS, np.float32),
            sight_m=np.full(number, 200.0, np.float32),
            lane=np.arange(number, dtype=np.int32),
            lane_length_m=np.full(number, 100.0, np.float32),
            beside_offset=np.cumsum([0, *(len(one.beside) for one in self.approaches)], dtype=np.int32),
            beside=np.array([other for one in self.approaches for other in one.beside], np.int32),
        )
        self.loops = sum(stops) + len(posts)
        self.aspect = np.zeros(int(first_link[-1]), np.int8)
        self._learn_nothing(first_link)
        self._know_nothing(number)

    def _learn_nothing(self, first_link: np.ndarray[tuple[int], np.dtype[np.int32]]) -> None:
        number, links, rows = len(self.approaches), int(first_link[-1]), len(self.places.row_prior)
        self.health = Health(
            np.full(self.loops, WORKS, np.int8),
            *(np.zeros(self.loops) for _ in range(4)),
            np.zeros(self.loops, np.bool_),
        )
        self.counters = Counters(
            *(np.zeros(number, np.bool_) for _ in range(6)), np.full(number, NEVER_S),
            *(np.zeros(number) for _ in range(4)), np.zeros(number, np.int64), *(np.zeros(number) for _ in range(6)),
            np.full(number, -1.0), np.zeros(2), np.zeros(2), np.ones(number), np.zeros(1),
            self.places.row_prior.copy(), *(np.zeros(rows) for _ in range(3)),
        )  # fmt: skip
        share = np.concatenate([np.full(one.links, 1.0 / one.links, np.float32) for one in self.approaches])
        self.turns = Turns(
            first_link, np.arange(links, dtype=np.int32), np.zeros(links, np.int8), np.ones(links, np.float32),
            np.full(links, NEVER_S), np.zeros(links), np.ones(links), np.zeros(links), np.zeros(links, np.float32),
            share, share.copy(),
        )  # fmt: skip

    def _know_nothing(self, number: int) -> None:
        shape = (number, ROOM)
        self.tracks = Tracks(
            np.zeros(number, np.int32), *(np.zeros(shape, np.float32) for _ in range(4)), np.full(shape, np.nan),
            np.full(shape, ON_LANE, np.int32), *(np.zeros(shape, np.int64) for _ in range(2)), np.zeros(1, np.int64),
        )  # fmt: skip
        none = np.zeros(0, np.float32)
        self.reported = Reported(
            np.zeros(1, np.bool_), np.zeros(number + 1, np.int32), none, none, none, np.zeros(0, np.int64),
            np.zeros(0, np.int8),
        )  # fmt: skip
        columns = [np.zeros(number, np.float32) for _ in range(6)]
        rows = [np.zeros(number * ROOM, np.float32) for _ in range(3)]
        offset, handle = np.zeros(number + 1, np.int32), np.zeros(number * ROOM, np.int64)
        self.out = LoopBeliefs(
            np.zeros(number, np.bool_), columns[0], columns[1], columns[2], columns[3], columns[4], columns[5],
            offset, rows[0], rows[1], rows[2], handle, np.zeros(number * ROOM, np.int8),
        )  # fmt: skip

    def tick(self, readings: dict[int, tuple[int, float]] | None = None, elapsed_s: float = 1.0) -> None:
        """Let a tick pass; loops that are not named are free."""
        count, occupied = np.zeros(self.loops, np.int32), np.zeros(self.loops, np.float32)
        for loop, reading in (readings or {}).items():
            count[loop], occupied[loop] = reading
        self.now_s += elapsed_s
        believe(
            self.now_s, elapsed_s, self.aspect, count, occupied, tuple(self.places), tuple(self.health),
            tuple(self.counters), tuple(self.turns), tuple(self.reported), tuple(self.tracks), tuple(self.out),
        )  # fmt: skip

    def cars(self, a: int = 0) -> list[tuple[float, float, float]]:
        """Return (distance, speed, weight) of everybody bound for an approach."""
        kept = self.tracks
        columns = (column[a, : kept.number[a]].tolist() for column in (kept.distance_m, kept.speed_mps, kept.weight))
        return list(zip(*columns, strict=True))
