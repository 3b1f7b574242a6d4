"""Under which rules signals are switched, and which time is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from signals.errors import UnknownNameError
from signals.scenario_file import TimingPart

__all__ = ["RULE_SETS", "RuleSet", "rule_set"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules that the guard enforces and the monitor checks.

    Parameters
    ----------
    name
        How it is chosen.
    text
        What people read above a table.
    profile
        The timing profile (`signals.model.timing.PROFILES`).
    warmup_s
        How much longer than a map's own time a run takes; travellers of that time are not scored. Where a map's
        demand brings a warm-up of its own, that is kept.
    profiles
        Map → the profile there, where it is another one.
    legacy
        Whether runs stand beside what RESCO published (`signals.bench.disturbed.DisturbedScenario`).
    """

    name: str
    text: str
    profile: str
    warmup_s: float
    profiles: Mapping[str, str] = field(default_factory=dict)
    legacy: bool = False

    def timing(self, *, designed: bool, site: str = "") -> TimingPart:
        """Return the section ``[timing]`` of a scenario.

        Parameters
        ----------
        designed
            Whether the map's programs are those of a road authority. Their intergreens then count as legal; of all
            other programs only the stages are taken.
        site
            The map.
        """
        profile = self.profiles.get(site, self.profile)
        return TimingPart(profile=profile, respect_plans=designed and profile == "street")


RULE_SETS: Mapping[str, RuleSet] = MappingProxyType(
    {
        "M": RuleSet(
            name="M",
            text=(
                "as on a street: amber by speed limit (3 to 5 s), all-red from clearance, minimum green 7 s, walk of "
                "7 s and clearance for the whole crossing, maximum red 120 s, decisions every second; where programs "
                "that were designed for a map show less, that counts"
            ),
            profile="street",
            warmup_s=600.0,
        ),
        "M7": RuleSet(
            name="M7",
            text=(
                "as earlier work: amber 3 s, minimum green 7 s, no all-red, no warm-up, decisions every second; the "
                "guard keeps its maximum red of 120 s"
            ),
            profile="m7",
            warmup_s=0.0,
        ),
        "L": RuleSet(
            name="L",
            text=(
                "as RESCO (2021): amber 3 s, minimum green 7 s (arterial4x4: 2 s and 3 s), no all-red, no maximum "
                "red, no warm-up; who is called after the grid decides every 10 s (arterial4x4: 5 s)"
            ),
            profile="resco",
            warmup_s=0.0,
            profiles={"arterial4x4": "resco5"},
            legacy=True,
        ),
    }
)
"""The rule sets that there are."""


def rule_set(name: str) -> RuleSet:
    """Return a rule set by its name. Raises `UnknownNameError`."""
    if name not in RULE_SETS:
        raise UnknownNameError("rule set", name, RULE_SETS)
    return RULE_SETS[name]
