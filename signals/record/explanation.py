"""Why an intersection changed: what its controller weighed, read from the tables of a run."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from signals.errors import RecordError, UnknownNameError
from signals.record.run_folder import COMPARISON_FILE, read_run
from signals.record.tables import Values, read_table

__all__ = ["Change", "Weighed", "changes_before", "latest_changes"]

TABLE = "comparisons"
DEFAULT_RUN = "rolling_horizon/seed-1"


class Weighed(NamedTuple):
    """A stage that could have been asked for.

    Attributes
    ----------
    stage
        Its id.
    chosen
        Whether it was.
    cost_s
        What the best plan costs that begins with it, in the controller's own measure.
    waiting_veh
        Vehicles that stood waiting for it, and called crossings.
    longest_wait_s
        For how long the first of these vehicles had waited.
    in_time
        Whether a bound on red or on waiting left time for it; true in a record of an older version.
    """

    stage: str
    chosen: bool
    cost_s: float
    waiting_veh: float
    longest_wait_s: float
    in_time: bool = True


class Change(NamedTuple):
    """An intersection was asked for another stage.

    Attributes
    ----------
    time_s
        When, in the world's clock.
    intersection
        Its id.
    weighed
        What it could have been asked for, the cheapest first.
    due_group
        Id of the group that had to be served first by a bound on red or on waiting; empty where none stood in the way.
    due_s
        By when, seconds from then.
    """

    time_s: float
    intersection: str
    weighed: tuple[Weighed, ...]
    due_group: str = ""
    due_s: float = float("nan")

    @property
    def bound(self) -> str:
        """What a bound on red or on waiting had to do with it, in a sentence; empty where nothing."""
        if not self.due_group:
            return ""
        stages = ", ".join(sorted(one.stage for one in self.weighed if one.in_time))
        return (
            f'a bound on red or on waiting: group "{self.due_group}" has to be served within '
            f"{max(self.due_s, 0.0):.0f} s, which leaves only: {stages or 'what nobody waits for'}"
        )


def latest_changes(folder: Path, at_s: float, intersection: str = "") -> list[Change]:
    """Return the last change of every intersection at or before a time.

    Parameters
    ----------
    folder
        The folder of a run.
    at_s
        The time, in the world's clock.
    intersection
        The id of the only one that is wanted.

    Raises
    ------
    RecordError
        When it is not the folder of a run, or its controller does not explain itself.
    UnknownNameError
        When no intersection of this id was ever changed.
    """
    if (folder / COMPARISON_FILE).is_file():
        raise RecordError(f'"{folder}" is the folder of a comparison; name one of its runs, such as {DEFAULT_RUN}')
    record = read_run(folder)
    if not (folder / f"{TABLE}.csv").is_file():
        raise RecordError(f'"{folder}" has no {TABLE}.csv: it was made by an older version; run it again')
    changes = changes_before(read_table(folder / f"{TABLE}.csv"), at_s)
    if not changes and not len(read_table(folder / f"{TABLE}.csv")["time_s"]):
        raise RecordError(
            f'the controller "{record.controller}" says nothing of what it weighs, or never changed anything; '
            "rolling_horizon does"
        )
    if intersection:
        known = {change.intersection for change in changes}
        if intersection not in known:
            raise UnknownNameError("intersection that changed by then", intersection, known)
        changes = [change for change in changes if change.intersection == intersection]
    return changes


def changes_before(
    table: dict[str, Values], at_s: float, since_s: float = -np.inf, *, every: bool = False
) -> list[Change]:
    """Return the last change of every intersection in a stretch of time, or every change.

    Parameters
    ----------
    table
        The table `comparisons`.
    at_s, since_s
        The stretch; both ends are part of it.
    every
        Whether earlier changes are wanted, too.
    """
    found: dict[tuple[str, float], list[Weighed]] = {}
    due: dict[tuple[str, float], tuple[str, float]] = {}
    for time_s, place, *row in zip(*(column.tolist() for column in table.values()), strict=True):
        if since_s <= time_s <= at_s:
            stage, chosen, cost_s, waiting_veh, longest_s, *bound = row
            in_time, group, due_s = bound or (1, "", np.nan)
            due[place, time_s] = group, due_s
            weighed = Weighed(stage, bool(chosen), cost_s, waiting_veh, longest_s, bool(in_time))
            found.setdefault((place, time_s), []).append(weighed)
    if not every:
        last = dict(found.keys())
        found = {key: rows for key, rows in found.items() if last[key[0]] == key[1]}
    return [
        Change(time_s, place, tuple(sorted(rows, key=lambda one: one.cost_s)), *due[place, time_s])
        for (place, time_s), rows in sorted(found.items(), key=lambda item: item[0][::-1])
    ]
