"""Checks the signal programs of a SUMO network or of an additional file, as they stand there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from signals.adapters.sumo.program_texts import ProgramText, TextFault, read_program_texts
from signals.adapters.sumo.timelines import (
    SignalNet,
    holds,
    layout_of,
    layout_without_net,
    read_signal_net,
    timeline_of,
)
from signals.checks.breaches import ERROR, Breach, Report, counted, merged
from signals.checks.lamp_rules import lamp_breaches
from signals.checks.pair_rules import pair_breaches
from signals.model.timelines import Timeline
from signals.model.timing import TimingProfile

__all__ = ["DEMAND", "SUMO", "check_programs", "timeline_breaches"]

DEMAND: Final = "long-green and max-red: who waits is not in the file"
_WITHOUT_NET: Final = (
    "conflict, implied-yield, merging-lanes, intergreen, clearance-cut and early-red-amber: they need the network "
    "(--net); nor is it known which links are people's on foot, who have no amber"
)
SUMO: Final = "what SUMO reads"
_FIXED: Final = frozenset({"static", "actuated", "delay_based"})
"""Types of programs whose steps follow one another as the file says."""


class _Judged(NamedTuple):
    """What was found out about one program: how many steps were looked at, and what cannot be said."""

    program: ProgramText
    steps: int
    breaches: tuple[Breach, ...]
    notes: tuple[str, ...]


def check_programs(path: Path, rules: TimingProfile, net: Path | None = None) -> Report:
    """Check every program of a file.

    Parameters
    ----------
    path
        A ``.net.xml[.gz]`` or an additional file with ``<tlLogic>``.
    rules
        The timing profile that says which times are required.
    net
        The network; `None` where it is not known, and then only what needs no network is checked.

    Raises
    ------
    InputError
        When a file cannot be read.
    """
    known = None if net is None else read_signal_net(net, rules)
    judged = [_judged(program, known, rules) for program in read_program_texts(path)]
    looked_at = [one for one in judged if one.steps]
    signals = len({one.program.signal for one in looked_at})
    return Report(
        str(path),
        "SUMO network" if path == net else "SUMO signal programs",
        merged(breach for one in judged for breach in one.breaches),
        f"{counted(len(looked_at), 'program')} of {counted(signals, 'intersection')}; timing profile {rules.name}",
        (*(note for one in judged for note in one.notes), *((_WITHOUT_NET,) if known is None else ()), DEMAND),
    )


def timeline_breaches(timeline: Timeline) -> Iterator[Breach]:
    """Yield what a timeline does not keep, of all rules."""
    yield from lamp_breaches(timeline)
    yield from pair_breaches(timeline)


def _judged(program: ProgramText, net: SignalNet | None, rules: TimingProfile) -> _Judged:
    faults, notes = list(program.faults), []
    width = len(program.steps[0].state) if program.steps else 0
    needed = max(net.links.get(program.signal, (-1,))) + 1 if net else 0
    if program.steps and width < needed:
        required = f"{needed}, one for each link of the signal in the network"
        faults.append(TextFault("state-length", f"states of {width} letters", required, 0, program.line))
    why = _why_not(program, net) or ("its text is wrong" if not program.steps or width < needed else "")
    breaches = [_text_breach(program, fault) for fault in faults]
    if why:
        return _Judged(program, 0, tuple(breaches), (_note(program, f"not judged further: {why}"),))
    states = [step.state for step in program.steps]
    layout = layout_without_net(states, rules) if net is None else layout_of(net, program.signal, states)
    breaches += timeline_breaches(timeline_of(program, layout))
    if holds(program):
        what = "it leads to a state and holds it for more than 15 minutes; what comes then is not in the file"
        notes.append(_note(program, what))
    return _Judged(program, len(states), tuple(breaches), tuple(notes))


def _why_not(program: ProgramText, net: SignalNet | None) -> str:
    """Say why a program cannot be judged beyond its text; nothing if it can."""
    if program.type not in _FIXED:
        return f'in type "{program.type}" steps do not simply follow one another'
    if net and program.signal not in net.links:
        return "the network has no such signal"
    if program.steps and not any(step.state.strip("Oo") for step in program.steps):
        return "it switches the signal off"
    return ""


def _note(program: ProgramText, what: str) -> str:
    return f'intersection "{program.signal}", program "{program.id}": {what}'


def _text_breach(program: ProgramText, fault: TextFault) -> Breach:
    return Breach(
        ERROR,
        fault.rule,
        program.signal,
        program.id,
        program.steps[fault.step].begin_ds if program.steps and fault.step >= 0 else 0,
        fault.step,
        fault.line,
        (),
        (),
        (),
        fault.seen,
        fault.required,
        SUMO,
    )
