"""What a controller expects of the signals: a guess, which binds nobody."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from signals.model.values import FloatArray, Snapshot

__all__ = ["Prediction", "Predicts"]


class Prediction(NamedTuple):
    """When signal groups will probably be green, counted from the snapshot that it is about.

    Attributes
    ----------
    green_start_s
        float32 [nG] in how long each group turns green; NaN = not known, or it is green.
    green_end_s
        float32 [nG] in how long its green ends, the one that lasts or else the one that begins at `green_start_s`;
        NaN = not known.
    """

    green_start_s: FloatArray
    green_end_s: FloatArray


@runtime_checkable
class Predicts(Protocol):
    """A controller that says what it expects."""

    def predict(self, snapshot: Snapshot) -> Prediction:
        """Say when groups will probably change; asked after `decide`, about the same snapshot. Changes nothing."""
        ...
