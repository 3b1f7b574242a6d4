"""What RESCO published, beside which the suite ``legacy`` stands.

Source: the arrays in RESCO's repository (``utils/avg_timeLoss.py``), put together by its own rule (``utils/graph.py``):
of rules and of the network's own plan the mean over all episodes, of learned policies the best episode.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["PUBLISHED"]

_MAPS = (
    "grid4x4", "arterial4x4", "cologne1", "cologne3", "cologne8", "ingolstadt1", "ingolstadt7", "ingolstadt21",
)  # fmt: skip
_ROWS = {
    "published: Fixed": (None, None, 56.61, 46.35, 63.77, 39.40, 91.31, 133.10),
    "published: Greedy": (34.32, 820.81, 27.81, 90.67, 21.87, 28.32, 80.56, 76.32),
    "published: MaxPressure": (52.55, 952.75, 65.85, 162.28, 47.73, 23.62, 46.82, 136.72),
    "published: best of all (IDQN, IPPO, FMA2C)": (32.95, 654.13, 26.05, 23.99, 21.62, 20.90, 31.19, 59.64),
}

PUBLISHED: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        name: {site: value for site, value in zip(_MAPS, values, strict=True) if value is not None}
        for name, values in _ROWS.items()
    }
)
"""Row of a table → map → mean delay in s, as RESCO's code computes it."""
