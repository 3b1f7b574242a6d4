"""The data dictionary: every column of every table, with its unit and its meaning.

No table has a column that names or numbers a traveller. The tables of a simulation may be published as they are; of
a real junction publish only what is aggregated, such as `queues` over at least 15 minutes.
"""

from __future__ import annotations

from typing import NamedTuple

from signals.record.metrics import METRICS

__all__ = ["AT_FIRST", "TABLES", "Column"]


class Column(NamedTuple):
    """One column.

    Attributes
    ----------
    name
        Its header.
    unit
        Its unit; empty for names and texts.
    kind
        ``integer``, ``number`` (an empty cell is unknown) or ``text``.
    meaning
        One sentence.
    """

    name: str
    unit: str
    kind: str
    meaning: str


_TIME = Column("time_s", "s", "number", "Time in the world's clock.")
_INTERSECTION = Column("intersection", "", "text", "Id of the intersection.")
_CONTROLLER = Column("controller", "", "text", "Name of the controller.")
_RUN_COUNT = Column("runs", "1", "integer", "Number of finished runs that went in.")
_VIOLATIONS = Column("violations", "1", "integer", "Things seen by the safety monitor that must never be seen.")

_SIGNALS = (
    _TIME._replace(meaning="When the group began to show it, in the world's clock."),
    _INTERSECTION,
    Column("group", "", "text", "Id of the signal group within its intersection."),
    Column("aspect", "", "text", "What it shows: red, red_amber, green, amber, clearance, or unknown."),
    Column("duration_s", "s", "number", "For how long it showed it; cut off at the end of the record."),
)
_WRITTEN = (
    _TIME._replace(meaning="From when on, in the world's clock."),
    _INTERSECTION,
    Column("written", "", "integer", "1 where we said what it shows, 0 where its own program did."),
)
_DECISIONS = (
    _TIME._replace(meaning="When the wish changed, in the world's clock."),
    _INTERSECTION,
    Column("stage", "", "text", "Id of the stage that is wanted; empty where groups are chosen freely."),
    Column("groups", "", "text", "Ids of the groups that are wanted green, with blanks between them."),
)
_COMPARISONS = (
    _TIME._replace(meaning="When the intersection changed its wish, in the world's clock."),
    _INTERSECTION,
    Column("stage", "", "text", "Id of a stage that it could have been asked for; that which ran means to stay."),
    Column("chosen", "", "integer", "1 for the stage that it was asked for, 0 for the others."),
    Column("cost_s", "s", "number", "What the best plan costs that begins with it, in the controller's own measure."),
    Column("waiting_veh", "veh", "number", "Vehicles that stood waiting for it, and called crossings."),
    Column("longest_wait_s", "s", "number", "For how long the first of these vehicles had waited."),
    Column("in_time", "", "integer", "0 for a stage that a bound on red or on waiting left no time for, else 1."),
    Column("due_group", "", "text", "Id of the group that had to be served first by such a bound; empty where none."),
    Column("due_s", "s", "number", "By when that group had to be served, from then on."),
)
_QUEUES = (
    _TIME._replace(meaning="Start of the interval, in the world's clock."),
    Column("duration_s", "s", "number", "Length of the interval; the last one may be shorter."),
    _INTERSECTION,
    Column("approach", "", "text", "Id of the lane that ends at the controlled stop line."),
    Column("queue_mean_veh", "veh", "number", "Mean number of vehicles standing on the approach."),
    Column("queue_max_veh", "veh", "number", "Largest number of vehicles standing on the approach."),
    Column("count_mean_veh", "veh", "number", "Mean number of vehicles on the approach within range, moving or not."),
)
_EVENTS = (
    _TIME,
    _INTERSECTION._replace(meaning="Id of the intersection; empty where it is about all of them."),
    Column("code", "", "text", "Short stable name of what happened to the control."),
    Column("detail", "", "text", "One sentence."),
)
_VIOLATION_ROWS = (
    _TIME,
    _INTERSECTION,
    Column("rule", "", "text", "Short name of the rule that was broken."),
    Column("group", "", "text", "Id of the signal group."),
    Column("other", "", "text", "Id of the other signal group; empty where only one is involved."),
    Column("detail", "", "text", "One sentence."),
)
_TRIPS = (
    Column("scheduled_s", "s", "number", "When the trip should have begun, in the world's clock."),
    Column("departure_delay_s", "s", "number", "How much later it began; up to the end of the run where it did not."),
    Column("time_loss_s", "s", "number", "Time lost against driving at the desired speed."),
    Column("duration_s", "s", "number", "Time under way, up to the end of the run."),
    Column("waiting_s", "s", "number", "Time spent standing (below 0.1 m/s)."),
    Column("stops", "1", "number", "Number of halts; empty where the world does not count them."),
    Column("state", "", "text", "How far it came: finished, driving or never_inserted."),
    Column("user", "", "text", "Who: vehicle, pedestrian, bicycle or transit."),
)
_RUNS = (
    _CONTROLLER,
    Column("seed", "", "integer", "Seed of the world."),
    Column("finished", "", "integer", "1 where the run reached its end, else 0."),
    _VIOLATIONS,
    *(Column(metric.name, metric.unit, "number", metric.definition) for metric in METRICS),
)
_COMPARISON = (
    _CONTROLLER,
    Column("delay_s", "s", "number", "Mean over the runs of the mean delay (see runs.csv)."),
    Column("low_s", "s", "number", "Lower bound of its 95 % interval; empty with fewer than two runs."),
    Column("high_s", "s", "number", "Upper bound of its 95 % interval; empty with fewer than two runs."),
    _RUN_COUNT,
    Column("interrupted", "1", "integer", "Number of runs that did not reach their end; not counted in any metric."),
    _VIOLATIONS,
    *(
        Column(f"{metric.name}{bound}", metric.unit, "number", f"{text} over the runs. {metric.definition}")
        for metric in METRICS
        if metric.name != "delay_s"
        for bound, text in (
            ("", "Mean"),
            ("_low", "Lower bound of the 95 % interval of the mean"),
            ("_high", "Upper bound of the 95 % interval of the mean"),
        )
    ),
)
_DIFFERENCES = (
    _CONTROLLER,
    Column("other", "", "text", "Name of the controller it is compared with."),
    Column("metric", "", "text", "Name of the metric."),
    Column("unit", "", "text", "Unit of the metric."),
    Column("mean", "see unit", "number", "Mean over the seeds of controller minus other."),
    Column("low", "see unit", "number", "Lower bound of its 95 % interval; empty with fewer than two seeds."),
    Column("high", "see unit", "number", "Upper bound of its 95 % interval; empty with fewer than two seeds."),
    Column("runs", "1", "integer", "Number of seeds that both controllers finished."),
)
_DATA_DICTIONARY = (
    Column("table", "", "text", "Name of the file without its ending."),
    Column("column", "", "text", "Header of the column."),
    Column("unit", "", "text", "Unit of the column."),
    Column("kind", "", "text", "integer, number (an empty cell is unknown) or text."),
    Column("meaning", "", "text", "One sentence."),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "signals": _SIGNALS,
    "written": _WRITTEN,
    "decisions": _DECISIONS,
    "comparisons": _COMPARISONS,
    "queues": _QUEUES,
    "events": _EVENTS,
    "violations": _VIOLATION_ROWS,
    "trips": _TRIPS,
    "runs": _RUNS,
    "comparison": _COMPARISON,
    "differences": _DIFFERENCES,
    "data_dictionary": _DATA_DICTIONARY,
}
"""Table → its columns, in order."""

AT_FIRST = {"comparisons": 7}
"""How many columns a table had at first; in older runs the others are missing."""
