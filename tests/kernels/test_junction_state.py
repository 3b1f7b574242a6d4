from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.junction_state import see_junctions

R, A, S, G = 7, 3, 4, 5


@pytest.mark.parametrize("seed", range(5))
def test_a_row_is_what_its_columns_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    queue, count, wait = rng.gamma(1.0, 20.0, (3, R, A)).astype(np.float32)
    stage, in_stage = rng.integers(0, S, R).astype(np.int32), rng.random((R, G)) < 0.4
    aspect, age_ds = rng.integers(-1, 5, (R, G)).astype(np.int8), rng.integers(0, 900, (R, G)).astype(np.int32)
    demand, out = rng.random((R, G)) < 0.5, np.full((R, 3 * A + S + 1 + G), np.nan, np.float32)
    see_junctions(25.0, 120.0, 60.0, queue, count, wait, stage, in_stage, aspect, age_ds, demand, out)
    for row in range(R):
        ages = [int(age) for age, on in zip(age_ds[row], in_stage[row] & (aspect[row] == 2), strict=True) if on]
        parts = [
            queue[row] / np.float32(25.0), count[row] / np.float32(25.0), wait[row] / np.float32(120.0),
            np.arange(S) == stage[row], [min(ages, default=0) / 10.0 / 60.0], demand[row],
        ]  # fmt: skip
        np.testing.assert_array_equal(out[row], np.minimum(np.concatenate(parts, dtype=np.float32), 1.0))
