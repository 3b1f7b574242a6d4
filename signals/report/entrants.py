"""Who played: which controllers failed for a while, and what the policies among them say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from signals.record.run_folder import read_run
from signals.record.run_record import RunRecord
from signals.report.facts import Fact, facts_in
from signals.report.folder import Played
from signals.trial import falls_of

__all__ = ["Failing", "PolicyView", "failing_in", "policies_in", "records_of"]


class Failing(NamedTuple):
    """A controller that failed: for a while somebody else decided in its place.

    Attributes
    ----------
    controller
        Its name.
    failed, runs
        In how many of how many finished runs that happened.
    text
        What the first of them says.
    """

    controller: str
    failed: int
    runs: int
    text: str


class PolicyView(NamedTuple):
    """A policy: what it sees and does, and the SHA-256 of its files."""

    controller: str
    facts: list[Fact]


def records_of(played: Iterable[Played]) -> dict[str, list[RunRecord]]:
    """Read the records of the runs, by controller. Raises `RecordError`."""
    found: dict[str, list[RunRecord]] = {}
    for run in played:
        found.setdefault(run.controller, []).append(read_run(run.folder))
    return found


def failing_in(records: dict[str, list[RunRecord]]) -> list[Failing]:
    """Return the controllers that were not followed all the time because they failed."""
    found = []
    for controller, runs in records.items():
        texts = [text for run in runs for text in falls_of(run)[:1]]
        if texts:
            found.append(Failing(controller, len(texts), len(runs), texts[0]))
    return found


def policies_in(records: dict[str, list[RunRecord]]) -> list[PolicyView]:
    """Return what is known of the policies; the same in all runs of one."""
    told = ((controller, runs[0].settings.get("policy")) for controller, runs in records.items())
    return [
        PolicyView(controller, [fact for fact in facts_in(policy) if fact.value])
        for controller, policy in told
        if isinstance(policy, dict)
    ]
