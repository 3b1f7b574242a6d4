"""How a virtual cabinet can be told to misbehave."""

from __future__ import annotations

from typing import Final

from signals.errors import UnknownNameError

__all__ = ["MISBEHAVIOURS", "misbehaviour"]

MISBEHAVIOURS: Final = {
    "manual": "A person at the cabinet decides and keeps the groups green that its program would show; mode MANUAL.",
    "preempt": "An emergency vehicle calls the first stage, which stays green; mode PREEMPT.",
    "flash": "It flashes: nothing is shown that an aspect could say (-1); mode FLASH. It starts up when that is over.",
    "fault": "A fault that has nothing to do with us: its own program in mode FAULT, with the alarm `fault`.",
    "reboot": "Once: dark for some seconds, all red for some more, then its own program. All is forgotten.",
    "lies": "It accepts every request and acts on none; it still says that we decide.",
    "refuses": "It lets nobody decide and takes no plan; mode LOCAL.",
    "silent": "Its server stops answering; the controller itself goes on.",
    "clock_jump": "Somebody set its clock an hour and some seconds ahead.",
    "clock_stopped": "Its clock stands still; it is right again when that is over.",
    "clock_fast": "Its clock runs twice as fast as it should; it is right again when that is over.",
    "backup_changed": "Somebody set its backup time to 0: it will not miss us.",
    "detector_stuck_on": "One detector, chosen by the seed, is occupied for ever.",
    "detector_stuck_off": "One detector, chosen by the seed, never sees anything again.",
}
"""What it can be told, and what happens then."""


def misbehaviour(name: str) -> str:
    """Return a name that is one. Raises `UnknownNameError`, which lists them, where it is none."""
    if name not in MISBEHAVIOURS:
        raise UnknownNameError("misbehaviour", name, MISBEHAVIOURS)
    return name
