"""What a virtual site does when it is commanded, and what it refuses to understand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hmac import compare_digest
from math import inf
from types import MappingProxyType
from typing import Final

from signals.adapters.rsmp.bands import read_bands, read_pairs
from signals.adapters.rsmp.messages import Argument, CommandRequest, Returned
from signals.adapters.rsmp.plan_tables import Times
from signals.adapters.rsmp.site_state import PORTS, Switchable
from signals.adapters.rsmp.statuses import StatusReader
from signals.adapters.rsmp.sxl import COMMANDS
from signals.adapters.rsmp.times import stamp

__all__ = ["against", "perform"]

LEVEL: Final = {"M0104": 1}
"""The security code that a command needs, where it is not the second."""

REJECTED: Final = 64
"""So many requests for priority are remembered until somebody is told."""

Arguments = Mapping[str, str]
Outcome = Mapping[str, str] | None
"""What differs from what was asked; None = it cannot do that at all."""


def against(site: StatusReader, request: CommandRequest) -> str:
    """Return why a request is not understood, or ""; a component that is not known is none of that.

    Parameters
    ----------
    site
        The site.
    request
        What came.
    """
    part = site.parts.get(request.component)
    for code, rows in _by_code(request).items():
        kind = COMMANDS.get(code)
        if kind is None:
            return f"unknown command {code[:8]}"
        if part is not None and part[0] is not kind.part:
            return f"command {code} is none of that component"
        reason = _against_rows(code, rows)
        if reason:
            return reason
        given = {row.name: row.value for row in rows}
        if not _may(site, code, given):
            return f"wrong security code for command {code}"
        plan = given.get("timeplan") or (given.get("plan") if given.get("plan") != "0" else None)
        if plan is not None and int(plan) not in site.state.tables:
            return f"there is no plan {plan}"
    return ""


def perform(site: StatusReader, request: CommandRequest) -> tuple[Returned, ...]:
    """Do what is asked, return what came of it. `against` has said that it is understood."""
    part = site.parts.get(request.component)
    if part is None:
        return tuple(Returned(row.command, row.name, None, "undefined") for row in request.arguments)
    returned: list[Returned] = []
    for code, rows in _by_code(request).items():
        given = {row.name: row.value for row in rows}
        act = _ACTS.get(code)
        outcome = None if act is None else act(site, given, part[1])
        if outcome is None:
            returned += [Returned(code, name, None, "unknown") for name in given]
        else:
            returned += [Returned(code, name, outcome.get(name, value), "recent") for name, value in given.items()]
    return tuple(returned)


def _by_code(request: CommandRequest) -> dict[str, list[Argument]]:
    found: dict[str, list[Argument]] = {}
    for row in request.arguments:
        found.setdefault(row.command, []).append(row)
    return found


def _against_rows(code: str, rows: list[Argument]) -> str:
    kind = COMMANDS[code]
    names = [row.name for row in rows]
    if any(row.order != kind.order for row in rows):
        return f"command {code} is called {kind.order}"
    if len(set(names)) < len(names):
        return f"an argument of command {code} comes twice"
    if set(names) - set(kind.arguments) - set(kind.optional):
        return f"unknown argument of command {code}"
    missing = sorted(set(kind.arguments) - set(names))
    if missing:
        return f"command {code} needs {missing[0]}"
    checks = {**kind.arguments, **kind.optional}
    wrong = next((row.name for row in rows if not checks[row.name](row.value)), None)
    return "" if wrong is None else f"a value of command {code} that cannot be: {wrong}"


def _may(site: StatusReader, code: str, given: Arguments) -> bool:
    level = LEVEL.get(code, 2)
    if code == "M0103":
        level = int(given["status"][-1])
    known = site.state.codes[level]
    said = given.get("oldSecurityCode" if code == "M0103" else "securityCode")
    if said is None:  # a priority request needs none
        return True
    return bool(known) and compare_digest(known.encode(), said.encode(errors="replace"))


def _stand(site: StatusReader, given: Arguments, _: int) -> Outcome:
    minutes = int(given["timeout"])
    until_s = site.now.s + 60 * minutes if minutes else inf
    return {} if site.state.stand(site.firmware, given["status"], until_s) else None


def _set_plan(site: StatusReader, given: Arguments, _: int) -> Outcome:
    state, firmware = site.state, site.firmware
    if given["status"] == "False":
        state.release()
        firmware.give_back()
        return {}
    if not firmware.take():
        return {"status": "False"}
    firmware.alive()
    state.forced_plan = int(given["timeplan"])
    request = state.tables.request(state.forced_plan)
    # What runs with the times as built stays as it is; a request would only bring it out of step.
    if request is not None and (state.tables.changed or firmware.plan != state.forced_plan):
        firmware.request_plan(request)
    return {}


def _set_times(site: StatusReader, plan: int, times: Times) -> bool:
    """Change the times of a plan; False where the firmware finds them impossible, and then they stay as they were."""
    tables, before = site.state.tables, site.state.tables.now[plan]
    tables.now[plan] = times
    request = tables.request(plan)
    if request is None or site.state.forced_plan != plan or site.firmware.request_plan(request):
        return True
    tables.now[plan] = before
    return False


def _plan_of(site: StatusReader, given: Arguments) -> int:
    return int(given["plan"]) or max(1, site.firmware.plan)


def _set_bands(site: StatusReader, given: Arguments, _: int) -> Outcome:
    plan, bands = _plan_of(site, given), read_bands(given["status"])
    if bands is None or plan not in site.state.tables:
        return None
    times = site.state.tables.now[plan]
    if _set_times(site, plan, replace(times, extensions={**times.extensions, **bands})):
        return {}
    return {"status": ",".join(f"{band}-{more}" for band, more in times.extensions.items())}


def _set_offset(site: StatusReader, given: Arguments, _: int) -> Outcome:
    plan = _plan_of(site, given)
    if plan not in site.state.tables:
        return None
    times = site.state.tables.now[plan]
    done = _set_times(site, plan, replace(times, offset_s=int(given["status"])))
    return {} if done else {"status": str(times.offset_s)}


def _set_cycle(site: StatusReader, given: Arguments, _: int) -> Outcome:
    plan = _plan_of(site, given)
    if plan not in site.state.tables:
        return None
    times = site.state.tables.now[plan]
    done = _set_times(site, plan, replace(times, cycle_s=int(given["status"])))
    return {} if done else {"status": str(times.cycle_s)}


def _set_timeout(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.firmware.backup_s = 60.0 * int(given["status"])
    site.firmware.alive()
    return {}


def _restart(site: StatusReader, given: Arguments, _: int) -> Outcome:
    if not isinstance(site.firmware, Switchable):
        return None
    if given["status"] == "True":
        site.state.restarted = True
        site.firmware.misbehave("reboot")
    return {}


def _emergency(site: StatusReader, given: Arguments, _: int) -> Outcome:
    if not isinstance(site.firmware, Switchable):
        return None
    routes, route = site.state.routes, int(given["emergencyroute"])
    (routes.add if given["status"] == "True" else routes.discard)(route)
    site.firmware.misbehave("preempt", bool(routes))
    return {}


def _situation(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.state.situation = int(given["traficsituation"]) if given["status"] == "True" else 0
    return {}


def _input(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.state.inputs[int(given["input"]) - 1] = given["status"] == "True"
    return {}


def _inputs(site: StatusReader, given: Arguments, _: int) -> Outcome:
    for block in given["status"].split(";"):
        first, on, off = map(int, block.split(","))
        for bit in range(16):
            if 1 <= first + bit <= PORTS and (on | off) >> bit & 1:
                site.state.inputs[first + bit - 1] = bool(on >> bit & 1)
    return {}


def _force(site: StatusReader, given: Arguments, what: str) -> Outcome:
    forced = site.state.forced_inputs if what == "input" else site.state.forced_outputs
    forced.pop(int(given[what]), None)
    if given["status"] == "True":
        forced[int(given[what])] = given[f"{what}Value"] == "True"
    return {}


def _detector(site: StatusReader, given: Arguments, number: int) -> Outcome:
    site.state.manual_detectors.pop(number, None)
    if given["status"] == "True":
        site.state.manual_detectors[number] = given["mode"] == "True"
    return {}


def _levels(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.state.levels.update(read_pairs(given["status"]) or {})
    return {}


def _fixed_time(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.state.fixed_time = given["status"] == "True"
    return {}


def _week(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.state.week = given["status"]
    return {}


def _day(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.state.day = given["status"]
    return {}


def _priority(site: StatusReader, given: Arguments, _: int) -> Outcome:
    if given["type"] == "new" and len(site.state.rejected) < REJECTED:  # the firmware has no way to give it
        site.state.rejected[given["requestId"]] = stamp(site.now.utc_s)
    return {}


def _code(site: StatusReader, given: Arguments, _: int) -> Outcome:
    site.state.codes[int(given["status"][-1])] = given["newSecurityCode"]
    return {}


def _clock(site: StatusReader, given: Arguments, _: int) -> Outcome:
    numbers = [int(given[name]) for name in ("year", "month", "day", "hour", "minute", "second")]
    try:
        time = datetime(*numbers, tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    site.firmware.clock_offset_s += time.timestamp() - site.now.utc_s
    return {}


_ACTS: Final[Mapping[str, Callable[[StatusReader, Arguments, int], Outcome]]] = MappingProxyType(
    {
        "M0001": _stand,
        "M0002": _set_plan,
        "M0003": _situation,
        "M0004": _restart,
        "M0005": _emergency,
        "M0006": _input,
        "M0007": _fixed_time,
        "M0008": _detector,
        "M0013": _inputs,
        "M0014": _set_bands,
        "M0015": _set_offset,
        "M0016": _week,
        "M0017": _day,
        "M0018": _set_cycle,
        "M0019": lambda site, given, _: _force(site, given, "input"),
        "M0020": lambda site, given, _: _force(site, given, "output"),
        "M0021": _levels,
        "M0022": _priority,
        "M0023": _set_timeout,
        "M0103": _code,
        "M0104": _clock,
    }
)
"""What each command does; the reserved ones (M0010 to M0012) are understood, and nothing is done."""
