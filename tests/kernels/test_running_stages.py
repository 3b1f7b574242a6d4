from __future__ import annotations

import numpy as np
import pytest

from signals.control.running_stages import RunningStages
from signals.kernels.running_stages import Running, Stages, ask_stages, want_stages, watch_stages
from signals.model.copies import copies
from signals.model.crossroads import crossroads

COUNT = 5
NETWORK = copies(crossroads(), COUNT)


def anywhere(groups: np.ndarray) -> np.ndarray:
    return groups.reshape(COUNT, -1).any(axis=1)


def naive(now_ds: int, fixed: Stages, now: dict[str, np.ndarray], told: dict[str, np.ndarray]) -> np.ndarray:
    """Watch and want, a whole column at a time; return what is wanted."""
    green, place = told["aspect"] == 2, np.repeat(np.arange(COUNT), np.diff(fixed.group_first))
    now["asked_ds"] = np.where(now["asked_ds"] < 0, now_ds, now["asked_ds"])
    missing = now["in_stage"] & ~green & (now["walk"] | ~fixed.on_foot)
    now["shown"] = ~anywhere(missing) | (now_ds - now["asked_ds"] >= fixed.patience_ds)
    now["mature"] = now["shown"] & ~anywhere(green & (told["age_ds"] < fixed.min_green_ds)) & (now["stage"] >= 0)
    now["rival"] = anywhere(told["demand"] & ~now["in_stage"] & fixed.servable)
    rows = [fixed.green[fixed.stage_first[i] + s] if s >= 0 else 0 * fixed.green[0] for i, s in enumerate(now["stage"])]
    now["in_stage"] = np.concatenate(rows).astype(np.bool_)
    joins = fixed.on_foot & now["in_stage"] & told["demand"] & (~now["rival"] | ~now["shown"])[place]
    now["walk"] = (now["walk"] | joins) & now["in_stage"] & ~(green & ~told["demand"])
    return now["in_stage"] & (now["walk"] | ~fixed.on_foot)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_what_the_columns_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns = RunningStages(NETWORK, rng.integers(-1, 4, COUNT).astype(np.int32)).columns
    fixed, running = Stages(*map(np.asarray, columns[0])), Running(*map(np.asarray, columns[1]))
    now = {name: getattr(running, name).copy() for name in Running._fields}
    groups, want = len(fixed.on_foot), np.zeros(len(fixed.on_foot), np.bool_)
    for tick in range(60):
        if rng.random() < 0.3:
            asked = rng.integers(-1, 4, COUNT).astype(np.int32)
            other = asked != now["stage"]
            ask_stages(10 * tick, asked, columns[1])
            now["stage"] = asked.copy()
            now["asked_ds"][other], now["shown"][other], now["mature"][other] = 10 * tick, False, False
        told = {
            "aspect": rng.choice([-1, 0, 2, 2, 2, 3], groups).astype(np.int8),
            "age_ds": rng.integers(0, 200, groups).astype(np.int32),
            "demand": rng.random(groups) < 0.2,
        }
        watch_stages(10 * tick, *columns, told["aspect"], told["age_ds"], told["demand"])
        want_stages(*columns, told["aspect"], told["demand"], want)
        np.testing.assert_array_equal(want, naive(10 * tick, fixed, now, told))
        for name, column in now.items():
            np.testing.assert_array_equal(getattr(running, name), column, name)


def test_a_stage_that_the_intersection_has_not_wants_nothing() -> None:
    stages = RunningStages(NETWORK, np.full(COUNT, 99, np.int32))
    assert not stages.in_stage.any()
