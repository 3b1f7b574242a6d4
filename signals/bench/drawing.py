"""Seeds that are drawn after the controllers are frozen, so that nobody can have tuned on them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from signals.errors import InputError, RecordError
from signals.record.fields import Fields
from signals.record.files import write_whole

__all__ = ["DRAWN_FILE", "drawn_seeds"]

DRAWN_FILE = "drawn.json"
"""Who took part when the seeds were drawn, and the seeds."""

_MOST = 2**31


def drawn_seeds(folder: Path, count: int, entrants: Mapping[str, str]) -> tuple[int, ...]:
    """Return the seeds of a folder; they are drawn once, when its controllers are known.

    Parameters
    ----------
    folder
        The folder of the suite.
    count
        How many.
    entrants
        Name → SHA-256 of those who take part.

    Raises
    ------
    InputError
        When somebody takes part who is not what they were when the seeds were drawn, or was not there.
    RecordError
        When the file cannot be written or is damaged.
    """
    path = folder / DRAWN_FILE
    if not path.is_file():
        seeds = sorted(secrets.SystemRandom().sample(range(_MOST), count))
        text = json.dumps({"entrants": dict(entrants), "seeds": seeds}, indent=1)
        write_whole(path, f"{text}\n".encode())
        return tuple(seeds)
    try:
        data = Fields(json.loads(path.read_bytes()), str(path))
    except (OSError, ValueError) as error:
        raise RecordError(f'"{path}" is damaged: {error}') from error
    known, seeds = data.part("entrants"), [int(seed) for seed in data.take("seeds", list)]
    for name, sha256 in entrants.items():
        if name not in known.names or known.take(name, str) != sha256:
            raise InputError(
                f'controller "{name}" is not what it was when the seeds in "{path}" were drawn; take another --out'
            )
    if len(seeds) != count:
        raise InputError(f'"{path}" holds {len(seeds)} seeds, and {count} are asked for; take another --out')
    return tuple(seeds)
