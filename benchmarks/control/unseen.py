"""Networks that nobody has seen: drawn by SUMO's generator, and what controllers make of them.

    python -m benchmarks.control.unseen [--kinds random,spider] [--draws 2] [--first 1] [--seeds 2]
        [--sensing full] [--out runs/unseen]

Each kind is drawn as often as is wanted, with other seeds, and gets trips from border to border. Every controller runs
with every seed, with full sight and with loops only. Networks, trips and figures are the same for the same seeds; what
was finished in the folder is kept. Whatever else was counted is there, too; `signals report` makes a page of it.

The table has mean delays in s. G: runs in which somebody stood for more than 300 s; V: rules of the guard that the
monitor saw broken; F: runs that failed. Either of the last two makes the exit code 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.validation.grids import network, trips
from signals.record.comparison import ComparisonRecord
from signals.record.files import write_whole
from signals.scenario import load
from signals.study import Progress, compare

__all__ = ["CONTROLLERS", "KINDS", "Kind", "drawn", "main"]

CONTROLLERS: Final = ("net", "actuated", "max_pressure", "delay_based", "rolling_horizon")
SENSING: Final = ("full", "detectors")
WARM_UP_S: Final = 600.0
"""Until then the network fills, and nothing counts."""
END_S: Final = 3600.0


class Kind(NamedTuple):
    """A kind of networks.

    Attributes
    ----------
    options
        What `netgenerate` is told besides what all have in common.
    veh_h
        Vehicles per hour, all borders together.
    """

    options: tuple[str, ...]
    veh_h: float


KINDS: Final[dict[str, Kind]] = {
    "random": Kind(("--rand", "--rand.iterations", "60", "-L", "2", "--turn-lanes", "1", "--turn-lanes.length", "40",
                    "--tls.guess"), 1800.0),
    "mixed": Kind(("--rand", "--rand.iterations", "80", "--rand.random-lanenumber", "-L", "3", "--tls.guess",
                   "--rand.min-distance", "120", "--rand.max-distance", "300"), 1500.0),
    "spider": Kind(("--spider", "--spider.arm-number", "6", "--spider.circle-number", "3", "--spider.space-radius",
                    "200", "--spider.attach-length", "200", "-L", "2", "--tls.guess", "--turn-lanes", "1"), 2400.0),
    "short": Kind(("--grid", "--grid.number", "3", "--grid.length", "120", "--grid.attach-length", "200", "-L", "1",
                   "--default-junction-type", "traffic_light"), 1800.0),
    "wide": Kind(("--grid", "--grid.number", "4", "--grid.length", "200", "--grid.attach-length", "300", "-L", "3",
                  "--turn-lanes", "1", "--default-junction-type", "traffic_light"), 6000.0),
}  # fmt: skip
_ALL: Final = (
    "--default.speed", "13.89", "--no-turnarounds", "--perturb-x", "norm(0,10)", "--perturb-y", "norm(0,10)",
)  # fmt: skip


def drawn(kind: str, seed: int, folder: Path) -> tuple[Path, Path]:
    """Write a network and its trips into a folder; what is there already is used.

    Returns
    -------
    net, trips
        The network and the route file.
    """
    net, rows = folder / f"{kind}-{seed}.net.xml", folder / f"{kind}-{seed}.rou.xml"
    options = (*_ALL, *KINDS[kind].options, "--seed", str(seed))
    if not net.exists():
        write_whole(net, network(options, folder / f"{kind}-{seed}.raw.xml"))
    if not rows.exists():
        write_whole(rows, trips(net, KINDS[kind].veh_h, seed).encode())
    return net, rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw networks, run everybody and print the mean delays; return the exit code."""
    given = _given(arguments)
    folder = Path(given.out)
    folder.mkdir(parents=True, exist_ok=True)
    print("| network | lights | sensing |", *(f"{name} |" for name in CONTROLLERS))
    print("|---" * (3 + len(CONTROLLERS)) + "|")
    failed = 0
    for kind in given.kinds:
        for draw in range(given.first, given.first + given.draws):
            for sensing in given.sensing:
                lights, record = _compared(kind, draw, sensing, range(1, given.seeds + 1), folder)
                print(
                    f"| {kind} {draw} | {lights} | {sensing} |", *(f"{cell} |" for cell in _cells(record)), flush=True
                )
                failed += sum(row.interrupted + row.violations for row in record.rows)
    return int(failed > 0)


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(KINDS), help="with commas between")
    parser.add_argument("--sensing", type=lambda text: text.split(","), default=list(SENSING))
    parser.add_argument("--draws", type=int, default=2, help="networks of each kind")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first of them")
    parser.add_argument("--seeds", type=int, default=2, help="runs of each controller")
    parser.add_argument("--out", default="runs/unseen")
    given = parser.parse_args(arguments)
    for name, known in (("kinds", tuple(KINDS)), ("sensing", SENSING)):
        unknown = sorted(set(getattr(given, name)) - set(known))
        if unknown:
            parser.error(f"--{name}: unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    if min(given.draws, given.seeds) < 1:
        parser.error("--draws and --seeds begin at 1")
    return given


def _compared(kind: str, draw: int, sensing: str, seeds: Sequence[int], folder: Path) -> tuple[int, ComparisonRecord]:
    """Return how many lights a network has, and what became of everybody."""
    net, rows = drawn(kind, draw, folder)
    scenario = load(net, [rows], sensing=sensing, warmup_s=WARM_UP_S, end_s=END_S)
    out = folder / f"{kind}-{draw}-{sensing}"
    return len(scenario.network.intersections), compare(scenario, CONTROLLERS, seeds, out=out, on_progress=_tell)


def _cells(record: ComparisonRecord) -> list[str]:
    """Return the mean delay of each controller, and what went wrong."""
    cells = []
    for row in record.rows:
        stood = round(row.metrics["gridlock"].mean * row.runs) if row.runs else 0
        wrong = (("G", stood), ("V", row.violations), ("F", row.interrupted))
        delay = f"{row.delay.mean:.1f}" if row.runs else "-"
        cells.append(" ".join([delay, *(f"{letter} {count}" for letter, count in wrong if count)]))
    return cells


def _tell(progress: Progress) -> None:
    if progress.state != "running":
        print(f"  {progress.controller}, seed {progress.seed}: {progress.state} {progress.note}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
