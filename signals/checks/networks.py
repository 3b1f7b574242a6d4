"""Checks a network in TOML and site cards: their times, their conflicts, and the plans against both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Final, cast

from signals.checks.breaches import ERROR, Breach, Report, counted, merged
from signals.checks.place_rules import foe_breaches, place_breaches
from signals.checks.plan_timelines import Wishes, plan_timeline
from signals.checks.programs import DEMAND, timeline_breaches
from signals.errors import NetworkError, SiteCardError
from signals.model.document import FORMAT, from_document
from signals.model.document_rows import NetworkRow, PlanRow, StageRow
from signals.model.intersections import Intersection
from signals.model.site_card import SITE_CARD_FORMAT, SiteCard, SiteCardRow
from signals.model.timing import TimingProfile
from signals.scenario_file import read_toml
from signals.schema import from_table

__all__ = ["check_network", "check_site_card"]

_NETWORK, _CARD = "network in TOML", "site card"
_ITSELF: Final = "what the file says elsewhere"
_FOES: Final = "whether its conflicts fit the roads: a run holds the card against its network (signals inspect NET)"


def check_network(path: Path, rules: TimingProfile) -> Report:
    """Check a network in TOML: every plan against the intergreens and times of its own intersection.

    Parameters
    ----------
    path
        The file.
    rules
        The timing profile that says which greens are too short.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    document = read_toml(path)
    row = from_table(NetworkRow, document, str(path))
    try:
        network = from_document(_without_plans(document), str(path))
    except NetworkError as error:
        return _contradiction(path, _NETWORK, error)
    breaches: list[Breach] = []
    for place, said in zip(network.intersections, row.intersections, strict=True):
        names = [tuple(network.movements[m].id for m in group.movements) for group in place.groups]
        breaches += [*place_breaches(place, names, rules), *foe_breaches(place, network)]
        breaches += [found for stage in said.stages for found in _stage_breaches(place, stage)]
        breaches += [found for plan in said.plans for found in _plan_breaches(place, plan, names, str(path))]
    plans = sum(len(said.plans) for said in row.intersections)
    places = counted(len(network.intersections), "intersection")
    checked = f"{counted(plans, 'plan')} of {places}; timing profile {rules.name}"
    return Report(str(path), _NETWORK, merged(breaches), checked, (DEMAND,))


def check_site_card(path: Path, rules: TimingProfile) -> Report:
    """Check a site card: its hash, whether it contradicts itself, and whether its times are plausible.

    Parameters
    ----------
    path
        The file.
    rules
        The timing profile that says which greens are too short.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    table = read_toml(path)
    row = from_table(SiteCardRow, table, str(path))
    if row.format != SITE_CARD_FORMAT:
        raise SiteCardError(f'"{path}": format must be "{SITE_CARD_FORMAT}", got "{row.format}"')
    try:
        (place,) = from_document(_as_network(table), str(path)).intersections
    except NetworkError as error:
        return _contradiction(path, _CARD, error)
    card = SiteCard(place, tuple(group.movements for group in row.groups))
    breaches = list(place_breaches(place, card.movements, rules))
    if row.hash != card.hash:
        said = (f"hash = {row.hash[:12]}…", f"{card.hash[:12]}…: somebody edited it after it was written", _ITSELF)
        breaches.append(_breach("altered-record", row.id, said))
    checked = f"{counted(len(place.groups), 'signal group')}; timing profile {rules.name}"
    return Report(str(path), _CARD, merged(breaches), checked, (_FOES,))


def _without_plans(document: Mapping[str, object]) -> dict[str, object]:
    """Leave out what the model would refuse where it is unsafe; it is looked at by itself."""
    places = cast("list[dict[str, object]]", document.get("intersections", []))
    bare = [{key: value for key, value in place.items() if key not in ("stages", "plans")} for place in places]
    return {**document, "intersections": bare}


def _as_network(table: Mapping[str, object]) -> dict[str, object]:
    """Return a card as a network without roads."""
    groups = cast("list[dict[str, object]]", table.get("groups", []))
    bare = [{key: value for key, value in group.items() if key != "movements"} for group in groups]
    kept = {key: table[key] for key in ("id", "link_count", "off_links") if key in table}
    return {"format": FORMAT, "name": str(table["id"]), "intersections": [{**kept, "groups": bare}]}


def _stage_breaches(place: Intersection, stage: StageRow) -> Iterator[Breach]:
    groups, unknown = _numbers(place, stage.groups)
    where = f'stage "{stage.id}"'
    for name in unknown:
        yield _breach(
            "contradiction", place.id, (f'{where} names "{name}"', "a signal group of the intersection", _ITSELF)
        )
    for one, two in combinations(sorted(groups), 2):
        if place.conflict(one, two):
            said = (f"{where} has both", "never green together", _ITSELF)
            names = (place.groups[one].id, place.groups[two].id)
            yield _breach("conflict", place.id, said)._replace(groups=names)


def _plan_breaches(
    place: Intersection, plan: PlanRow, names: Sequence[tuple[str, ...]], source: str
) -> Iterator[Breach]:
    wanted = []
    for number, step in enumerate(plan.steps):
        groups, unknown = _numbers(place, step.groups)
        wanted.append(groups)
        for name in unknown:
            said = (f'step {number} names "{name}"', "a signal group of the intersection", _ITSELF)
            yield _breach("contradiction", place.id, said)._replace(program=plan.id)
    if not plan.steps:
        yield _breach("impossible-step", place.id, ("no steps", "at least one", _ITSELF))._replace(program=plan.id)
        return
    wishes = Wishes(plan.id, tuple(step.min_ds or step.duration_ds for step in plan.steps), tuple(wanted))
    yield from timeline_breaches(plan_timeline(place, wishes, names, source))


def _numbers(place: Intersection, names: Sequence[str]) -> tuple[frozenset[int], list[str]]:
    """Return the groups of some names, and the names of which there is no group."""
    index = {group.id: number for number, group in enumerate(place.groups)}
    return frozenset(index[name] for name in names if name in index), [name for name in names if name not in index]


def _contradiction(path: Path, kind: str, error: NetworkError) -> Report:
    """Report a file whose parts do not fit together."""
    found = _breach("contradiction", "", (str(error), "parts that fit together", _ITSELF))
    return Report(str(path), kind, merged([found]), "nothing else", ("all the rest: first the contradiction must go",))


def _breach(rule: str, intersection: str, said: tuple[str, str, str]) -> Breach:
    return Breach(ERROR, rule, intersection, "", 0, -1, 0, (), (), (), *said)
