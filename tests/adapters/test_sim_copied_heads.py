"""Copies of a junction show what each shows alone."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.copied_heads import CopiedHeads
from signals.adapters.sim.heads import Heads
from signals.model.crossroads import crossroads


def test_copies_show_what_each_shows_alone() -> None:
    network, rng = crossroads(), np.random.default_rng(1)
    together, apart = CopiedHeads(network, 5), [Heads(network) for _ in range(5)]
    moves = len(network.movements)
    for _ in range(50):
        aspect = rng.choice([0, 2, 3, 4], 60).astype(np.int8)
        found = together.show(aspect)
        wanted = [
            [move + copy * moves, lit]
            for copy, heads in enumerate(apart)
            for move, lit in heads.show(aspect.reshape(5, 12)[copy]).tolist()
        ]
        assert sorted(found.tolist()) == sorted(wanted)
    one = Heads(network).group_of
    all_of_them = together.group_of()
    assert [group - 48 for group in all_of_them[-moves:] if group >= 0] == [one[m] for m in sorted(one)]
