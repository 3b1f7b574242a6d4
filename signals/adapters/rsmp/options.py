"""Settings of RSMP in the address of a cabinet, checked at birth; both ends read the same ones."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from types import MappingProxyType
from typing import Final

from signals.adapters.cabinet.tls import TLS_OPTIONS, Tls, read_tls
from signals.adapters.rsmp.bands import BANDS, Bands, bands_of
from signals.adapters.rsmp.session import Settings
from signals.adapters.rsmp.times import CORES
from signals.errors import InputError, UnknownNameError
from signals.model.cabinets import CabinetAddress, CabinetSite

__all__ = ["PORT", "Options", "is_peer"]

PORT: Final = 12111
LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
Peers = tuple[IPv4Network | IPv6Network, ...]

_SECONDS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "ack_s": 30.0,
        "watchdog_s": 60.0,
        "answer_s": 5.0,
        "connect_s": 25.0,
        "reconnect_s": 10.0,
        "silent_s": 3.0,
        "dead_man_s": 10.0,
        "hears_s": 0.6,
    }
)
_NAMES: Final = frozenset(
    {
        *_SECONDS,
        *TLS_OPTIONS,
        "client_name",
        "component",
        "groups",
        "detectors",
        "core",
        "peers",
        "band_shortest_s",
        "backup_min",
    }
)
_SECRETS: Final = ("key_password", "security_code_1", "security_code_2")
"""Of both ends: they may share a file."""


@dataclass(frozen=True, slots=True)
class Options:
    """What an address says about a site.

    Attributes
    ----------
    id
        The site id.
    component
        The component that the controller itself is.
    group_at, detector_at
        For each group and detector of ours its place in S0001, S0002 and S0205, from 1.
    bands
        How the bands of each plan lie.
    peers
        Networks from which connections are taken.
    settings
        Of the session.
    seconds
        Every setting in seconds by name.
    backup_min
        What M0023 is set to: minutes without a connection until the site's own program.
    tls
        How TLS is spoken; None = not at all.
    client_name
        Whom the certificate of the site must be for; empty = anybody whom the authority knows.
    """

    id: str
    component: str
    group_at: tuple[int, ...]
    detector_at: tuple[int, ...]
    bands: tuple[Bands, ...]
    peers: Peers
    settings: Settings
    seconds: Mapping[str, float]
    backup_min: int
    tls: Tls | None
    client_name: str

    @classmethod
    def of(cls, site: CabinetSite, address: CabinetAddress) -> Options:
        """Read the options of an address. Raises `InputError` naming the option, or the secret that nobody knows."""
        given = address.options
        _check_names(given, address.secrets)
        identity = address.name or site.id
        if not identity.isprintable() or not 1 <= len(identity) <= 64:
            raise InputError("rsmp: the name of the address, the site id, must have 1 to 64 letters")
        seconds = {name: _seconds(given, name, default) for name, default in _SECONDS.items()}
        tls = read_tls("rsmp", given, address.secrets, ssl.TLSVersion.TLSv1_3)
        return cls(
            id=identity,
            component=_text(given, "component", f"{identity}=001TC000"),
            group_at=_places(given, "groups", len(site.groups)),
            detector_at=_places(given, "detectors", len(site.detectors)),
            bands=_bands(given, site),
            peers=_peers(given),
            settings=Settings(cores=_cores(given), ack_s=seconds["ack_s"], watchdog_s=seconds["watchdog_s"]),
            seconds=MappingProxyType(seconds),
            backup_min=_backup(given),
            tls=tls,
            client_name=_client_name(given, tls),
        )

    def group_component(self, group: int) -> str:
        """Return the component that a group is."""
        return f"{self.id}=001SG{self.group_at[group]:03d}"

    def detector_component(self, detector: int) -> str:
        """Return the component that a detector is."""
        return f"{self.id}=001DL{self.detector_at[detector]:03d}"


def is_peer(host: str, peers: Peers) -> bool:
    """Whether a host lies in one of some networks."""
    try:
        address = ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    return any(address in network for network in peers if network.version == address.version)


def _wrong(name: str, expected: str) -> InputError:
    return InputError(f'rsmp: option "{name}": expected {expected}')


def _check_names(options: Mapping[str, object], secrets: Mapping[str, str]) -> None:
    for name in sorted(set(options) - _NAMES):
        if name in _SECRETS:
            raise InputError(f'rsmp: "{name}" is a secret and no option: give it in secrets_env or secrets_file')
        raise UnknownNameError("option of rsmp", name, _NAMES)
    for name in sorted(set(secrets) - set(_SECRETS)):
        raise UnknownNameError("secret of rsmp", name, _SECRETS)


def _seconds(given: Mapping[str, object], name: str, default: float) -> float:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86_400:
        raise _wrong(name, "seconds, more than 0 and at most 86400")
    return float(value)


def _text(given: Mapping[str, object], name: str, default: str) -> str:
    value = given.get(name, default)
    if not isinstance(value, str) or not value or len(value) > 128:
        raise _wrong(name, "a component id")
    return value


def _client_name(given: Mapping[str, object], tls: Tls | None) -> str:
    value = given.get("client_name", "")
    if not isinstance(value, str) or len(value) > 128:
        raise _wrong("client_name", "a name in the certificate of the site")
    if value and (tls is None or not tls.ca):
        raise _wrong("client_name", 'only with "ca": without an authority no certificate is asked for')
    return value


def _backup(given: Mapping[str, object]) -> int:
    value = given.get("backup_min", 1)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 65_535:
        raise _wrong("backup_min", "whole minutes from 1 to 65535; without them nobody gives the site back")
    return value


def _places(given: Mapping[str, object], name: str, count: int) -> tuple[int, ...]:
    value = given.get(name, list(range(1, count + 1)))
    expected = f"{count} different numbers from 1 to 65025, one for each of ours in their order"
    if not isinstance(value, list | tuple) or len(value) != count or len(set(map(str, value))) != count:
        raise _wrong(name, expected)
    if not all(isinstance(one, int) and not isinstance(one, bool) and 1 <= one <= 65_025 for one in value):
        raise _wrong(name, expected)
    return tuple(value)


def _cores(given: Mapping[str, object]) -> tuple[str, ...]:
    value = given.get("core", list(CORES))
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not found or not set(found) <= set(CORES):
        raise _wrong("core", f"some of {', '.join(CORES)}")
    return tuple(core for core in CORES if core in found)


def _peers(given: Mapping[str, object]) -> Peers:
    value = given.get("peers", LOOPBACK)
    expected = "a list of networks such as 10.1.0.0/16"
    if not isinstance(value, list | tuple) or not value or not all(isinstance(one, str) for one in value):
        raise _wrong("peers", expected)
    try:
        return tuple(ip_network(one) for one in value)
    except ValueError:
        raise _wrong("peers", expected) from None


def _bands(given: Mapping[str, object], site: CabinetSite) -> tuple[Bands, ...]:
    found = tuple(bands_of(plan) for plan in site.intersection.plans)
    base = given.get("band_shortest_s")
    if base is None:
        return found
    count = len(found[0].shortest_s) if found else 0
    expected = f"{count} whole seconds, one for each step of the first plan"
    if not isinstance(base, list | tuple) or len(base) != count or not count or count > BANDS:
        raise _wrong("band_shortest_s", f"{expected}, of which there may be {BANDS}")
    if not all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= 255 for one in base):
        raise _wrong("band_shortest_s", expected)
    return (Bands(tuple(base), tuple(range(count))), *found[1:])
