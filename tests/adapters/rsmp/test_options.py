"""Options are read, or refused by name."""

from __future__ import annotations

import ssl
from dataclasses import replace

import pytest

from signals.adapters.rsmp.options import Options, is_peer
from signals.errors import InputError
from signals.model.cabinets import CabinetAddress
from tests.adapters.rsmp.bench import SITE

DETECTORS = len(SITE.detectors)


def read(name: str = "S1", **options: object) -> Options:
    return Options.of(SITE, CabinetAddress(scheme="rsmp", host="::", name=name, options=options))


def test_without_options_it_is_as_the_standard_says() -> None:
    options = read()
    assert (options.id, options.component, options.backup_min) == ("S1", "S1=001TC000", 1)
    assert options.group_at == tuple(range(1, 13))
    assert options.group_component(2) == "S1=001SG003"
    assert options.detector_component(0) == "S1=001DL001"
    assert (options.settings.ack_s, options.settings.watchdog_s, options.seconds["reconnect_s"]) == (30.0, 60.0, 10.0)
    assert options.settings.cores == ("3.1.3", "3.1.4", "3.1.5", "3.2.0", "3.2.1", "3.2.2")
    assert read("").id == SITE.id


def test_everything_can_be_said() -> None:
    options = read(
        component="TLC",
        groups=list(range(12, 0, -1)),
        detectors=list(range(2, DETECTORS + 2)),
        core="3.1.5",
        peers=["10.0.0.0/8", "fe80::/10"],
        backup_min=5,
        band_shortest_s=[4, 2, 4, 5, 5, 4, 2, 4, 5, 5],
        ack_s=7,
    )
    assert options.component == "TLC"
    assert options.group_at[0] == 12
    assert options.group_component(0) == "S1=001SG012"
    assert options.settings.cores == ("3.1.5",)
    assert options.settings.ack_s == 7.0
    assert options.bands[0].shortest_s == (4, 2, 4, 5, 5, 4, 2, 4, 5, 5)
    assert [is_peer(host, options.peers) for host in ("10.9.8.7", "fe80::1%eth0", "127.0.0.1", "host")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ack_s", 0),
        ("ack_s", "30"),
        ("silent_s", True),
        ("component", ""),
        ("component", 5),
        ("groups", [1, 2]),
        ("groups", [1] * 12),
        ("groups", list(range(12))),
        ("groups", "1..12"),
        ("detectors", [True] * DETECTORS),
        ("core", "3.3.0"),
        ("core", []),
        ("core", 3),
        ("peers", []),
        ("peers", "10.0.0.0/8"),
        ("peers", ["10.0.0.1/8"]),
        ("backup_min", 0),
        ("backup_min", 1.5),
        ("band_shortest_s", [1]),
        ("band_shortest_s", [-1] * 10),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InputError, match=f'option "{name}": expected'):
        read(**{name: value})


def test_what_nobody_knows_is_refused_and_a_secret_is_never_shown() -> None:
    with pytest.raises(InputError, match=r'unknown option of rsmp "spede".*known: ack_s'):
        read(spede=1)
    with pytest.raises(InputError, match='"security_code_2" is a secret and no option') as caught:
        read(security_code_2="canary")
    assert "canary" not in str(caught.value)
    address = CabinetAddress(scheme="rsmp", host="::", secrets={"security_code2": "canary"})
    with pytest.raises(InputError, match=r'unknown secret of rsmp "security_code2"; did you mean') as caught:
        Options.of(SITE, address)
    assert "canary" not in str(caught.value)
    Options.of(
        SITE, replace(address, secrets=dict.fromkeys(("key_password", "security_code_1", "security_code_2"), "x"))
    )


def test_a_site_id_is_something_that_can_be_printed() -> None:
    with pytest.raises(InputError, match="1 to 64 letters"):
        read("a\nb")


def test_a_plan_with_more_steps_than_bands_has_no_bases_by_hand() -> None:
    plan = SITE.intersection.plans[0]
    longer = replace(plan, steps=plan.steps + plan.steps[:1])
    site = replace(SITE, intersection=replace(SITE.intersection, plans=(longer,)))
    address = CabinetAddress(scheme="rsmp", host="::", options={"band_shortest_s": [1] * 11})
    with pytest.raises(InputError, match="there may be 10"):
        Options.of(site, address)
    bare = replace(SITE, intersection=replace(SITE.intersection, plans=()))
    with pytest.raises(InputError, match="band_shortest_s"):
        Options.of(bare, replace(address, options={"band_shortest_s": []}))


def test_tls_is_as_new_as_the_standard_wants_it() -> None:
    assert read().tls is None
    tls = read(cert="cert.pem", ca="ca.pem", client_name="S1").tls
    assert tls is not None
    assert (tls.least, tls.cert, tls.ca) == (ssl.TLSVersion.TLSv1_3, "cert.pem", "ca.pem")
    for options in ({"client_name": 3}, {"client_name": "S1"}, {"client_name": "S1", "cert": "cert.pem"}):
        with pytest.raises(InputError, match='option "client_name": expected'):
            read(**options)
