"""The kinds of world that a scenario can be in: SUMO, the built-in simulator, or somebody else's adapter.

Somebody else's adapter is called as ``Class(network, seed=…, folder=…, tick_ds=…, begin_s=…, end_s=…, **settings)``,
where the settings are the table ``[world]``; its network comes from ``[sumo]`` or ``[sim]``, whichever is there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from signals import plugins
from signals.errors import FileError, InputError, ScenarioError, UnknownNameError
from signals.model.closures import Closure
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import Demand, Flow, Source, TurnShare
from signals.model.document import from_document
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.roles import World
from signals.model.travel import Travel, VehicleKind
from signals.scenario_file import ScenarioFile, SumoPart, TimePart, read_toml
from signals.scenario_sim import FlowPart, KindPart, SimPart, SourcePart

if TYPE_CHECKING:
    from signals.adapters.sumo.config import SumoInputs
    from signals.adapters.sumo.recorded_routes import RecordedRoutes

__all__ = [
    "CROSSROADS",
    "Opening",
    "open_world",
    "paths_of",
    "read_network",
    "read_network_file",
    "record_routes",
    "sumo_inputs",
    "tick_ds",
    "travel_of",
    "versions",
]

CROSSROADS = "crossroads"
"""The network that needs no file."""

_PATIENCE_S = 60.0
"""A SUMO of its own that is slower than this is dead; on a machine with many runs a step may well take seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a world is opened.

    Parameters
    ----------
    seed
        Of all chance in it.
    folder
        Where it writes; exists and is empty.
    gui
        Whether it can be watched, where the adapter has windows.
    traci
        SUMO only: whether it runs as a process of its own.
    """

    seed: int
    folder: Path
    gui: bool = False
    traci: bool = False


def paths_of(file: ScenarioFile, folder: Path) -> tuple[Path, ...]:
    """Return every file that a scenario is made of, besides its ``scenario.toml``.

    Raises
    ------
    MissingDependencyError, FileError
        When one is not there.
    """
    if _is_sumo(file):
        inputs = sumo_inputs(file, folder)
        return (inputs.net, *(route.path for route in inputs.routes), *inputs.additionals)
    sim = file.sim or SimPart()
    return () if sim.network == CROSSROADS else (_existing(folder / sim.network),)


def versions(file: ScenarioFile) -> dict[str, str]:
    """Return the versions of the programs that take part. Raises `MissingDependencyError`."""
    if file.scenario.world != "sumo":
        return {}
    from signals.adapters.sumo.install import find_sumo, version  # noqa: PLC0415  only SUMO's users pay for it

    return {"sumo": version(find_sumo().binary)}


def read_network(file: ScenarioFile, folder: Path) -> Network:
    """Read the whole network of a scenario. Raises `InputError` where that cannot be done."""
    if _is_sumo(file):
        from signals.adapters.sumo.network import read_network as read_net  # noqa: PLC0415  heavy

        inputs, timing = sumo_inputs(file, folder), file.timing
        network = read_net(
            inputs.net,
            inputs.additionals,
            profile=timing.profile,
            respect_plans=timing.respect_plans,
            stages="derived" if timing.stages == "derived" else "file",
        )
    else:
        sim = file.sim or SimPart()
        if sim.network == CROSSROADS:
            network = crossroads(pedestrians=sim.pedestrians)
        else:
            network = read_network_file(folder / sim.network)
    if not network.intersections:
        raise ScenarioError(f'network "{network.name}" has no signal that could be controlled')
    return network


def read_network_file(path: Path) -> Network:
    """Read a network in TOML. Raises `FileError` or `NetworkError`."""
    return from_document(read_toml(path), str(path))


def open_world(file: ScenarioFile, folder: Path, network: Network, opening: Opening) -> World:
    """Open the world of a scenario; it is not entered yet.

    Parameters
    ----------
    file, folder
        The scenario, and what its paths start from.
    network
        Its network, perhaps with fewer intersections than the file has.
    opening
        How.

    Raises
    ------
    InputError, MissingDependencyError
        When something is wrong with what it is given, or the simulator is not there.
    """
    if file.closures and file.scenario.world not in ("sumo", "sim"):
        raise ScenarioError(f'the world "{file.scenario.world}" cannot close lanes; leave [[closures]] empty')
    if opening.gui and file.scenario.world != "sumo":
        raise InputError(f'the world "{file.scenario.world}" has no windows; only sumo can be watched')
    if file.sensing.connected_share > 0.0:
        from signals.sensing.connected_world import ConnectedWorld  # noqa: PLC0415  few need it

        everybody = replace(file, sensing=replace(file.sensing, level="full", connected_share=0.0))
        world = _open(everybody, folder, network, opening)
        return ConnectedWorld(world, file.sensing.connected_share, opening.seed)
    return _open(file, folder, network, opening)


def _open(file: ScenarioFile, folder: Path, network: Network, opening: Opening) -> World:
    if file.scenario.world == "sumo":
        return _open_sumo(file, folder, network, opening)
    if file.scenario.world == "sim":
        return _open_sim(file, folder, network, opening)
    return _open_plugin(file, network, opening)


def record_routes(
    file: ScenarioFile,
    folder: Path,
    network: Network,
    out: Path,
    seed: int = 1,
    on_tick: Callable[[float], None] | None = None,
) -> RecordedRoutes:
    """Run SUMO once with the network's own programs and write a route file with the routes that it chose.

    Parameters
    ----------
    file, folder, network
        As for `open_world`, whatever its world is.
    out
        The route file to write.
    seed
        Of all chance.
    on_tick
        Called after each tick with the share of the run that is done, 0 to 1.

    Raises
    ------
    InputError, MissingDependencyError
        When something does not fit, or SUMO or the scenario's section ``[sumo]`` is not there.
    WorldError, RecordError
        When SUMO fails.
    """
    from signals.adapters.sumo.options import SumoOptions  # noqa: PLC0415  only SUMO's users pay for it
    from signals.adapters.sumo.recorded_routes import record_routes as record  # noqa: PLC0415

    options = SumoOptions(seed=seed, step_s=file.time.step_s)
    return record(network, sumo_inputs(file, folder), out, options, on_tick)


def _is_sumo(file: ScenarioFile) -> bool:
    """Whether network and travellers are SUMO's; the built-in simulator takes them where it has none of its own."""
    return file.sumo is not None and (file.scenario.world != "sim" or file.sim is None)


