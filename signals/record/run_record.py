"""What is kept of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from signals.model.network import Finding

__all__ = ["FALLBACK", "RunRecord"]

FALLBACK = "fallback"
"""Code of the finding that the controller was not followed for a while, because it failed."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of one controller in one scenario with one seed.

    Parameters
    ----------
    scenario, controller
        Their names.
    seed
        The seed of the world.
    finished
        Whether it reached its end; False where it was interrupted or the world was lost.
    metrics
        Name → value, as `signals.record.metrics.summarise` returns them; NaN where undefined.
    violations
        How many the monitor saw.
    note
        Why it ended early, one sentence; empty where it did not.
    settings
        Everything that was chosen: times, sensing level, settings of the controller.
    provenance
        As `signals.record.provenance.provenance` returns it.
    findings
        What the reader of the network noticed.
    refusals
        Reason → group-ticks during which a group did not show what was wanted.
    """

    scenario: str
    controller: str
    seed: int
    finished: bool
    metrics: Mapping[str, float]
    violations: int = 0
    note: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    provenance: Mapping[str, object] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    refusals: Mapping[str, int] = field(default_factory=dict)
