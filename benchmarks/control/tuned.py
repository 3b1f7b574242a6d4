"""Baselines as good as we can make them: fixed plans, and settings of `actuated`, tuned for each map, as a lineup.

    python -m benchmarks.control.tuned [--maps cologne1,ingolstadt1] [--suite full] [--tries 2000] [--out runs/tuned]
    signals bench --suite full --tiers A --demand 1.0 --lineup runs/tuned/lineup.toml

Both are tuned in the built-in simulator (`signals.tuning`), under the rules and for the hour of the suite, on demand of
seeds that nobody scores, and judged in SUMO like everybody else. The same seeds give the same files. A map that is in
the folder is not tuned again, and has to have been tuned for the same suite with as many tries; the lineup names those
that are there. Exit status: 0; 2 where a map is not there or a file cannot be written; 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from signals.bench.stage import Stage
from signals.bench.suites import SUITES, suite
from signals.bench.tiers import tier
from signals.errors import InputError, SignalsError
from signals.record.files import check_writable, write_whole
from signals.scenario import Scenario
from signals.tuning import TUNING_SEEDS, tune_actuated, tune_plans, write_plans

__all__ = ["main", "tune"]

LINEUP: Final = "lineup.toml"
SIGHT: Final = "A"


def main(arguments: Sequence[str] | None = None) -> int:
    """Tune for every map that is asked for, and write the lineup; return the exit code."""
    given = _given(arguments)
    try:
        _tune_all(given.maps, given.suite, given.tries, Path(given.out))
    except SignalsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on with the map that was not finished", file=sys.stderr)
        return 130
    return 0


def _tune_all(maps: Sequence[str], suite_name: str, tries: int, folder: Path) -> None:
    check_writable(folder / LINEUP)
    print("| map | first plans, s | tuned plans, s | plans tried | actuated tuned, s | its settings |")
    print("|---|---|---|---|---|---|")
    for name in maps:
        if not _settings_file(folder, name).exists():
            with TemporaryDirectory(prefix="signals-") as demand:
                stage = Stage(name, suite(suite_name), Path(demand))
                tune(stage.scenario(tier(SIGHT), 1.0, TUNING_SEEDS[0]), suite_name, tries, folder)
        found = json.loads(_settings_file(folder, name).read_text())
        if (found["suite"], found["tries"]) != (suite_name, tries):
            made = f"for suite {found['suite']} with {found['tries']} tries"
            raise InputError(f'"{folder}": {name} was tuned {made}; choose another folder')
        plans = f"{found['first_s']:.1f} | {found['plans_s']:.1f} | {found['tried']}"
        print(f"| {name} | {plans} | {found['actuated_s']:.1f} | {found['settings']} |", flush=True)
        write_whole(folder / LINEUP, lineup_text(folder).encode())


def tune(scenario: Scenario, suite_name: str, tries: int, folder: Path) -> None:
    """Tune for a map, and write `name.plans.toml` and `name.json` into a folder; the latter last."""
    name = scenario.name
    tuned = tune_plans(scenario, tries=tries, on_progress=_told(name))
    write_plans(folder / f"{name}.plans.toml", scenario, tuned)
    settings, actuated_s = tune_actuated(scenario)
    found = {
        "suite": suite_name,
        "tries": tries,
        "first_s": tuned.first_delay_s,
        "plans_s": tuned.delay_s,
        "tried": tuned.tried,
        "actuated_s": actuated_s,
        "settings": settings,
    }
    write_whole(_settings_file(folder, name), json.dumps(found, indent=1).encode())


def lineup_text(folder: Path) -> str:
    """Return the lineup of all maps that are in a folder: ``tuned_fixed`` and ``tuned_actuated``."""
    names = [path.stem for path in sorted(folder.glob("*.json"))]
    settings = [json.loads(_settings_file(folder, name).read_text())["settings"] for name in names]
    plans = [f'maps.{name} = {{ plan_file = "{name}.plans.toml" }}' for name in names]
    lines = ["[tuned_fixed]", 'controller = "fixed_time"', *plans, "", "[tuned_actuated]", 'controller = "actuated"']
    lines += [f"maps.{name} = {_table(found)}" for name, found in zip(names, settings, strict=True) if found]
    return "\n".join(lines) + "\n"


def _table(settings: Mapping[str, float]) -> str:
    return f"{{ {', '.join(f'{key} = {value}' for key, value in sorted(settings.items()))} }}"


def _settings_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _told(name: str) -> Callable[[int, float], None]:
    def told(tried: int, delay_s: float) -> None:
        print(f"\r{name}: {tried} plans tried, {delay_s:.1f} s", end="", file=sys.stderr, flush=True)

    return told


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--maps", type=lambda text: text.split(","), help="with commas between; all of the suite")
    parser.add_argument("--suite", choices=sorted(SUITES), default="full")
    parser.add_argument("--tries", type=int, default=2000, help="plans of the whole network")
    parser.add_argument("--out", default="runs/tuned")
    given = parser.parse_args(arguments)
    if given.tries < 1:
        parser.error("--tries begins at 1")
    given.maps = given.maps or list(suite(given.suite).maps)
    unknown = sorted(set(given.maps) - set(suite(given.suite).maps))
    if unknown:
        parser.error(f"--maps: unknown: {', '.join(unknown)}; there are {', '.join(suite(given.suite).maps)}")
    return given


if __name__ == "__main__":
    sys.exit(main())
