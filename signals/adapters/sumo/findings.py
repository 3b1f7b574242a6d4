"""What is to be said about an intersection: everything doubtful, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from signals.adapters.sumo.conflicts import Doubt, Judgement
from signals.adapters.sumo.courses import OFF, Course, letters_of
from signals.adapters.sumo.groups import Draft
from signals.adapters.sumo.plans import Plans
from signals.adapters.sumo.times import Intergreens, Times
from signals.adapters.sumo.ways import Ways
from signals.errors import UnsafePlanError
from signals.model.intersections import Intersection
from signals.model.network import Finding

__all__ = ["Signal", "findings_of", "refuse_if_never_safe"]


class Signal(NamedTuple):
    """A signal with its groups.

    Attributes
    ----------
    id
        Its id.
    courses
        Its programs; at least one.
    drafts, names
        Its groups and what they are called.
    judgement
        Which of them conflict.
    ways
        Lanes and movements.
    """

    id: str
    courses: tuple[Course, ...]
    drafts: Sequence[Draft]
    names: Sequence[str]
    judgement: Judgement
    ways: Ways


def refuse_if_never_safe(signal: Signal, plans: Plans) -> None:
    """Raise `UnsafePlanError` when no step of any program is safe as it stands."""
    if not plans.green_sets or any(safe for _, safe in plans.green_sets) or not signal.judgement.unsafe:
        return
    doubt = signal.judgement.unsafe[0]
    raise UnsafePlanError(
        f'signal "{signal.id}", {_where(signal, doubt)}: {_pair(signal, doubt)} are green together and neither '
        "yields; no other step is safe, so the signal cannot be controlled; correct its programs"
    )


def findings_of(
    signal: Signal, plans: Plans, intersection: Intersection, times: Sequence[Times], between: Intergreens
) -> Iterator[Finding]:
    """Yield what is doubtful about an intersection.

    Parameters
    ----------
    signal
        What it was made from.
    plans
        What became of its programs.
    intersection
        The intersection.
    times
        Of each group.
    between
        Its intergreens.
    """
    for said in (
        *_unsafe(signal),
        *_about_pairs(signal),
        *_about_groups(signal, plans, intersection),
        *_about_times(signal, times, between),
        *_about_programs(signal, plans),
    ):
        yield Finding(said.level, signal.id, said.code, f'signal "{signal.id}": {said.text}')


class _Said(NamedTuple):
    level: str
    code: str
    text: str


def _unsafe(signal: Signal) -> Iterator[_Said]:
    seen = set()
    for doubt in signal.judgement.unsafe:
        if doubt.groups in seen:
            continue
        seen.add(doubt.groups)
        done = "the one that has to yield is shown the yielding green"
        if signal.judgement.conflict(*doubt.groups):
            done = f'the group "{signal.names[doubt.groups[1]]}" is left out of every such step'
        text = f"{_where(signal, doubt)}: {_pair(signal, doubt)} are green together and neither yields; {done}"
        yield _Said("error", "unsafe-stage", text)


def _about_pairs(signal: Signal) -> Iterator[_Said]:
    judgement = signal.judgement
    if judgement.implied:
        doubt = judgement.implied[0]
        text = (
            f'{len(judgement.implied)} pairs of movements that meet are both shown "G", such as in '
            f"{_where(signal, doubt)}: {_pair(signal, doubt)}; the one that has to yield by law is shown the "
            "yielding green"
        )
        yield _Said("warning", "implied-yield", text)
    if judgement.shared:
        text = (
            f"{len(judgement.shared)} pairs of movements that meet obey the same signal, such as "
            f"{_names(signal, *judgement.shared[0])}; they sort it out by right of way"
        )
        yield _Said("warning", "shared-signal", text)
    if judgement.merging:
        text = (
            f'{len(judgement.merging)} pairs of lanes of one approach lead into one lane and are both shown "G", '
            f"such as {_names(signal, *judgement.merging[0])}; the drivers sort it out"
        )
        yield _Said("warning", "merging-lanes", text)


def _about_groups(signal: Signal, plans: Plans, intersection: Intersection) -> Iterator[_Said]:
    served = [group for group, draft in enumerate(signal.drafts) if "G" in draft.column]
    never = [name for group, name in enumerate(signal.names) if group not in served]
    if never:
        yield _Said("warning", "never-green", f"no program ever shows green to {_list(never)}")
    planned = {group for plan in plans.plans for step in plan.steps for group in step.groups}
    starved = [signal.names[group] for group in served if group not in planned]
    if starved:
        text = f"after repair no fixed-time plan serves {_list(starved)}; only controllers that choose stages do"
        yield _Said("warning", "unserved", text)
    derived = sum(stage.source == "derived" for stage in intersection.stages)
    if derived:
        text = f"{derived} of {len(intersection.stages)} stages are derived, not from a program"
        yield _Said("note", "derived-stage", text)
    used = {link for draft in signal.drafts for link in draft.links} | dict(intersection.off_links).keys()
    unused = [str(link) for link in range(intersection.link_count) if link not in used]
    if unused:
        yield _Said("note", "unused-links", f"nothing is connected to {_list(unused, 'link')} of its states")


def _about_times(signal: Signal, times: Sequence[Times], between: Intergreens) -> Iterator[_Said]:
    short = [(time.short_amber_ds, name) for time, name in zip(times, signal.names, strict=True) if time.short_amber_ds]
    if short:
        worst, name = min(short)
        text = f'{len(short)} groups are shown a short amber, down to {worst / 10:g} s for "{name}"; the profile holds'
        yield _Said("warning", "short-amber", text)
    missing = [name for time, name in zip(times, signal.names, strict=True) if time.missing_amber]
    if missing:
        text = f"amber does not always follow green of {_list(missing)}; it will"
        yield _Said("warning", "missing-amber", text)
    if between.short:
        one, two, deployed, asked = max(between.short, key=lambda pair: pair[3] - pair[2])
        text = (
            f"{len(between.short)} intergreens are shorter than the profile asks, such as {deployed / 10:g} s instead "
            f'of {asked / 10:g} s from "{signal.names[one]}" to "{signal.names[two]}"; the deployed ones hold'
        )
        yield _Said("warning", "short-intergreen", text)


def _about_programs(signal: Signal, plans: Plans) -> Iterator[_Said]:
    if plans.early:
        text = f"red-amber begins {plans.early} times while a conflicting group is green; it waits for the next step"
        yield _Said("note", "early-red-amber", text)
    nema = [course.id for course in signal.courses if course.type == "NEMA"]
    if nema:
        text = f"of {_list(nema, 'program')}, which runs in rings, stages are derived and times are the profile's"
        yield _Said("note", "nema", text)
    by_hand = [course.id for course in signal.courses if course.by_hand]
    if by_hand:
        text = f"the steps of {_list(by_hand, 'program')} take more than 15 minutes; they set no time limit"
        yield _Said("note", "by-hand", text)
    controlled = [link for draft in signal.drafts for link in draft.links]
    mixed = [str(link) for link in controlled if set(letters_of(signal.courses, link)) & set(OFF)]
    if mixed:
        text = f"{_list(mixed, 'link')} is off in some steps; that counts as a yielding green"
        yield _Said("note", "sometimes-off", text)


def _where(signal: Signal, doubt: Doubt) -> str:
    """Name the first of the steps in doubt, counted from 0 as SUMO does."""
    step = (doubt.steps & -doubt.steps).bit_length() - 1
    for course in signal.courses:
        if step < len(course.states):
            return f'program "{course.id}", step {step}'
        step -= len(course.states)
    raise AssertionError("a step beyond all programs")  # pragma: no cover


def _pair(signal: Signal, doubt: Doubt) -> str:
    return _names(signal, doubt.first, doubt.second)


def _names(signal: Signal, first: int, second: int) -> str:
    one, two = signal.ways.movements[first], signal.ways.movements[second]
    return f"{one.id} (link {one.link}) and {two.id} (link {two.link})"


def _list(names: Sequence[str], what: str = "group") -> str:
    """Write some names, the first few in full."""
    shown = ", ".join(f'"{name}"' for name in names[:4])
    rest = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return f"{what}{'s' if len(names) > 1 else ''} {shown}{rest}"
