from __future__ import annotations

from signals.bench.legacy_figures import PUBLISHED
from signals.bench.sites import RESCO


def test_every_map_has_its_rows() -> None:
    best = PUBLISHED["published: best of all (IDQN, IPPO, FMA2C)"]
    assert set(best) == set(RESCO)
    for name, row in PUBLISHED.items():
        assert set(row) <= set(RESCO)
        if "Fixed" not in name:
            assert set(row) == set(RESCO)


def test_no_rule_has_a_better_mean_than_the_best() -> None:
    best = PUBLISHED["published: best of all (IDQN, IPPO, FMA2C)"]
    assert all(best[site] <= value for row in PUBLISHED.values() for site, value in row.items())
