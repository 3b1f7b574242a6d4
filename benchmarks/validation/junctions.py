"""What the constants of the built-in simulator were measured on: single junctions, nothing else.

    python benchmarks/validation/junctions.py [--only TEXT]

Every line is an hour of a junction of four arms in SUMO (steps of 1 s) and in the built-in world: how many vehicles of
a saturated flow get through. First queues at a green; then a minor street that yields; then left turns against oncoming
traffic, with the place to wait inside the junction nearer and farther. No network of `compare.py` is among them.

The last line is the mean of the absolute differences.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.validation.junction_experiments import EXPERIMENTS, measured
from signals.errors import SignalsError

__all__ = ["main"]


def main(words: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only the experiments whose names hold this text")
    asked = parser.parse_args(words)
    chosen = [one for one in EXPERIMENTS if asked.only in one.question]
    if not chosen:
        print(f'error: no experiment is called "{asked.only}"', file=sys.stderr)
        return 2
    width = max(len(one.question) for one in chosen)
    print(f"{'':{width}}  SUMO veh/h  sim veh/h")
    differences = []
    for number, one in enumerate(chosen):
        with TemporaryDirectory(prefix="signals-junction-") as folder:
            try:
                sumo, sim = measured(one, Path(folder) / str(number))
            except SignalsError as error:
                print(f"error: {error}", file=sys.stderr)
                return 2
        differences.append(100.0 * (sim / sumo - 1.0))
        print(f"{one.question:{width}}  {sumo:10}  {sim:9}  {differences[-1]:+6.1f} %", flush=True)
    print(f"mean difference {statistics.fmean(map(abs, differences)):.1f} % over {len(differences)} experiments")
    return 0


if __name__ == "__main__":
    sys.exit(main())
