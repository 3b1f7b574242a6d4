"""Checks what SUMO recorded of its signals, against the network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from signals.adapters.sumo.program_texts import LETTERS
from signals.adapters.sumo.state_log import Shown, read_state_log
from signals.adapters.sumo.timelines import layout_of, read_signal_net, record_of
from signals.checks.breaches import ERROR, Breach, Report, counted, merged
from signals.checks.programs import DEMAND, SUMO, timeline_breaches
from signals.model.timing import TimingProfile

__all__ = ["check_state_log"]


def check_state_log(path: Path, rules: TimingProfile, net: Path) -> Report:
    """Check a record that ``SaveTLSStates`` or ``SaveTLSSwitchStates`` wrote.

    Parameters
    ----------
    path
        The record.
    rules
        The timing profile that says which times are required.
    net
        The network.

    Raises
    ------
    InputError
        When a file cannot be read.
    """
    known = read_signal_net(net, rules)
    record = read_state_log(path)
    breaches: list[Breach] = []
    notes = []
    for signal, shown in record.items():
        if signal not in known.links:
            notes.append(f'intersection "{signal}": not judged: the network has no such signal')
            continue
        faults = list(_faults(signal, shown, max(known.links[signal]) + 1))
        breaches += faults
        if any(fault.rule == "state-length" for fault in faults):
            notes.append(f'intersection "{signal}": not judged further: its states do not fit the network')
            continue
        layout = layout_of(known, signal, [one.state for one in shown[:-1]])
        breaches += timeline_breaches(record_of(signal, shown, layout))
    times = [one.time_ds for shown in record.values() for one in shown]
    length_s = (max(times) - min(times)) / 10
    checked = f"{counted(len(record), 'intersection')}, {length_s:g} s; timing profile {rules.name}"
    return Report(str(path), "SUMO record of signals", merged(breaches), checked, (*notes, DEMAND))


def _faults(signal: str, shown: Sequence[Shown], needed: int) -> Iterator[Breach]:
    """Yield what is wrong with the states themselves."""
    for one in shown[:-1]:
        unknown = "".join(sorted(set(one.state) - LETTERS))
        where = (signal, "", one.time_ds, -1, one.line, (), (), ())
        if unknown:
            known = " ".join(sorted(LETTERS))
            yield Breach(ERROR, "unknown-aspect", *where, f'"{unknown}" in a state', f"letters out of {known}", SUMO)
        if len(one.state) < needed:
            seen, required = f"a state of {len(one.state)} letters", f"{needed}, one for each link of the signal"
            yield Breach(ERROR, "state-length", *where, seen, required, SUMO)
