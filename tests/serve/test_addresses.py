from __future__ import annotations

import tomllib

import pytest

from signals.errors import InputError
from signals.serve.addresses import FIRST_PORT, addresses_of, cabinets_toml, drive_toml


def test_controllers_listen_on_consecutive_ports() -> None:
    found = addresses_of(
        "tlcfi", ["A", "B/1"], host="127.0.0.1", port=0, options={"start": "direct"}, secrets={"a": "b"}
    )
    assert [(address.name, address.port) for address in found] == [("A", 11_501), ("B/1", 11_502)]
    assert all(address.options == {"start": "direct"} and address.secrets == {"a": "b"} for address in found)
    assert addresses_of("ntcip", ["A"], host="h", port=700)[0].port == 700


@pytest.mark.parametrize(("protocol", "port"), [("tlcfi", 65_535), ("tlcfi", -5), ("mine", 0)])
def test_ports_that_there_are_not_are_refused(protocol: str, port: int) -> None:
    with pytest.raises(InputError, match=f"2 controllers of {protocol} .*--port"):
        addresses_of(protocol, ["A", "B"], host="127.0.0.1", port=port)


def test_the_listing_can_be_pasted() -> None:
    found = addresses_of("tlcfi", ["A", "B#1/x"], host="127.0.0.1", port=0)
    assert cabinets_toml(found[:1]) == (
        '[[cabinets]]\nintersection = "A"\naddress = "tlcfi://127.0.0.1:11501/A"\nlevel = "direct"\n'
    )
    rows = tomllib.loads(cabinets_toml(found))["cabinets"]
    assert rows[1] == {"intersection": "B#1/x", "address": "tlcfi://127.0.0.1:11502/B%231%2Fx", "level": "direct"}
    assert cabinets_toml(()) == ""


def test_a_site_that_is_only_given_plans_says_so() -> None:
    rows = tomllib.loads(cabinets_toml(addresses_of("rsmp", ["A"], host="::1", port=0)))["cabinets"]
    assert rows == [{"intersection": "A", "address": "rsmp://[::1]:12111/A", "level": "plan"}]


def test_a_whole_configuration_only_looks_on() -> None:
    found = addresses_of("ntcip", ["A"], host="127.0.0.1", port=0, secrets={"password": "canary"})
    text = drive_toml(found, scenario="crossroads", speed=20.0)
    assert tomllib.loads(text) == {
        "format": 1,
        "drive": {
            "scenario": "crossroads",
            "controller": "rolling_horizon",
            "level": "observe",
            "sensing": "detectors",
            "speed": 20.0,
        },
        "cabinets": [{"intersection": "A", "address": f"ntcip://127.0.0.1:{FIRST_PORT['ntcip']}/A", "level": "direct"}],
    }
    assert "canary" not in text
