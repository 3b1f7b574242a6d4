"""A result package: tables with a manifest that answers for them; and how somebody else's is checked before it counts.

Hashes guard against damage and against editing by hand, not against somebody who makes up a whole package: whoever
doubts a row runs it again, its fingerprint says from what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path

from signals.bench.results import Result
from signals.bench.rule_sets import rule_set
from signals.bench.tables import read_results
from signals.bench.tiers import tier
from signals.errors import InputError, RecordError
from signals.input_files import check_regular
from signals.record.fields import Fields
from signals.record.file_names import file_name
from signals.record.files import sha256_of, write_whole

__all__ = [
    "ADDED",
    "MANIFEST",
    "PACKAGE_SCHEMA",
    "Manifest",
    "add_package",
    "added_packages",
    "merged",
    "read_package",
    "write_manifest",
]

PACKAGE_SCHEMA = "signals-bench/1"
MANIFEST = "results.json"
"""Written last: a folder with it is whole."""

ADDED = "added"
"""Folder of the packages of others."""

_FILES = tuple(f"{name}.csv" for name in ("runs", "trips", "series", "differences", "costs", "data_dictionary"))
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a package says about itself.

    Parameters
    ----------
    suite
        Name of the suite.
    rules
        Rule set → what it demands.
    tiers
        Tier → what is seen and what is broken.
    maps
        Map → name → SHA-256 of the files that it is made of.
    times
        Map → begin and end of the scored time.
    entrants
        Controller → SHA-256 of what it is.
    versions
        Versions of the programs that took part.
    code_sha256
        Our code.
    platform
        System and number of processors.
    files
        File → SHA-256.
    """

    suite: str
    rules: Mapping[str, str]
    tiers: Mapping[str, str]
    maps: Mapping[str, Mapping[str, str]]
    times: Mapping[str, str]
    entrants: Mapping[str, str]
    versions: Mapping[str, str]
    code_sha256: str
    platform: str
    files: Mapping[str, str]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a folder whose tables are written; `files` is filled in. Raises `RecordError`."""
    files = {name: sha256_of(folder / name) for name in _FILES}
    names = (name for name in manifest.__slots__ if name != "files")
    data = {"schema": PACKAGE_SCHEMA, **{name: getattr(manifest, name) for name in names}, "files": files}
    write_whole(folder / MANIFEST, f"{json.dumps(data, indent=1, ensure_ascii=False)}\n".encode())


def read_package(folder: Path) -> tuple[Manifest, tuple[Result, ...]]:
    """Read a package and check it.

    Raises
    ------
    RecordError
        When it is not whole, a file is not what its manifest says, a run is of a rule set, tier, map or controller
        that the manifest does not name, or its numbers contradict each other; names the file.
    """
    manifest = _read_manifest(folder / MANIFEST)
    for name in _FILES:
        if sha256_of(folder / name) != manifest.files.get(name):
            raise RecordError(f'"{folder / name}" is not what "{MANIFEST}" says it was: it was changed or damaged')
    results = read_results(folder)
    for result in results:
        _check_result(folder / "runs.csv", manifest, result)
    return manifest, results


def added_packages(folder: Path) -> Iterator[tuple[str, Manifest, tuple[Result, ...]]]:
    """Yield name, manifest and runs of every package that was added to a folder; raises as `read_package`."""
    place = folder / ADDED
    if place.is_dir():
        for package in sorted(path for path in place.iterdir() if path.is_dir()):
            yield package.name, *read_package(package)


def add_package(folder: Path, package: Path) -> str:
    """Check a package and keep a copy of it in the folder of a suite.

    Parameters
    ----------
    folder
        The folder, whose suite was run.
    package
        The folder of the other results.

    Returns
    -------
    str
        Its name there.

    Raises
    ------
    RecordError
        When one of the two is not whole.
    InputError
        When it was not run under the same rules, tiers and maps, or by other travellers.
    """
    theirs, results = read_package(package)
    ours, own = read_package(folder)
    _check_comparable(package, theirs, ours)
    _check_travellers(package, results, own)
    name = file_name(package.resolve().name, "package")
    target = folder / ADDED / name
    if target.exists():
        raise InputError(f'"{target}" is there already; rename "{package}" or remove the one that was added')
    for file in (*_FILES, MANIFEST):
        write_whole(target / file, (package / file).read_bytes())
    return name


def merged(folder: Path) -> tuple[Result, ...]:
    """Return the runs of a folder and of all that was added; somebody else's controllers bear the package's name.

    A run that is the same in both, by its fingerprint, is there once.

    Raises
    ------
    RecordError
        When a package is not whole.
    """
    _, own = read_package(folder)
    known = {result.fingerprint for result in own}
    found = list(own)
    for name, _, results in added_packages(folder):
        for result in results:
            if result.fingerprint not in known:
                case = result.case._replace(controller=f"{result.case.controller} ({name})")
                found.append(replace(result, case=case))
    return tuple(found)


def _read_manifest(path: Path) -> Manifest:
    check_regular(path)
    try:
        data = Fields(json.loads(path.read_bytes()), str(path))
    except OSError as error:
        raise RecordError(
            f'cannot read "{path}": {error.strerror}; expected the folder of a suite that was run to its end'
        ) from error
    except ValueError as error:
        raise RecordError(f'"{path}" is damaged: {error}') from error
    if (schema := data.take("schema", str)) != PACKAGE_SCHEMA:
        raise RecordError(f'"{path}" has the schema "{schema}"; this version of signals reads "{PACKAGE_SCHEMA}" only')
    maps = data.part("maps")
    return Manifest(
        suite=data.take("suite", str),
        rules=_texts(data.part("rules")),
        tiers=_texts(data.part("tiers")),
        maps={name: _texts(maps.part(name)) for name in maps.names},
        times=_texts(data.part("times")),
        entrants=_texts(data.part("entrants")),
        versions=_texts(data.part("versions")),
        code_sha256=data.take("code_sha256", str),
        platform=data.take("platform", str),
        files=_texts(data.part("files")),
    )


def _texts(fields: Fields) -> dict[str, str]:
    return {name: fields.take(name, str) for name in fields.names}


def _check_result(path: Path, manifest: Manifest, result: Result) -> None:
    ground, controller, seed = result.case
    where = f'"{path}": {result.case}, seed {seed}'
    rule_set(ground.rules)
    tier(ground.tier)
    for what, name, known in (
        ("rule set", ground.rules, manifest.rules), ("tier", ground.tier, manifest.tiers),
        ("map", ground.site, manifest.maps), ("controller", controller, manifest.entrants),
    ):  # fmt: skip
        if name not in known:
            raise RecordError(f'{where}: "{MANIFEST}" does not name the {what} "{name}"')
    if manifest.entrants[controller] != result.entrant_sha256:
        raise RecordError(f"{where}: its controller is not the one that was frozen before the first run")
    if result.state == "valid":
        _check_numbers(where, result)


def _check_numbers(where: str, result: Result) -> None:
    """Refuse numbers that cannot be: the sums over trips and the metrics of a run say some things twice."""
    everybody = next((row for row in result.trips if row["class"] == "vehicles"), None)
    delay_s, scheduled = result.metrics["delay_s"], result.metrics["scheduled_veh"]
    if everybody is None or isnan(delay_s) or delay_s < 0:
        raise RecordError(f"{where}: a valid run needs vehicles and a delay")
    for key, value in (("delay_mean_s", delay_s), ("scheduled", scheduled)):
        if abs(float(everybody[key]) - value) > _TOLERANCE * max(1.0, abs(value)):
            raise RecordError(f"{where}: trips.csv and runs.csv disagree about {key}")


def _check_comparable(package: Path, theirs: Manifest, ours: Manifest) -> None:
    for what, one, two in (
        ("rule set", theirs.rules, ours.rules), ("tier", theirs.tiers, ours.tiers), ("map", theirs.maps, ours.maps),
        ("scored time of", theirs.times, ours.times),
    ):  # fmt: skip
        for name, value in one.items():
            if name in two and two[name] != value:
                raise InputError(f'"{package}" cannot be compared: its {what} "{name}" is another than ours')
    sumo = theirs.versions.get("sumo"), ours.versions.get("sumo")
    if None not in sumo and sumo[0] != sumo[1]:
        raise InputError(f'"{package}" cannot be compared: it was run with SUMO {sumo[0]}, ours with {sumo[1]}')


def _check_travellers(package: Path, theirs: Sequence[Result], ours: Sequence[Result]) -> None:
    """Refuse runs in which not as many travel as in ours, on the same ground with the same seed."""
    scheduled = {
        (result.case.ground, result.case.seed): result.metrics["scheduled_veh"]
        for result in ours
        if result.state != "failed"
    }
    for result in theirs:
        expected = scheduled.get((result.case.ground, result.case.seed))
        if result.state != "failed" and expected is not None and result.metrics["scheduled_veh"] != expected:
            raise InputError(
                f'"{package}" cannot be compared: in {result.case}, seed {result.case.seed}, '
                f"{result.metrics['scheduled_veh']:g} vehicles were scheduled, in ours {expected:g}"
            )
