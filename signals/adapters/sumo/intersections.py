"""One signal of a SUMO network as an intersection of the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from signals.adapters.sumo.bridges import bridged
from signals.adapters.sumo.conflicts import judge
from signals.adapters.sumo.courses import Course
from signals.adapters.sumo.findings import Signal, findings_of, refuse_if_never_safe
from signals.adapters.sumo.groups import Draft, drafts_of, off_links
from signals.adapters.sumo.naming import names_of
from signals.adapters.sumo.observed import Observed, observe
from signals.adapters.sumo.plans import Plans, plans_of, stages_of
from signals.adapters.sumo.times import Times, intergreens_of, times_of
from signals.adapters.sumo.ways import Ways
from signals.model.intersections import Intersection, Plan, SignalGroup
from signals.model.lanes import Point, User
from signals.model.network import Finding
from signals.model.timing import TimingProfile

__all__ = ["Choices", "intersection_of"]


class Choices(NamedTuple):
    """How to read.

    Attributes
    ----------
    rules
        The timing profile.
    respect_plans
        Whether what the programs deploy goes before the profile.
    derived
        Whether stages are derived instead of taken from the programs.
    """

    rules: TimingProfile
    respect_plans: bool
    derived: bool


def intersection_of(
    name: str,
    courses: tuple[Course, ...],
    links: Mapping[int, Sequence[int]],
    about: tuple[Ways, Mapping[str, Point]],
    choices: Choices,
) -> tuple[Intersection | None, tuple[Finding, ...]]:
    """Build one intersection.

    Parameters
    ----------
    name
        The id of the signal.
    courses
        Its programs; at least one.
    links
        The movements of each of its links.
    about
        Lanes and movements of the network, and where each junction lies.
    choices
        How to read.

    Returns
    -------
    Intersection or None
        `None` where no link is left to control.
    tuple of Finding
        What is doubtful about it.

    Raises
    ------
    UnsafePlanError
        When none of its programs has a safe step.
    """
    ways, centres = about
    off = off_links(courses, links)
    if len(off) == len(links):
        return None, (Finding("note", name, "no-links", f'signal "{name}" controls nothing and is left out'),)
    drafts = drafts_of(ways, courses, {link: links[link] for link in links.keys() - dict(off).keys()})
    judgement = judge(drafts, ways, courses)
    signal = Signal(name, courses, drafts, names_of(drafts, ways, centres), judgement, ways)
    plans = _safe_plans(signal)
    timed = _timed(signal, choices)
    filled = [bridged(plan, [times.clearance_ds for times, _ in timed], judgement.conflict) for plan in plans.plans]
    between = intergreens_of(drafts, ways, judgement, choices.rules, timed)
    intersection = Intersection(
        name,
        tuple(_group(signal, group, times) for group, (times, _) in enumerate(timed)),
        between.matrix,
        stages_of(plans, drafts, judgement, ways, derived=choices.derived or courses[0].type == "NEMA"),
        tuple(plan for plan, _ in filled),
        _junctions(drafts, ways),
        len(courses[0].states[0]),
        off,
    )
    found = findings_of(signal, plans, intersection, [times for times, _ in timed], between)
    return intersection, (*found, *_about_gaps(signal, filled))


def _safe_plans(signal: Signal) -> Plans:
    plans = plans_of(signal.courses, signal.drafts, signal.judgement)
    refuse_if_never_safe(signal, plans)
    return plans


def _junctions(drafts: Sequence[Draft], ways: Ways) -> tuple[str, ...]:
    crossed = (ways.junction[movement] for draft in drafts for movement in draft.movements)
    return tuple(dict.fromkeys(junction for junction in crossed if junction))


def _about_gaps(signal: Signal, filled: Sequence[tuple[Plan, tuple[int, ...]]]) -> Iterator[Finding]:
    for plan, groups in filled:
        if groups:
            names = ", ".join(f'"{signal.names[group]}"' for group in groups)
            text = f'plan "{plan.id}": gaps in the green of {names} that are shorter than its clearance are filled'
            yield Finding("note", signal.id, "filled-gap", f'signal "{signal.id}", {text}')


def _timed(signal: Signal, choices: Choices) -> list[tuple[Times, Observed | None]]:
    """Return the times of each group and what its programs show, if that counts."""
    drafts = signal.drafts
    seen: Sequence[Observed | None] = [None] * len(drafts)
    if choices.respect_plans:
        seen = observe([draft.column for draft in drafts], signal.courses)
    members = range(len(drafts))
    foes = [[other for other in members if signal.judgement.conflict(group, other)] for group in members]
    return [
        (times_of(draft, signal.ways, choices.rules, shown, against), shown)
        for draft, shown, against in zip(drafts, seen, foes, strict=True)
    ]


def _group(signal: Signal, number: int, times: Times) -> SignalGroup:
    draft: Draft = signal.drafts[number]
    yielding = draft.permissive | (signal.judgement.yielding & set(draft.links))
    return SignalGroup(
        signal.names[number],
        draft.user,
        draft.links,
        draft.movements,
        times.min_green_ds,
        times.max_green_ds,
        times.amber_ds,
        times.red_amber_ds,
        times.clearance_ds,
        times.max_red_ds,
        tuple(sorted(yielding)) if draft.user is not User.PEDESTRIAN else (),
        tuple(sorted(draft.on_red)),
    )
