"""Everything that a run needs: what exists, who travels, what is seen, for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict, Unpack

import tomli_w

from signals import scenario_worlds, site_cards
from signals.errors import UnknownNameError
from signals.model.document import to_document
from signals.model.network import Finding, Network
from signals.model.roles import Estimator, World
from signals.model.stage_choices import with_all_stages
from signals.model.timing import profile
from signals.record.files import write_whole
from signals.scenario_file import ScenarioFile
from signals.scenario_search import find
from signals.scenario_worlds import Opening, read_network_file
from signals.schema import from_table

__all__ = ["DEFAULT", "Changes", "Scenario", "load", "read_network_file", "write_network_file"]

DEFAULT = "braunschweig"
"""The scenario where none is named."""


class Changes(TypedDict, total=False):
    """What may be asked of a scenario that its file says otherwise (see `signals.scenario_file`)."""

    world: str
    begin_s: float
    end_s: float
    warmup_s: float
    sensing: str
    range_m: float
    connected_share: float
    profile: str
    respect_plans: bool
    stages: str
    intersections: tuple[str, ...]
    site_cards: str
    emergency_range_m: float


_SECTION = {
    "world": ("scenario", "world"),
    "begin_s": ("time", "begin_s"),
    "end_s": ("time", "end_s"),
    "warmup_s": ("time", "warmup_s"),
    "sensing": ("sensing", "level"),
    "range_m": ("sensing", "range_m"),
    "connected_share": ("sensing", "connected_share"),
    "profile": ("timing", "profile"),
    "respect_plans": ("timing", "respect_plans"),
    "stages": ("timing", "stages"),
    "intersections": ("control", "intersections"),
    "emergency_range_m": ("control", "emergency_range_m"),
    "site_cards": ("safety", "site_cards"),
}


@dataclass(frozen=True)
class Scenario:
    """A scenario, ready to be run.

    Parameters
    ----------
    file
        What it says, with what was asked for otherwise.
    folder
        What the paths in it start from.
    origin
        The file that says it; `None` where it was put together from a network and routes.
    notes
        What was ignored or assumed, one sentence each.
    """

    file: ScenarioFile
    folder: Path
    origin: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its short name."""
        return self.file.scenario.name

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.file.scenario.title or self.name

    @property
    def tick_ds(self) -> int:
        """Length of a tick."""
        return scenario_worlds.tick_ds(self.file.time)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Every file that it is made of. Raises `FileError` or `MissingDependencyError` where one is not there."""
        origin = () if self.origin is None else (self.origin,)
        cards = () if self._cards is None else site_cards.card_paths(self._cards)
        return (*origin, *scenario_worlds.paths_of(self.file, self.folder), *cards)

    @property
    def _cards(self) -> Path | None:
        return self.folder / self.file.safety.site_cards if self.file.safety.site_cards else None

    @cached_property
    def network(self) -> Network:
        """What exists, read once: with the intersections that are controlled and the detectors that are needed.

        Raises
        ------
        InputError
            When it cannot be read, or has no such intersection.
        """
        network = scenario_worlds.read_network(self.file, self.folder)
        wanted = self.file.control.intersections
        for name in wanted:
            if name not in network.intersection_index:
                raise UnknownNameError("intersection", name, network.intersection_index)
        if wanted:
            kept = tuple(place for place in network.intersections if place.id in wanted)
            network = replace(network, intersections=kept)
        if self.file.timing.stages == "all":
            network = with_all_stages(network)
        if self.file.sensing.level == "connected":
            network = replace(network, detectors=())
        if self.file.sensing.level == "detectors" and not network.detectors:
            from signals.adapters.sumo.detectors import place_detectors  # noqa: PLC0415  heavy

            network = place_detectors(network)
        return network

    def card_findings(self, network: Network) -> tuple[Finding, ...]:
        """Return in what a network, read of this scenario, differs from the site cards; raises `InputError`."""
        if self._cards is None:
            return ()
        return site_cards.card_findings(self._cards, network, partial=bool(self.file.control.intersections))

    def check_site_cards(self) -> None:
        """Refuse a network that differs from the site cards. Raises `SiteCardError`, which names the differences."""
        if self._cards is not None:
            site_cards.check_site_cards(self._cards, self.network, partial=bool(self.file.control.intersections))

    @property
    def settings(self) -> dict[str, object]:
        """Everything that was chosen, as plain tables; paths are in it as they were given."""
        return asdict(self.file)

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the programs that take part, such as ``{"sumo": "1.28.0"}``."""
        return scenario_worlds.versions(self.file)

    def estimator(self) -> Estimator:
        """Make the estimator for its level of sensing."""
        sensing = self.file.sensing
        if sensing.level != "full":
            from signals.sensing.loops import LoopEstimator  # noqa: PLC0415  it compiles

            connected = sensing.connected_share > 0.0
            return LoopEstimator(self.network, range_m=sensing.range_m, tick_ds=self.tick_ds, connected=connected)
        from signals.sensing.full import FullEstimator  # noqa: PLC0415  it compiles

        return FullEstimator(self.network, range_m=sensing.range_m, tick_ds=self.tick_ds)

    def open_world(self, opening: Opening) -> World:
        """Open its world, which is not entered yet.

        Raises
        ------
        InputError, MissingDependencyError
            When something does not fit, the network to its site cards included, or the simulator is not there.
        """
        self.check_site_cards()
        return scenario_worlds.open_world(self.file, self.folder, self.network, opening)

    def __getstate__(self) -> dict[str, object]:
        """Leave the network behind: another process reads it itself, and its arrays stay read-only."""
        return {key: value for key, value in self.__dict__.items() if key != "network"}


def load(source: str | Path = DEFAULT, routes: Sequence[str | Path] = (), **changes: Unpack[Changes]) -> Scenario:
    """Load a scenario.

    Parameters
    ----------
    source
        The name of one that comes with this package, a folder with ``scenario.toml``, a ``.sumocfg``, or a
        ``.net.xml[.gz]``.
    routes
        Route files for a ``.net.xml``; by default the one beside it that has its name.
    **changes
        What is wanted otherwise than the scenario says; see `Changes`.

    Raises
    ------
    InputError
        When there is no such thing, or something in it or in the changes is wrong.
    """
    found = find(source, routes)
    file = _changed(found.file, changes)
    profile(file.timing.profile)  # also where the network brings its own times, a wrong name is wrong
    return Scenario(file, found.folder, found.origin, found.notes)


def write_network_file(path: Path, network: Network) -> None:
    """Write a network as TOML, from which `read_network_file` makes the same again. Raises `RecordError`."""
    write_whole(path, tomli_w.dumps(to_document(network)).encode())


def _changed(file: ScenarioFile, changes: Mapping[str, object]) -> ScenarioFile:
    """Put other values into the sections, as strictly as if they stood in the file."""
    for name in changes:
        if name not in _SECTION:
            raise UnknownNameError("change of a scenario", name, _SECTION)
    parts: dict[str, dict[str, object]] = {}
    for name, value in changes.items():
        section, key = _SECTION[name]
        parts.setdefault(section, {})[key] = list(value) if isinstance(value, tuple) else value
    document = {section: {**_table(getattr(file, section)), **new} for section, new in parts.items()}
    made = {
        section: from_table(type(getattr(file, section)), table, "options", section)
        for section, table in document.items()
    }
    return replace(file, **made)


def _table(part: object) -> dict[str, object]:
    """Return a section as TOML would give it."""
    table = asdict(part)  # type: ignore[call-overload]  # every section is a dataclass
    return {key: list(value) if isinstance(value, tuple) else value for key, value in table.items()}
