"""What a site does when it is commanded, and what it refuses to understand."""

from __future__ import annotations

import pytest

from signals.adapters.rsmp.commands import against, perform
from signals.adapters.rsmp.messages import Argument, CommandRequest
from signals.adapters.rsmp.statuses import StatusReader
from signals.adapters.rsmp.sxl import COMMANDS
from signals.model.cabinets import Mode
from tests.adapters.rsmp.bench import MAIN, NAME
from tests.adapters.rsmp.test_statuses import DETECTOR, GROUP, a_reader, value


def a_site() -> StatusReader:
    site = a_reader()
    site.state.codes.update({1: "1111", 2: "2222"})
    return site


def request(code: str, component: str = MAIN, **values: str) -> CommandRequest:
    rows = {**({"securityCode": "2222"} if "securityCode" in COMMANDS[code].arguments else {}), **values}
    order = COMMANDS[code].order
    return CommandRequest("1", component, tuple(Argument(code, name, order, text) for name, text in rows.items()))


def do(site: StatusReader, code: str, component: str = MAIN, **values: str) -> dict[str, str | None]:
    asked = request(code, component, **values)
    assert against(site, asked) == ""
    returned = perform(site, asked)
    site.tick(site.now)
    return {row.name: row.value for row in returned} | {"age": returned[0].age}


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (CommandRequest("1", MAIN, (Argument("M9999", "a", "b", "c"),)), "unknown command"),
        (request("M0008", MAIN, status="True", mode="True"), "none of that component"),
        (request("M0002", status="True"), "needs timeplan"),
        (request("M0002", status="True", timeplan="1", colour="red"), "unknown argument"),
        (request("M0002", status="maybe", timeplan="1"), "cannot be: status"),
        (request("M0002", status="True", timeplan="1", securityCode="canary"), "wrong security code"),
        (
            request("M0104", **dict.fromkeys(("month", "day", "hour", "minute", "second"), "1"), year="2026"),
            "wrong security",
        ),
        (request("M0103", status="Level1", oldSecurityCode="2222", newSecurityCode="x"), "wrong security code"),
        (request("M0002", status="True", timeplan="9"), "no plan 9"),
        (request("M0018", status="90", plan="9"), "no plan 9"),
        (CommandRequest("1", MAIN, (Argument("M0007", "status", "wrong", "True"),)), "is called setFixedTime"),
        (CommandRequest("1", MAIN, request("M0007", status="True").arguments * 2), "comes twice"),
    ],
)
def test_what_is_not_understood_is_told_without_the_code(asked: CommandRequest, why: str) -> None:
    reason = against(a_site(), asked)
    assert why in reason
    assert "canary" not in reason


def test_a_site_without_codes_lets_nobody_in() -> None:
    site = a_reader()
    assert "wrong security code" in against(site, request("M0007", status="True", securityCode=""))


def test_nobody_there_is_undefined() -> None:
    asked = request("M0007", "nobody", status="True")
    assert against(a_site(), asked) == ""
    assert {(row.value, row.age) for row in perform(a_site(), asked)} == {(None, "undefined")}


@pytest.mark.parametrize(("code", "component"), [("M0010", GROUP), ("M0011", GROUP), ("M0012", MAIN)])
def test_reserved_commands_are_understood_and_not_done(code: str, component: str) -> None:
    assert do(a_site(), code, component, status="True") == {"securityCode": None, "status": None, "age": "unknown"}


def test_several_commands_come_in_one_request() -> None:
    site = a_site()
    both = request("M0007", status="True").arguments + request("M0003", status="True", traficsituation="4").arguments
    assert len(perform(site, CommandRequest("1", MAIN, both))) == 5
    assert (site.state.fixed_time, site.state.situation) == (True, 4)
    do(site, "M0003", status="False", traficsituation="4")
    assert value(site, "S0015", "source") == "calendar_clock"


def test_inputs_and_outputs() -> None:
    site = a_site()
    do(site, "M0013", status="3,4134,65;12,1,4")
    on = {number for number, bit in enumerate(str(value(site, "S0003", "inputstatus")), 1) if bit == "1"}
    assert on == {4, 5, 8, 12, 15}
    do(site, "M0006", status="False", input="4")
    do(site, "M0019", status="True", input="5", inputValue="False")
    do(site, "M0020", status="True", output="2", outputValue="True")
    assert str(value(site, "S0003", "inputstatus"))[3:5] == "00"
    assert str(value(site, "S0029", "status"))[:6] == "000010"
    assert (str(value(site, "S0030", "status"))[:3], str(value(site, "S0004", "outputstatus"))[:3]) == ("010", "010")
    do(site, "M0019", status="False", input="5", inputValue="False")
    assert str(value(site, "S0003", "inputstatus"))[4] == "1"


