"""Seeds of worlds."""

from __future__ import annotations

import numpy as np

from signals.env.seeds import world_seed


def test_a_given_seed_is_the_seed_and_others_follow_from_the_generator() -> None:
    assert world_seed(np.random.default_rng(1), 7) == 7
    assert world_seed(np.random.default_rng(1), 0) == 0
    one, two = np.random.default_rng(3), np.random.default_rng(3)
    first = [world_seed(one, None) for _ in range(5)]
    assert first == [world_seed(two, None) for _ in range(5)]
    assert len(set(first)) == 5
    assert all(0 <= seed < 2**31 for seed in first)