def sumo_inputs(file: ScenarioFile, folder: Path) -> SumoInputs:
    """Return the files and times that a SUMO run of a scenario is made of, whatever its world is.

    Raises
    ------
    ScenarioError
        When the scenario has no section ``[sumo]``.
    MissingDependencyError, FileError
        When a file is not there.
    """
    from signals.adapters.sumo.config import RouteFile, SumoInputs  # noqa: PLC0415  only SUMO's users pay for it

    part = file.sumo
    if part is None:
        raise ScenarioError(f'scenario "{file.scenario.name}" has no section [sumo]')
    return SumoInputs(
        net=_located(part, folder, part.net),
        routes=tuple(
            RouteFile(_located(part, folder, row.file), flows=row.flows, scale=row.scale) for row in file.demand
        ),
        additionals=tuple(_located(part, folder, name) for name in part.additionals),
        begin_s=file.time.begin_s,
        end_s=file.time.end_s,
    )


def _located(part: SumoPart, folder: Path, name: str) -> Path:
    """Find a file, in an installed package or beside ``scenario.toml``."""
    if part.package:
        from signals.adapters.sumo.install import package_path  # noqa: PLC0415  as above

        return package_path(part.package, name)
    return _existing(folder / name)


def _existing(path: Path) -> Path:
    with suppress(OSError, ValueError):  # a name that no file can have
        if path.is_file():
            return path
    raise FileError(f'there is no file "{path}"')


def _open_sumo(file: ScenarioFile, folder: Path, network: Network, opening: Opening) -> World:
    from signals.adapters.sumo.options import SumoOptions  # noqa: PLC0415  as above
    from signals.adapters.sumo.world import SumoWorld  # noqa: PLC0415

    options = SumoOptions(
        seed=opening.seed,
        step_s=file.time.step_s,
        sensing=file.sensing.level,
        range_m=file.sensing.range_m,
        emergency_range_m=file.control.emergency_range_m,
        traci=opening.traci,
        gui=opening.gui,
        closures=_closures(file),
        step_timeout_s=_PATIENCE_S,
    )
    return SumoWorld(network, sumo_inputs(file, folder), opening.folder, options)


def _closures(file: ScenarioFile) -> tuple[Closure, ...]:
    return tuple(
        Closure(
            lane=part.lane,
            begin_s=file.time.begin_s if part.begin_s is None else part.begin_s,
            end_s=math.inf if part.end_s is None else part.end_s,
        )
        for part in file.closures
    )


def _open_sim(file: ScenarioFile, folder: Path, network: Network, opening: Opening) -> World:
    from signals.adapters.sim.world import SimWorld  # noqa: PLC0415  it compiles

    time = file.time
    travel, notes = travel_of(file, folder, network, opening.seed)
    rest = read_network(file, folder).intersections if file.control.intersections else ()
    return SimWorld(
        network,
        travel,
        tick_ds=tick_ds(time),
        begin_s=time.begin_s,
        end_s=time.end_s,
        sensing=file.sensing.level,
        closures=_closures(file),
        left_alone=tuple(place for place in rest if place.id not in network.intersection_index),
        notes=notes,
    )