def test_tables_levels_and_detectors() -> None:
    site = a_site()
    do(site, "M0016", status="0-1,6-2")
    do(site, "M0017", status="12-1-12-59,1-0-23-12")
    do(site, "M0021", status="7-40")
    do(site, "M0008", DETECTOR, status="True", mode="True")
    assert value(site, "S0026", "status") == "0-1,6-2"
    assert value(site, "S0027", "status") == "12-1-12-59,1-0-23-12"
    assert value(site, "S0031", "status") == "7-40"
    assert str(value(site, "S0002", "detectorlogicstatus"))[0] == "1"
    do(site, "M0008", DETECTOR, status="False", mode="True")
    assert str(value(site, "S0002", "detectorlogicstatus"))[0] == "0"


def test_priorities_are_rejected_since_the_firmware_gives_none() -> None:
    site = a_site()
    do(site, "M0022", requestId="bus", type="new", level="3", signalGroupId=f"{NAME}=001SG001")
    do(site, "M0022", requestId="bus", type="cancel", level="3")
    rows = value(site, "S0033", "status")
    assert isinstance(rows, list)
    assert [(row["r"], row["s"]) for row in rows] == [("bus", "rejected")]


def test_priorities_that_nobody_hears_of_fill_nothing() -> None:
    site = a_site()
    for number in range(200):
        do(site, "M0022", requestId=str(number), type="new", level="3")
    assert len(site.state.rejected) == 64


def test_an_emergency_route_is_one_until_all_are_over() -> None:
    site = a_site()
    do(site, "M0005", status="True", emergencyroute="3")
    do(site, "M0005", status="True", emergencyroute="2")
    assert site.firmware.mode is Mode.PREEMPT
    assert value(site, "S0035", "emergencyroutes") == [{"id": "2"}, {"id": "3"}]
    assert (value(site, "S0006", "status"), value(site, "S0006", "emergencystage")) == ("True", "3")
    for route in ("2", "3"):
        do(site, "M0005", status="False", emergencyroute=route)
    assert site.firmware.mode is not Mode.PREEMPT


def test_a_plan_that_somebody_forbids_is_not_taken() -> None:
    site = a_site()
    site.firmware.misbehave("manual")  # type: ignore[attr-defined]
    assert do(site, "M0002", status="True", timeplan="1")["status"] == "False"
    assert site.state.forced_plan == 0


def test_times_are_tried_with_the_firmware_and_stay_as_they_were_where_it_refuses() -> None:
    site = a_site()
    do(site, "M0002", status="True", timeplan="1")
    assert do(site, "M0015", status="9", plan="0")["status"] == "9"
    site.firmware.request_plan = lambda _: False  # type: ignore[method-assign]
    assert do(site, "M0015", status="10", plan="1")["status"] == "9"
    assert do(site, "M0018", status="94", plan="1")["status"] == "94"
    assert do(site, "M0014", plan="1", status="1-21")["status"] != "1-21"
    site.state.tables.now[1] = site.state.tables._built[1]
    assert do(site, "M0018", status="95", plan="1")["status"] == "95", "it waits for its bands"
    assert do(site, "M0014", plan="1", status="1-22")["status"] != "1-22"


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("M0014", {"status": "1-5"}),
        ("M0015", {"status": "5"}),
        ("M0018", {"status": "50"}),
        ("M0014", {"status": "11-5"}),
    ],
)
def test_without_a_plan_there_are_no_times(code: str, values: dict[str, str]) -> None:
    site = a_site()
    if values["status"] != "11-5":
        site.state.tables.now.clear()
    assert do(site, code, plan="0", **values)["age"] == "unknown"


def test_a_firmware_without_switches_cannot_flash_restart_or_give_way() -> None:
    site = a_site()
    site.firmware = Bare()  # type: ignore[assignment]
    stand = {"status": "Dark", "timeout": "0", "intersection": "0"}
    assert do(site, "M0001", **stand)["age"] == "unknown"
    assert do(site, "M0004", status="True")["age"] == "unknown"
    assert do(site, "M0005", status="True", emergencyroute="1")["age"] == "unknown"


class Bare:
    """A firmware that can do nothing."""


def test_a_restart_that_is_not_wanted_is_none() -> None:
    site = a_site()
    do(site, "M0004", status="False")
    assert not site.state.restarted
    do(site, "M0004", status="True")
    assert site.state.restarted


def test_the_clock_is_set_but_not_to_a_day_that_never_is() -> None:
    site = a_site()
    date = {"securityCode": "1111", "year": "2026", "hour": "12", "minute": "0", "second": "0"}
    assert do(site, "M0104", **date, month="2", day="30")["age"] == "unknown"
    assert site.firmware.clock_offset_s == 0.0
    do(site, "M0104", **date, month="1", day="31")
    assert site.firmware.clock_offset_s == pytest.approx(1_769_860_800.0 - site.now.utc_s)


def test_the_time_out_is_in_minutes() -> None:
    site = a_site()
    do(site, "M0023", status="3")
    assert site.firmware.backup_s == 180.0
    assert value(site, "S0034", "status") == "3"
