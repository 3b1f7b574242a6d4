"""Plans in a file: what a search has found, for `signals.control.fixed_time` to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import tomli_w

from signals.errors import FileError, UnknownNameError
from signals.model.intersections import Intersection, Plan, PlanStep
from signals.model.network import Network
from signals.scenario_file import read_toml

__all__ = ["plans_text", "read_plans"]


def plans_text(network: Network, plans: Mapping[str, Plan], made: Mapping[str, object]) -> str:
    """Return plans as TOML: ``[[plans]]`` with groups by id and times in tenths of a second.

    Parameters
    ----------
    network
        The network that they are for.
    plans
        Plans by intersection id.
    made
        How they were made, as plain values; kept in the table ``made``.
    """
    tables = []
    for name in sorted(plans):
        plan, place = plans[name], network.intersections[network.intersection_index[name]]
        steps = [
            {"duration_ds": step.duration_ds, "groups": [place.groups[group].id for group in step.groups]}
            for step in plan.steps
        ]
        tables.append({"intersection": name, "id": plan.id, "offset_ds": plan.offset_ds, "steps": steps})
    return tomli_w.dumps({"made": dict(made), "plans": tables})


def read_plans(path: str | Path, network: Network) -> dict[str, Plan]:
    """Read plans by intersection id.

    Parameters
    ----------
    path
        The file.
    network
        The network that they are for.

    Raises
    ------
    FileError
        When it cannot be read, or something in it is not as `plans_text` writes it.
    UnknownNameError
        When an intersection or a signal group does not exist.
    NetworkError
        When a plan is not possible; `UnsafePlanError` where conflicting groups are green together.
    """
    tables = read_toml(Path(path)).get("plans")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FileError(f'"{path}": expected tables [[plans]]; write the file with signals.tuning')
    return dict(_plan(path, network, number, table) for number, table in enumerate(tables))


def _plan(path: str | Path, network: Network, number: int, table: Mapping[str, object]) -> tuple[str, Plan]:
    name = str(table.get("intersection"))
    if name not in network.intersection_index:
        raise UnknownNameError("intersection", name, network.intersection_index)
    place = network.intersections[network.intersection_index[name]]
    rows, offset_ds = table.get("steps"), table.get("offset_ds", 0)
    if not isinstance(rows, list) or type(offset_ds) is not int:
        raise FileError(f'"{path}", plans[{number}]: expected steps (a list) and offset_ds (a whole number)')
    steps = tuple(_step(f'"{path}", plans[{number}].steps[{k}]', place, row) for k, row in enumerate(rows))
    plan = Plan(str(table.get("id", "file")), steps, offset_ds)
    replace(place, plans=(plan,))  # an intersection checks its plans
    return name, plan


def _step(where: str, place: Intersection, row: object) -> PlanStep:
    number = {group.id: n for n, group in enumerate(place.groups)}
    if not isinstance(row, dict) or type(row.get("duration_ds")) is not int or not isinstance(row.get("groups"), list):
        raise FileError(f"{where}: expected duration_ds (a whole number) and groups (a list of ids)")
    for group in row["groups"]:
        if group not in number:
            raise UnknownNameError("signal group", str(group), number)
    return PlanStep(row["duration_ds"], tuple(sorted(number[group] for group in row["groups"])))