def travel_of(file: ScenarioFile, folder: Path, network: Network, seed: int) -> tuple[Travel, tuple[str, ...]]:
    """Return who travels in the built-in world with a seed, and notes on what was assumed. Raises `InputError`."""
    if not 0 <= seed < 2**31:
        raise ScenarioError(f"seed must be between 0 and 2^31 - 1, got {seed}")
    if _is_sumo(file):
        from signals.adapters.sumo.travel import read_travel  # noqa: PLC0415  only SUMO's users pay for it

        return read_travel(sumo_inputs(file, folder), network, seed)
    from signals.adapters.sim.schedule import draw_travel  # noqa: PLC0415  only the built-in world draws

    demand, time = _demand(file.sim or SimPart(), network, file.time), file.time
    return draw_travel(network, demand, time.begin_s, time.end_s, seed), ()


def _open_plugin(file: ScenarioFile, network: Network, opening: Opening) -> World:
    name, time = file.scenario.world, file.time
    settings = {
        "seed": opening.seed,
        "folder": opening.folder,
        "tick_ds": tick_ds(time),
        "begin_s": time.begin_s,
        "end_s": time.end_s,
    }
    maker = plugins.load("adapters", name)
    try:
        made = maker(network, **settings, **file.world)
    except TypeError as error:
        raise InputError(f'adapter "{name}" cannot be made with the settings in [world]: {error}') from error
    if not isinstance(made, World):
        raise InputError(f'adapter "{name}" makes no world: {type(made).__name__} lacks a part of the protocol World')
    return made


def tick_ds(time: TimePart) -> int:
    """Return the length of a tick. Raises `ScenarioError` where it is no multiple of a tenth of a second."""
    found = round(time.step_s * 10)
    if not math.isclose(found, time.step_s * 10) or found < 1:
        raise ScenarioError(f"time.step_s must be a multiple of 0.1 s, got {time.step_s:g}")
    return found


def _demand(sim: SimPart, network: Network, time: TimePart) -> Demand:
    kinds = tuple(_kind(kind) for kind in sim.kinds)
    number = {movement.id: index for index, movement in enumerate(network.movements)}
    if sim.flows or sim.sources:
        return Demand(
            tuple(_flow(flow, _route(flow, number), network, kinds, time) for flow in sim.flows),
            tuple(
                Source(_edge("sim.sources.edge", row.edge, network), row.rate_veh_h, *_span_s(row, time), row.kind)
                for row in sim.sources
            ),
            tuple(
                TurnShare(
                    _edge("sim.turns.from_edge", turn.from_edge, network),
                    _edge("sim.turns.to_edge", turn.to_edge, network),
                    turn.share,
                )
                for turn in sim.turns
            ),
            kinds,
        )
    if sim.network == CROSSROADS:
        found = crossroads_demand(sim.veh_h, end_s=time.end_s)
        return Demand(tuple(replace(flow, begin_s=time.begin_s) for flow in found.flows))
    raise ScenarioError(
        f'network "{network.name}" needs flows or sources: give [[sim.flows]] with the movements of each, or '
        "[[sim.sources]] with the edge where they enter"
    )


def _kind(kind: KindPart) -> VehicleKind:
    fields = {**asdict(kind), "user": User[kind.user.upper()]}
    return VehicleKind(**fields)


def _route(flow: FlowPart, number: Mapping[str, int]) -> tuple[int, ...]:
    for name in flow.route:
        if name not in number:
            raise UnknownNameError("movement in sim.flows.route", name, number)
    return tuple(number[name] for name in flow.route)


def _flow(
    flow: FlowPart, route: tuple[int, ...], network: Network, kinds: Sequence[VehicleKind], time: TimePart
) -> Flow:
    on_foot = all(network.movements[movement].turn is Turn.CROSSING for movement in route)
    user = next((kind.user for kind in kinds if kind.id == flow.kind), User.PEDESTRIAN if on_foot else User.VEHICLE)
    return Flow(route, flow.rate_veh_h, *_span_s(flow, time), user, flow.kind)


def _edge(key: str, name: str, network: Network) -> int:
    if name not in network.edge_index:
        raise UnknownNameError(f"edge in {key}", name, network.edge_index)
    return network.edge_index[name]


def _span_s(row: FlowPart | SourcePart, time: TimePart) -> tuple[float, float]:
    """Return when something runs: the whole run where it is not given."""
    begin_s = time.begin_s if row.begin_s is None else row.begin_s
    return begin_s, time.end_s if row.end_s is None else row.end_s
