"""Options are right or one error that names them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signals.adapters.ntcip.messages import Version
from signals.adapters.ntcip.settings import AgentSettings, Peers, Settings
from signals.errors import InputError

from .street import address, site


def test_what_is_meant_without_options() -> None:
    settings = Settings.of(site(), address())
    assert (settings.version, settings.port, settings.varbinds, settings.spat_port) == (Version.V1, 161, 48, 0)
    assert settings.detectors == tuple(range(1, 17))
    assert settings.timeout_s * settings.tries < 1.0  # a request never takes longer than a tick
    agent = AgentSettings.of(site(), address(1161))
    assert (agent.port, agent.octets, agent.spat) == (1161, 1472, False)


def test_options_are_taken() -> None:
    options = {
        "snmp_version": "2c",
        "varbinds": 4,
        "timeout_s": 1,
        "tries": 1,
        "lost_s": 3.5,
        "detectors": list(range(2, 18)),
    }
    settings = Settings.of(site(), address(**options))
    assert (settings.version, settings.varbinds, settings.timeout_s, settings.lost_s) == (Version.V2C, 4, 1, 3.5)
    assert settings.detectors[-1] == 17
    assert Settings.of(site(), address(snmpv3=True)).version is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("snmp_version", "3", '"1" or "2c"'),
        ("snmp_version", 1, '"1" or "2c"'),
        ("snmpv3", "yes", "true or false"),
        ("varbinds", 0, "a whole number from 1 to 64"),
        ("varbinds", 2.0, "a whole number from 1 to 64"),
        ("varbinds", True, "a whole number"),
        ("timeout_s", "1", "a number from 0.01 to 10.0"),
        ("timeout_s", float("nan"), "a number from 0.01 to 10.0"),
        ("tries", 11, "a whole number from 1 to 10"),
        ("detectors", [1], "a list of 16 numbers"),
        ("detectors", "1234567890123456", "a list of 16 numbers"),
        ("detectors", [0] * 16, "a list of 16 numbers"),
        ("detectors", [True] * 16, "a list of 16 numbers"),
        ("peers", "10.0.0.1", "a list of addresses"),
        ("peers", [], "a list of addresses"),
        ("peers", ["street"], "expected addresses like"),
        ("spat_port", 70_000, "a whole number from 0 to 65535"),
    ],
)
def test_a_wrong_option_is_named(name: str, value: object, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        Settings.of(site(), address(**{name: value}))
    assert f'option "{name}"' in str(caught.value)


def test_more_detectors_than_there_are_numbers_are_refused() -> None:
    many = replace(site(), detectors=tuple(map(str, range(256))))
    with pytest.raises(InputError, match="a list of 256 numbers"):
        Settings.of(many, address())
    assert Settings.of(many, address(detectors=[*range(1, 256), 1])).detectors[-1] == 1


def test_unknown_options_are_refused_at_both_ends() -> None:
    with pytest.raises(InputError, match='unknown option "varbind"'):
        Settings.of(site(), address(varbind=8))
    with pytest.raises(InputError, match='unknown option "snmp_version"'):
        AgentSettings.of(site(), address(snmp_version="1"))


@pytest.mark.parametrize("option", [{"spat_host": 7}, {"spat": 1}])
def test_where_signal_data_go_is_a_name(option: dict[str, object]) -> None:
    with pytest.raises(InputError, match="spat_host"):
        AgentSettings.of(site(), address(**option))


def test_peers() -> None:
    loopback = Peers.of("here", None)
    assert "127.0.0.1" in loopback
    assert "::1" in loopback
    assert "10.0.0.5" not in loopback
    assert loopback.interface == "127.0.0.1"
    street = Peers.of("here", ["10.0.0.0/24", "fe80::1"])
    assert "10.0.0.5" in street
    assert "fe80::1%eth0" in street
    assert "10.0.1.5" not in street
    assert street.interface == "0.0.0.0"  # noqa: S104


def test_unknown_secrets_are_refused_at_both_ends_and_not_shown() -> None:
    where = replace(address(), secrets={"write_comunity": "canary"})
    with pytest.raises(InputError, match='"write_comunity"; did you mean "write_community"') as caught:
        Settings.of(site(), where)
    assert "canary" not in str(caught.value)
    with pytest.raises(InputError, match='unknown secret of virtual cabinet "centre" "auth_password"'):
        AgentSettings.of(site(), replace(address(), secrets={"auth_password": "canary"}))


@pytest.mark.parametrize(
    ("name", "options", "secrets"),
    [
        ("auth", {"auth": "SHA256"}, {}),
        ("priv", {"priv": "AES", "snmpv3": False}, {}),
        ("user", {}, {"user": "canary", "auth_password": "canary", "priv_password": "canary"}),
    ],
)
def test_what_is_for_version_3_is_not_spoken_in_plain_text(
    name: str, options: dict[str, object], secrets: dict[str, str]
) -> None:
    where = replace(address(), options=options, secrets=secrets)
    with pytest.raises(InputError, match=f'"{name}" is for SNMPv3 only: add snmpv3 = true'):
        Settings.of(site(), where)
    assert Settings.of(site(), replace(where, options=options | {"snmpv3": True})).version is None
