"""Every option and secret is checked, and what is wrong is said in one sentence that names it."""

from __future__ import annotations

from typing import Any

import pytest

from signals.adapters.tlcfi.objects import TICKS, GroupState, Handover
from signals.adapters.tlcfi.settings import read_settings
from signals.errors import InputError, UnknownNameError
from signals.model.cabinets import CabinetAddress
from tests.adapters.tlcfi.pairs import plain
from tests.adapters.tlcfi.places import crossing

SITE = crossing()
COUNT = len(SITE.groups)


def test_what_is_not_given_is_by_rule() -> None:
    settings = read_settings(SITE, plain({}))
    assert settings.groups == tuple(f"{number:02d}" for number in range(1, COUNT + 1))
    assert settings.detectors == tuple(f"D{number}" for number in range(1, len(SITE.detectors) + 1))
    assert settings.buttons == ("",) * 8 + ("K09", "K10", "K11", "K12")
    assert (settings.version, settings.start, settings.clearance) == ((1, 1, 0), Handover.DIRECT, GroupState.RED)
    assert not settings.tls
    assert not settings.buttons_given


def test_everything_can_be_given() -> None:
    settings = read_settings(
        SITE,
        plain(
            {
                "groups": [f"g{number}" for number in range(COUNT)],
                "detectors": [f"d{number}" for number in range(len(SITE.detectors))],
                "buttons": ["b", *[""] * (COUNT - 1)],
                "version": "1.2.3",
                "uri": "http://10.0.0.1:12345",
                "start": "cleared",
                "clearance": "flashing-green",
                "alive_s": 1,
                "settle_s": 0,
                "predictions": False,
                "peers": ["10.0.0.0/8"],
                "ticks_from": TICKS - 1,
                "ca": "ca.pem",
            },
            {"username": "u", "password": "p"},
        ),
    )
    assert (settings.groups[0], settings.detectors[0], settings.buttons[0]) == ("g0", "d0", "b")
    assert settings.buttons_given
    assert (settings.version, settings.uri) == ((1, 2, 3), "http://10.0.0.1:12345")
    assert (settings.start, settings.clearance) == (Handover.CLEARED, GroupState.PERMISSIVE_FLASHING_GREEN)
    assert (settings.alive_s, settings.settle_s, settings.predictions) == (1.0, 0.0, False)
    assert settings.ticks(0.001) == 0
    assert settings.tls is not None
    assert (settings.tls.ca, settings.tls.protocol) == ("ca.pem", "tlcfi")
    assert (settings.username, settings.password) == ("u", "p")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("groups", ["01"], f"a list of {COUNT} different ids"),
        ("groups", ["01"] * COUNT, "different ids"),
        ("groups", 3, "a list"),
        ("groups", [f"g {number}" for number in range(COUNT)], "letters, digits"),
        ("groups", list(range(COUNT)), "letters, digits"),
        ("detectors", [], "a list of 16"),
        ("buttons", ["K"], f"a list of {COUNT}"),
        ("buttons", [1] * COUNT, "letters, digits"),
        ("buttons", ["K"] * COUNT, "no detector twice"),
        ("buttons", ["D1", *[""] * (COUNT - 1)], "no detector twice"),
        ("version", "1.1", "three numbers"),
        ("version", 1.1, "three numbers"),
        ("uri", "", "a text"),
        ("start", "predefined", "one of cleared, direct"),
        ("start", 2, "one of cleared, direct"),
        ("clearance", "dark", "one of red, flashing-green"),
        ("alive_s", True, "seconds"),
        ("alive_s", "2", "seconds"),
        ("alive_s", float("nan"), "seconds"),
        ("alive_s", 601, "seconds"),
        ("alive_s", 0, "more than 0"),
        ("dead_man_s", 0.0, "more than 0"),
        ("alive_timeout_s", 2.0, "more than alive_s, which is 2"),
        ("predictions", 1, "true or false"),
        ("peers", "10.0.0.0/8", "a list of networks"),
        ("peers", ["10.0.0.1/8"], "a list of networks (10.0.0.1/8 has host bits set)"),
        ("ticks_from", -1, "a whole number"),
        ("tls", "yes", "true or false"),
        ("key", 5, "a text"),
    ],
)
def test_a_wrong_option_is_named(name: str, value: Any, why: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings(SITE, plain({name: value}))
    assert str(caught.value).startswith(("tlcfi: option", "tlcfi: option"))
    assert f'"{name}"' in str(caught.value) or name == "buttons"
    assert why in str(caught.value)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match='did you mean "groups"'):
        read_settings(SITE, plain({"group": []}))
    with pytest.raises(UnknownNameError, match='did you mean "password"'):
        read_settings(SITE, plain({}, {"pasword": "canary"}))


@pytest.mark.parametrize("secret", ['can"ary', "can,ary", "canäry", "canary" * 6, "can\nary"])
def test_a_secret_that_cannot_be_sent_is_not_repeated(secret: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings(SITE, plain({}, {"password": secret}))
    assert '"password"' in str(caught.value)
    assert secret not in str(caught.value)


def test_secrets_are_in_no_text() -> None:
    settings = read_settings(
        SITE, plain({}, {"username": "canary-u", "password": "canary-p", "key_password": "canary-k"})
    )
    assert "canary" not in repr(settings)
    assert settings.redacted("it is canary-p,\ncanary-u or canary-k") == "it is ***,?*** or ***"
    assert len(settings.redacted("x" * 1000)) == 120


def test_certificates_without_tls_are_a_mistake() -> None:
    with pytest.raises(InputError, match="true where certificates are given"):
        read_settings(SITE, plain({"tls": False, "ca": "ca.pem"}))
    assert read_settings(SITE, plain({"tls": True})).tls is not None
    assert not read_settings(SITE, plain({"tls": False})).tls


def test_names_are_made_safe() -> None:
    address = CabinetAddress(scheme="tlcfi", host="h", name="K 205/1.ä")
    assert read_settings(SITE, address).intersection == "K_205_1__"


def test_peers() -> None:
    settings = read_settings(SITE, plain({}))
    assert settings.lets_in("127.0.0.1")
    assert settings.lets_in("::1")
    assert settings.lets_in("::ffff:127.0.0.1")
    assert not settings.lets_in("10.0.0.1")
    assert not settings.lets_in("fe80::1%eth0")
    assert not settings.lets_in("")
    assert read_settings(SITE, plain({"peers": ["10.0.0.0/8"]})).lets_in("10.2.3.4")
    assert not read_settings(SITE, plain({"peers": []})).lets_in("127.0.0.1")
