"""The delay that RESCO published, as its code computes it.

Source: RESCO (J. Ault and G. Sharon, NeurIPS Datasets and Benchmarks 2021), ``utils/readXML.py``. It means to count
those who never got in. Where the demand is written as ``<trip>`` it finds none of them. Where it is written as
``<vehicle>`` it takes everybody who was scheduled after the one that departed last, with the time from then to the end:
whoever of them did depart counts twice, and who never got in but was scheduled earlier not at all.
`signals.record.metrics` counts everybody once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from signals.record.tables import Values

__all__ = ["RESCO_DELAY", "resco_delay_s"]

RESCO_DELAY = "resco_delay_s"
"""What it is called among the metrics of a run."""

_WRITTEN_AS_VEHICLES = frozenset({"cologne3", "grid4x4", "arterial4x4"})
"""RESCO's maps whose route files have ``<vehicle>``."""
_ROUNDING_S = 0.005
"""SUMO writes hundredths."""


def resco_delay_s(trips: Mapping[str, Values], site: str, end_s: float) -> float:
    """Return the mean of time loss + departure delay over those whom RESCO counts; NaN where it counts nobody.

    Parameters
    ----------
    trips
        The table `trips` of a run, in the order of SUMO's.
    site
        The map.
    end_s
        When the run ended.
    """
    scheduled_s, waited_s, loss_s = (
        np.asarray(trips[name], np.float64) for name in ("scheduled_s", "departure_delay_s", "time_loss_s")
    )
    departed = np.asarray(trips["state"] != "never_inserted")
    if not departed.any():
        return float("nan")
    counted_s = (loss_s + waited_s)[departed]
    if site in _WRITTEN_AS_VEHICLES:
        last = np.argmax(np.where(departed, scheduled_s + waited_s, -np.inf))
        after = scheduled_s > scheduled_s[last] + _ROUNDING_S
        counted_s = np.concatenate([counted_s, end_s - scheduled_s[after]])
    return float(counted_s.mean())
