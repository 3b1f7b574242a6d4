"""From results to what people read: tables, manifest, leaderboard, pictures.

The manifest goes first and comes last, so that a folder with it is whole. Of one set of runs everything is the same
byte for byte, however often they were interrupted, but what tells the time: ``costs.*``, the table of costs in
``leaderboard.html``, and the hash of the first in the manifest.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from signals.bench.board import DEFINITIONS, Box, Grid, Section, board_of, cost_grid, markdown_of
from signals.bench.campaign import Campaign
from signals.bench.origins import code_sha256, versions
from signals.bench.packages import MANIFEST, Manifest, added_packages, merged, read_package, write_manifest
from signals.bench.pictures import pictures_of, standalone
from signals.bench.results import Result
from signals.bench.rule_sets import rule_set
from signals.bench.standings import Standing, standings_of
from signals.bench.tables import write_tables
from signals.bench.tiers import tier
from signals.errors import RecordError
from signals.record.files import sha256_of, write_whole

__all__ = ["HTML_FILE", "MARKDOWN_FILE", "publish", "write_leaderboard"]

MARKDOWN_FILE = "leaderboard.md"
HTML_FILE = "leaderboard.html"
_PICTURES = "plots"
_TEMPLATE = "leaderboard.html.j2"
_HASH_DIGITS = 12
_MOST_SEEDS = 5


def publish(folder: Path, campaign: Campaign) -> tuple[Standing, ...]:
    """Write everything about a suite that was run.

    Parameters
    ----------
    folder
        Its folder.
    campaign
        What came of it.

    Returns
    -------
    tuple
        The tables as they are shown, with what was added.

    Raises
    ------
    RecordError
        When something cannot be written, or a package that was added is not whole.
    """
    try:
        (folder / MANIFEST).unlink(missing_ok=True)
    except OSError as error:
        raise RecordError(f'cannot write "{folder / MANIFEST}": {error.strerror}') from error
    write_tables(folder, campaign.results, standings_of(campaign.results))
    write_manifest(folder, _manifest(campaign))
    return write_leaderboard(folder)


def write_leaderboard(folder: Path) -> tuple[Standing, ...]:
    """Write the leaderboard of a folder and of all that was added to it; returns and raises as `publish`."""
    manifest, _ = read_package(folder)
    packages = {name: found for name, found, _ in added_packages(folder)}
    results = merged(folder)
    standings = standings_of(results)
    sections = board_of(standings)
    drawn = [pictures_of(standing, section.key) for standing, section in zip(standings, sections, strict=True)]
    for section, pictures in zip(sections, drawn, strict=True):
        for picture in pictures:
            path = folder / _PICTURES / section.key / f"{picture.site}-{picture.kind}.svg"
            write_whole(path, standalone(picture))
    title, text = f"Leaderboard: suite {manifest.suite}", _runs_text(results)
    entrants = _entrants(manifest, packages)
    ending = Section("", "Who took part", ("What each controller is, hashed before the first run.",), (entrants,))
    write_whole(folder / MARKDOWN_FILE, markdown_of(title, (text,), (*sections, ending)).encode())
    page = {
        "title": title,
        "texts": (text,),
        # Every table has its pictures as files; in one page they would be too many.
        "sections": list(zip(sections, [*drawn[:1], *([] for _ in drawn[1:])], strict=True)),
        "cost": cost_grid(results),
        "entrants": entrants,
        "facts": _facts(manifest),
    }
    write_whole(folder / HTML_FILE, _html(page).encode())
    return standings


def _html(page: Mapping[str, object]) -> str:
    environment = Environment(loader=PackageLoader("signals.bench", "."), autoescape=True, undefined=StrictUndefined)
    environment.trim_blocks = environment.lstrip_blocks = True
    style = Markup((resources.files("signals.report") / "style.css").read_text("utf-8"))  # noqa: S704  ours
    return environment.get_template(_TEMPLATE).render(page, definitions=DEFINITIONS, style=style)


def _runs_text(results: Sequence[Result]) -> str:
    seeds = sorted({result.case.seed for result in results})
    shown = ", ".join(map(str, seeds[:_MOST_SEEDS])) + (", …" if len(seeds) > _MOST_SEEDS else "")
    return f"{len(results)} runs with {len(seeds)} seeds ({shown})."


def _manifest(campaign: Campaign) -> Manifest:
    suite, stages = campaign.suite, campaign.stages
    return Manifest(
        suite=suite.name,
        rules={suite.rules: rule_set(suite.rules).text},
        tiers={name: tier(name).text for name in suite.tiers},
        maps={name: {path.name: sha256_of(path) for path in stage.plain.inputs} for name, stage in stages.items()},
        times={name: "{:g} to {:g} s".format(*stage.scored_s) for name, stage in stages.items()},
        entrants={entrant.name: entrant.sha256 for entrant in campaign.entrants},
        versions=versions(campaign.world),
        code_sha256=code_sha256(campaign.world, *(tier(name).sensing for name in suite.tiers)),
        platform=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        files={},
    )


def _entrants(manifest: Manifest, packages: Mapping[str, Manifest]) -> Grid:
    rows = [(name, sha256) for name, sha256 in manifest.entrants.items()]
    for package, found in packages.items():
        rows += [(f"{name} ({package})", sha256) for name, sha256 in found.entrants.items()]
    boxes = tuple((Box(name), Box(sha256[:_HASH_DIGITS])) for name, sha256 in rows)
    return Grid("Code, files and settings; another hash is another controller.", ("controller", "SHA-256"), boxes)


def _facts(manifest: Manifest) -> list[tuple[str, str]]:
    facts = [("platform", manifest.platform), ("code", manifest.code_sha256)]
    facts += [(f"version of {name}", value) for name, value in manifest.versions.items()]
    facts += [(f"scored time of {name}", value) for name, value in manifest.times.items()]
    facts += [(f"{site}: {name}", sha256) for site, files in manifest.maps.items() for name, sha256 in files.items()]
    return [*facts, *manifest.files.items()]
