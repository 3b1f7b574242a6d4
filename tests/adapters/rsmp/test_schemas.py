"""Every message both ways against the schemas of the standard, where they are: `SIGNALS_RSMP_SCHEMA` names the folder.

The folder holds ``core/<version>/`` and ``tlc/1.2.1/``. The schemas are not part of this project; they come from its
authors (rsmp-nordic/rsmp_schema).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from signals.adapters.rsmp.messages import (
    AggregatedStatusRequest,
    Alarm,
    Argument,
    CommandRequest,
    StatusName,
    StatusRequest,
    StatusSubscribe,
    StatusUnsubscribe,
    Wanted,
)
from signals.adapters.rsmp.orders import choose_plan, set_backup, set_bands, set_cycle, set_offset
from signals.adapters.rsmp.sxl import ALARMS, COMMANDS, STATUSES, Part
from signals.adapters.rsmp.times import CORES, triple
from tests.adapters.rsmp.bench import CODES, MAIN, NAME, Pair, Row

FOLDER = os.environ.get("SIGNALS_RSMP_SCHEMA", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="SIGNALS_RSMP_SCHEMA names no folder with the schemas of RSMP")

COMPONENT = {Part.CONTROLLER: MAIN, Part.GROUP: f"{NAME}=001SG001", Part.DETECTOR: f"{NAME}=001DL001"}
CODE = CODES["security_code_2"]
VALUES = {
    "M0001": {"status": "YellowFlash", "timeout": "1", "intersection": "0"},
    "M0002": {"status": "True", "timeplan": "1"},
    "M0003": {"status": "True", "traficsituation": "2"},
    "M0004": {"status": "False"},
    "M0005": {"status": "True", "emergencyroute": "3"},
    "M0006": {"status": "True", "input": "7"},
    "M0007": {"status": "True"},
    "M0008": {"status": "True", "mode": "True"},
    "M0010": {"status": "True"},
    "M0011": {"status": "True"},
    "M0012": {"status": "5,4143,65"},
    "M0013": {"status": "3,4143,65;12,1,4"},
    "M0014": {"plan": "1", "status": "1-22"},
    "M0015": {"status": "9", "plan": "1"},
    "M0016": {"status": "0-1,6-2"},
    "M0017": {"status": "12-1-12-59,1-0-23-12"},
    "M0018": {"status": "95", "plan": "1"},
    "M0019": {"status": "True", "input": "5", "inputValue": "True"},
    "M0020": {"status": "True", "output": "5", "outputValue": "True"},
    "M0021": {"status": "1-30"},
    "M0022": {"requestId": "a", "type": "new", "level": "3", "signalGroupId": f"{NAME}=001SG001", "eta": "9"},
    "M0023": {"status": "10"},
    "M0103": {"status": "Level2", "oldSecurityCode": CODE, "newSecurityCode": CODE},
    "M0104": {"year": "2026", "month": "1", "day": "31", "hour": "12", "minute": "0", "second": "0"},
}


def mended(row: Any) -> Any:
    """Put right what validators of Python cannot read: two types in one text, and a pattern that calls itself."""
    if isinstance(row, list):
        return [mended(one) for one in row]
    if not isinstance(row, dict):
        return row
    found = {key: mended(value) for key, value in row.items()}
    if found.get("type") == "string, null":
        found["type"] = ["string", "null"]
    if r"\g<item>" in str(found.get("pattern")):
        found["pattern"] = r"^$|^\d{1,2}-\d{1,2}-\d{1,2}(,\d{1,2}-\d{1,2}-\d{1,2})*$"
    return found


@pytest.fixture(scope="module")
def validators() -> dict[str, list[Any]]:
    """For each version of the core its validators: of the core and of the list."""
    jsonschema = pytest.importorskip("jsonschema")
    referencing = pytest.importorskip("referencing")
    root = Path(FOLDER)
    rows = [
        (path.resolve().as_uri(), mended(json.loads(path.read_text())))
        for path in root.rglob("*.json")
        if path.is_file()
    ]
    draft = referencing.jsonschema.DRAFT7
    registry = referencing.Registry().with_resources((uri, draft.create_resource(row)) for uri, row in rows)

    def of(path: str) -> Any:
        uri = (root / path).resolve().as_uri()
        return jsonschema.Draft7Validator({"$ref": uri}, registry=registry)

    return {core: [of(f"core/{core}/rsmp.json"), of("tlc/1.2.1/rsmp.json")] for core in CORES}


def said(core: str) -> Iterator[tuple[str, Row]]:
    """Everything that both ends can say, in one version of the core."""
    pair = Pair(core)
    newer = (triple(core) or (0, 0, 0)) >= (3, 1, 5)
    for _ in range(3):
        pair.tick(entered=0)
    for code, kind in STATUSES.items():
        component = COMPONENT[kind.part]
        names = tuple(StatusName(code, name) for name in kind.names)
        pair.ask(StatusRequest(pair.supervisor.identity(), component, names))
        wanted = tuple(Wanted(code, name, 1, on_change=True) for name in kind.names)
        pair.ask(StatusSubscribe(pair.supervisor.identity(), component, wanted))
        pair.tick()
        pair.ask(StatusUnsubscribe(pair.supervisor.identity(), component, names))
    pair.ask(StatusRequest(pair.supervisor.identity(), "nobody", (StatusName("S0001", "stage"),)))
    for order in (
        set_backup(1, CODE),
        set_cycle(1, 95, CODE),
        set_offset(1, 4, CODE),
        set_bands(1, {1: 22}, CODE),
        choose_plan(1, CODE, on=True),
        choose_plan(1, CODE, on=False),
    ):
        pair.ask(CommandRequest(pair.supervisor.identity(), MAIN, order))
    for code, values in VALUES.items():
        kind = COMMANDS[code]
        given = dict(values)
        if "securityCode" in kind.arguments:
            given["securityCode"] = CODES["security_code_1" if code == "M0104" else "security_code_2"]
        rows = tuple(Argument(code, name, kind.order, value) for name, value in given.items())
        pair.ask(CommandRequest(pair.supervisor.identity(), COMPONENT[kind.part], rows))
    pair.ask(StatusRequest(pair.supervisor.identity(), MAIN, (StatusName("S0033", "status"),)))
    pair.firmware.misbehave("flash", on=False)
    pair.firmware.misbehave("fault")
    pair.firmware.detector_fault = pair.firmware.detector_fault | True
    pair.site.ticked(pair.now)
    pair.pump()
    for kind in ("Acknowledge", "Suspend", "Resume", *(("Request",) if newer else ())):
        pair.ask(Alarm(pair.supervisor.identity(), MAIN, "A0001", kind))
    if newer:
        pair.ask(AggregatedStatusRequest(pair.supervisor.identity(), MAIN))
    pair.tick()
    yield from pair.log


def valid_against(who: str, row: Row) -> slice:
    """Against which schemas a message can be held: here and there they contradict the text of the standard.

    A command that cannot be done is answered with null, which the list does not foresee; who acknowledges an alarm
    leaves its time out, which the core wants.
    """
    if row["type"] == "CommandResponse" and any(value["v"] is None for value in row["rvs"]):
        return slice(0, 1)
    if row["type"] == "Alarm" and row["aSp"] == "Acknowledge" and who == "supervisor":
        return slice(1, 2)
    return slice(0, 2)


def about(who: str, row: Row) -> str:
    """What a message is about, without its times and values; one of each is enough."""
    rows = [*row.get("sS", ()), *row.get("arg", ()), *row.get("rvs", ())] if row["type"] != "Alarm" else []
    parts = [
        f"{value.get('sCI')}{value.get('cCI')}{value.get('n')}{value.get('q')}{value.get('age')}" for value in rows
    ]
    return f"{who} {row['type']} {row.get('aSp')} {row.get('aCId')} {sorted(parts)}"


@pytest.mark.parametrize("core", CORES)
def test_every_message_both_ways_is_valid(core: str, validators: dict[str, list[Any]]) -> None:
    kinds: dict[str, set[str]] = {"site": set(), "supervisor": set()}
    codes: set[str] = set()
    seen: set[str] = set()
    for who, row in said(core):
        kinds[who].add(row["type"])
        if about(who, row) in seen:
            continue
        seen.add(about(who, row))
        for validator in validators[core][valid_against(who, row)]:
            faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(row)]
            assert not faults, (who, row, faults[:3])
        if row["type"] in {"StatusResponse", "CommandResponse"}:
            codes |= {value.get("sCI") or value["cCI"] for value in row.get("sS") or row["rvs"]}
    assert codes == {*STATUSES, *COMMANDS}
    assert {"MessageAck", "Version", "Watchdog", "AggregatedStatus", "Alarm", "StatusUpdate"} <= kinds["site"]
    assert {"MessageAck", "Version", "Watchdog", "Alarm", "StatusSubscribe", "StatusUnsubscribe"} <= kinds["supervisor"]


def test_every_code_of_the_list_is_known(validators: dict[str, list[Any]]) -> None:
    folder = Path(FOLDER) / "tlc" / "1.2.1"
    for name, known in (("statuses", STATUSES), ("commands", COMMANDS), ("alarms", ALARMS)):
        text = (folder / name / f"{name}.json").read_text()
        assert set(re.findall(r'"([ASM]\d{4})"', text)) == set(known)
    for code, kind in STATUSES.items():
        text = json.loads((folder / "statuses" / f"{code}.json").read_text())
        assert set(text["allOf"][0]["properties"]["n"]["enum"]) == set(kind.names)
    for code, command in COMMANDS.items():
        head = json.loads((folder / "commands" / f"{code}.json").read_text())["allOf"][0]["properties"]
        assert head["cO"]["const"] == command.order
        assert set(head["n"]["enum"]) == {*command.arguments, *command.optional}
    assert validators
