"""What the loop costs beside bare SUMO, how long an hour under the optimiser takes, and how soon a run starts.

    python benchmarks/speed/overhead.py [--repeats 5] [--maps cologne8,ingolstadt21]

The networks are RESCO's, read from the installed `sumo-rl` package. Every figure comes from a process of its own, and
the variants take turns, so that a busy machine slows all of them alike; ratios are of CPU times, the median over the
repeats. Loading is not counted; `bare` is libsumo that does nothing but step, without any output file; `outputs` is the
same with SUMO's files that a run of ours leaves behind (tripinfo, statistics, the record of the lights).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VARIANTS = ("bare", "outputs", "net", "rolling_horizon")


def config_of(name: str) -> Path:
    """Return the configuration of one of RESCO's networks."""
    found = importlib.util.find_spec("sumo_rl")
    if found is None or found.origin is None:
        sys.exit("the networks come with the package sumo-rl: pip install --no-deps sumo-rl")
    return Path(found.origin).parent / "nets" / "RESCO" / name / f"{name}.sumocfg"


def steps_of_sumo(name: str, *, outputs: bool) -> float:
    """CPU seconds of bare SUMO over the scenario's time."""
    import libsumo  # noqa: PLC0415  children only

    from signals.adapters.sumo.config import read_config  # noqa: PLC0415
    from signals.adapters.sumo.network import read_network  # noqa: PLC0415

    inputs = read_config(config_of(name))
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "sumo", "-n", str(inputs.net), "-r", ",".join(str(route.path) for route in inputs.routes),
            "-b", str(inputs.begin_s), "-e", str(inputs.end_s), "--seed", "1", "--step-length", "1",
            "--time-to-teleport", "-1", "--no-step-log", "--no-warnings", "--xml-validation", "never",
        ]  # fmt: skip
        if outputs:
            signals = [place.id for place in read_network(inputs.net, inputs.additionals).intersections]
            lines = [f'<timedEvent type="SaveTLSStates" source="{one}" dest="{folder}/states.xml"/>' for one in signals]
            Path(folder, "states.add.xml").write_text("<additional>" + "".join(lines) + "</additional>")
            command += [
                "--tripinfo-output", f"{folder}/tripinfo.xml", "--tripinfo-output.write-unfinished",
                "--tripinfo-output.write-undeparted", "--statistic-output", f"{folder}/statistics.xml",
                "-a", f"{folder}/states.add.xml",
            ]  # fmt: skip
        libsumo.start(command)
        begin = time.process_time()
        for _ in range(round(inputs.end_s - inputs.begin_s)):
            libsumo.simulationStep()
        spent = time.process_time() - begin
        libsumo.close()
    return spent


def whole_loop(name: str, controller: str) -> tuple[float, float]:
    """CPU and wall seconds of the loop from the first tick to the last, everything made and compiled before."""
    import signals  # noqa: PLC0415

    marks: list[tuple[float, float]] = []

    def on_tick(_share: float) -> None:
        del marks[1:]
        marks.append((time.process_time(), time.perf_counter()))

    with tempfile.TemporaryDirectory() as folder:
        signals.run(str(config_of(name)), controller, seed=1, out=Path(folder) / "run", on_tick=on_tick)
    (cpu, wall), (cpu_end, wall_end) = marks
    return cpu_end - cpu, wall_end - wall


def child(variant: str, name: str) -> None:
    """Measure one thing and print it."""
    if variant in ("bare", "outputs"):
        print(json.dumps([steps_of_sumo(name, outputs=variant == "outputs"), 0.0]))
    else:
        print(json.dumps(whole_loop(name, variant)))


def measured(variant: str, name: str) -> list[float]:
    """Measure one thing in a process of its own: CPU and wall seconds."""
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    command = [sys.executable, __file__, "--child", variant, name]
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return [float(value) for value in json.loads(answer.stdout.splitlines()[-1])]


def overhead(name: str, repeats: int) -> None:
    """Print the table of one network."""
    measured("rolling_horizon", name)  # fills the caches of the compiler
    rows: dict[str, list[list[float]]] = {variant: [] for variant in VARIANTS}
    for _ in range(repeats):
        for variant in VARIANTS:
            rows[variant].append(measured(variant, name))
    print(f"\n{name}, one hour, 1 s steps, {repeats} repeats: CPU seconds (median), ratio to bare, to outputs")
    for variant in VARIANTS:
        cpu = statistics.median(row[0] for row in rows[variant])
        wall = statistics.median(row[1] for row in rows[variant])
        ratios = [
            statistics.median(row[0] / other[0] for row, other in zip(rows[variant], rows[base], strict=True))
            for base in ("bare", "outputs")
        ]
        line = f"  {variant:16} {cpu:7.2f} s  x {ratios[0]:5.2f}  x {ratios[1]:5.2f}"
        print(line + (f"  wall {wall:5.2f} s" if wall else ""))


def cold_start(name: str, repeats: int) -> None:
    """Print the time from the command to its first simulated second, with filled caches."""
    program = (
        "import sys, time; import signals\n"
        "def first(share):\n    print('first', flush=True); sys.stdout.flush(); import os; os._exit(0)\n"
        f"signals.run({str(config_of(name))!r}, 'rolling_horizon', seed=1, on_tick=first)"
    )
    spent = []
    for _ in range(repeats + 1):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
        spent.append(time.perf_counter() - begin)
    print(f"\n{name}: from the start of Python to the first simulated second, caches filled: "
          f"{statistics.median(spent[1:]):.2f} s (first start {spent[0]:.2f} s)")  # fmt: skip


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--maps", default="cologne8,ingolstadt21")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child:
        child(*chosen.child)
        return
    for name in chosen.maps.split(","):
        overhead(name, chosen.repeats)
        cold_start(name, 3)


if __name__ == "__main__":
    main()
