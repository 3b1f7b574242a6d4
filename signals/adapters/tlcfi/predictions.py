"""When an application expects its groups to change, as TLC-FI says it. Pure.

Which of it is worth telling anew, whoever asks says; only what was never told in this session is told in any case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from signals.adapters.tlcfi.objects import TICKS
from signals.model.cabinets import GroupRequest
from signals.model.values import Aspect, ByteArray, IntArray

__all__ = ["Predictions"]

MS_IN_DS: Final = 100


class Predictions:
    """What the other side has been told.

    Parameters
    ----------
    hides
        Of each group whether its clearance is asked for as red: that red does not end with the clearance.
    """

    def __init__(self, hides: Sequence[bool]) -> None:
        self._hides = list(hides)
        self.forget()

    def forget(self) -> None:
        """Begin anew: whatever is known next is new."""
        self._told = [False] * len(self._hides)

    def rows(
        self, request: GroupRequest, ticks: int, asked: Sequence[int], changed: Mapping[int, Any]
    ) -> dict[int, str]:
        """Return the predictions that are new as JSON, by the group; an empty list where nothing is known any more.

        Parameters
        ----------
        request
            What is wanted, and when it will change.
        ticks
            Ours, now.
        asked
            The state that is asked for, of each group.
        changed
            Groups for which another state is asked now.
        """
        found: dict[int, str] = {}
        count = len(asked)
        news = [True] * count if request.news is None else request.news.tolist()
        columns = request.min_end_ds.tolist(), request.likely_end_ds.tolist(), _listed(request.max_end_ds, count)
        sure, aspects = _listed(request.confidence, count), request.aspect.tobytes()
        for group, (is_news, first_ds, likely_ds, last_ds) in enumerate(zip(news, *columns, strict=True)):
            told = self._told[group]
            if told and not is_news and group not in changed:
                continue
            self._told[group] = first_ds >= 0
            if first_ds >= 0:
                hidden = self._hides[group] and aspects[group] == Aspect.CLEARANCE
                ends_ds = (first_ds, -1, -1) if hidden else (first_ds, likely_ds, last_ds)
                found[group] = _item(asked[group], ends_ds, sure[group], ticks)
            elif told:
                found[group] = "[]"
        return found


def _item(state: int, ends_ds: tuple[int, int, int], sure: int, ticks: int) -> str:
    """Write when a state ends, at no time before the earliest."""
    first_ds, likely_ds, last_ds = ends_ds
    if last_ds >= first_ds <= likely_ds and sure >= 0:  # what is said most
        return (
            f'[{{"state":{state},"minEnd":{(ticks + MS_IN_DS * first_ds) % TICKS},'
            f'"maxEnd":{(ticks + MS_IN_DS * last_ds) % TICKS},"likelyEnd":{(ticks + MS_IN_DS * likely_ds) % TICKS},'
            f'"confidence":{sure}}}]'
        )
    text = f'[{{"state":{state},"minEnd":{(ticks + MS_IN_DS * first_ds) % TICKS}'
    if last_ds >= 0:
        text += f',"maxEnd":{(ticks + MS_IN_DS * max(last_ds, first_ds)) % TICKS}'
    if likely_ds >= 0:
        text += f',"likelyEnd":{(ticks + MS_IN_DS * max(likely_ds, first_ds)) % TICKS}'
        if sure >= 0:
            text += f',"confidence":{sure}'
    return text + "}]"


def _listed(column: IntArray | ByteArray | None, count: int) -> list[int]:
    found: list[int] = [-1] * count if column is None else column.tolist()
    return found
