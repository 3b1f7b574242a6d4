from __future__ import annotations

import tomllib

import pytest

from signals.errors import InputError
from signals.serve.addresses import FIRST_PORT, Speaker, addresses_of, cabinets_toml, drive_toml


def test_controllers_of_a_protocol_have_consecutive_ports() -> None:
    main = Speaker("tlcfi", 0, {"start": "direct"}, {"a": "b"})
    found = addresses_of({"A": main, "N": Speaker("ntcip"), "B/1": main}, "127.0.0.1")
    assert [(address.scheme, address.name, address.port) for address in found] == [
        ("tlcfi", "A", 11_501), ("ntcip", "N", 10_161), ("tlcfi", "B/1", 11_502)
    ]  # fmt: skip
    assert (found[2].options, found[2].secrets) == ({"start": "direct"}, {"a": "b"})
    assert (found[1].options, found[1].secrets) == ({}, {})
    assert addresses_of({"A": Speaker("ntcip", 700)}, "h")[0].port == 700


@pytest.mark.parametrize(("protocol", "port"), [("tlcfi", 65_535), ("tlcfi", -5), ("mine", 0)])
def test_ports_that_there_are_not_are_refused(protocol: str, port: int) -> None:
    with pytest.raises(InputError, match=f"no port is left for {protocol} .*--port"):
        addresses_of({"A": Speaker(protocol, port), "B": Speaker(protocol, port)}, "127.0.0.1")


def test_the_listing_can_be_pasted() -> None:
    found = addresses_of({"A": Speaker("tlcfi"), "B#1/x": Speaker("tlcfi")}, "127.0.0.1")
    assert cabinets_toml(found[:1]) == (
        '[[cabinets]]\nintersection = "A"\naddress = "tlcfi://127.0.0.1:11501/A"\nlevel = "direct"\n'
    )
    rows = tomllib.loads(cabinets_toml(found))["cabinets"]
    assert rows[1] == {"intersection": "B#1/x", "address": "tlcfi://127.0.0.1:11502/B%231%2Fx", "level": "direct"}
    assert cabinets_toml(()) == ""


def test_a_site_that_is_only_given_plans_says_so() -> None:
    rows = tomllib.loads(cabinets_toml(addresses_of({"A": Speaker("rsmp")}, "::1")))["cabinets"]
    assert rows == [{"intersection": "A", "address": "rsmp://[::1]:12111/A", "level": "plan"}]


def test_a_whole_configuration_only_looks_on() -> None:
    speakers = {"A": Speaker("ntcip", secrets={"password": "canary"}), "B": Speaker("tlcfi")}
    text = drive_toml(addresses_of(speakers, "127.0.0.1"), scenario="crossroads", speed=20.0, secrets_file="my.toml")
    assert tomllib.loads(text) == {
        "format": 1,
        "drive": {"scenario": "crossroads", "controller": "rolling_horizon", "level": "observe", "speed": 20.0},
        "cabinets": [
            {
                "intersection": "A",
                "address": f"ntcip://127.0.0.1:{FIRST_PORT['ntcip']}/A",
                "level": "direct",
                "secrets_file": "my.toml",
            },
            {"intersection": "B", "address": "tlcfi://127.0.0.1:11501/B", "level": "direct"},
        ],
    }
    assert "canary" not in text
