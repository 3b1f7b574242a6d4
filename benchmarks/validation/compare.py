"""Does the built-in simulator say what SUMO says? Mean delay in both, for networks and controllers, with verdicts.

    python benchmarks/validation/compare.py [--seeds 10] [--networks cologne1,…] [--controllers net,…]
        [--worlds sumo,sim,half-step,meso] [--jobs 1] [--markdown] [--show]

The networks are RESCO's eight from the installed `sumo-rl` package, the demo junction, and two generated grids, for
their own hour. *Paired* means: SUMO drives once through every network under its own plan (seed 1), the route of every
vehicle is kept, and all worlds read that same file. Controllers, estimator and guard are the same everywhere; what is
seen is `full`. Delay counts all scheduled vehicles, also those that never got in.

Beside it stand SUMO with steps of 0.5 s, the same loop otherwise, and SUMO's mesoscopic model, which runs by itself
under the fixed plan. Errors are against SUMO with the same seeds; ± is the standard deviation over the seeds.

Every run is a process of its own. Results are kept in ``runs/validation`` under a key of all that they depend on:
files, times, versions, and the code that takes part. So the command can be stopped and started again at any time.
``--show`` prints what is there and runs nothing.

Exit status: 0 every target is met; 1 one is missed; 2 something was not run, or failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from benchmarks.validation.campaign import cases_of, kept, prepared, run_missing
from benchmarks.validation.sites import CONTROLLERS, SITES, WORLDS
from benchmarks.validation.tables import lines_of, reasons_of, verdict_lines
from benchmarks.validation.verdicts import MISSED, OPEN, rows_of, verdicts_of
from signals import plugins
from signals.errors import InputError, SignalsError, UnknownNameError
from signals.study import parse_seeds

__all__ = ["main"]

ALL_MET, TARGET_MISSED, NOT_WHOLE = 0, 1, 2
_INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    asked = _parser().parse_args(words)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # of the processes that are started from here
    try:
        cases = cases_of(
            _chosen("network", asked.networks, SITES),
            _chosen("world", asked.worlds, WORLDS),
            _chosen("controller", asked.controllers, plugins.names("controllers")),
            parse_seeds(asked.seeds),
        )
        jobs, results = prepared(cases, asked.cache, asked.jobs, _tell, record=not asked.show)
        results |= kept(jobs)
        if not asked.show:
            run_missing(jobs, results, asked.jobs, _tell)
    except SignalsError as error:
        _tell(f"error: {error}")
        return NOT_WHOLE
    except KeyboardInterrupt:
        _tell("interrupted; what is finished is kept")
        return _INTERRUPTED
    rows = rows_of(results, cases)
    verdicts = verdicts_of(rows)
    for line in lines_of(rows, markdown=asked.markdown):
        print(line)
    print()
    for line in verdict_lines(verdicts, markdown=asked.markdown):
        print(line)
    for line in reasons_of(rows):
        _tell(line)
    states = {verdict.state for verdict in verdicts}
    if MISSED in states:
        return TARGET_MISSED
    return NOT_WHOLE if OPEN in states or any(row.why for row in rows) else ALL_MET


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="10", help="10 (that is 1 to 10), 4-10, or 1,4,9")
    parser.add_argument("--networks", default=",".join(SITES))
    parser.add_argument("--controllers", default=",".join(CONTROLLERS))
    parser.add_argument("--worlds", default=",".join(WORLDS))
    parser.add_argument("--jobs", type=int, default=1, help="runs at the same time")
    parser.add_argument("--cache", type=Path, default=Path("runs/validation"), help="where everything is kept")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    parser.add_argument("--show", action="store_true", help="run nothing, print what is there")
    return parser


def _chosen(what: str, text: str, known: Collection[str]) -> list[str]:
    """Take names apart; each has to exist, and counts once."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in known:
            raise UnknownNameError(what, name, known)
    if not names:
        raise InputError(f"no {what} is given")
    return names


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
