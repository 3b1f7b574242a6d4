"""What a configuration may say about an NTCIP cabinet, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import ClassVar, Final

from signals.adapters.ntcip.messages import Version
from signals.adapters.ntcip.phases import PhaseMap
from signals.errors import InputError, UnknownNameError
from signals.model.cabinets import CabinetAddress, CabinetSite

__all__ = ["AgentSettings", "Peers", "Settings", "check_names"]

SNMP_PORT: Final = 161
LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
COMMUNITIES: Final = ("read_community", "write_community")
SECURE_SECRETS: Final = ("user", "auth_password", "priv_password")
SECURE_OPTIONS: Final = ("auth", "priv")
VERSIONS: Final = {"1": Version.V1, "2c": Version.V2C}
MOST_VARBINDS: Final = 64
MOST_DETECTORS: Final = 255


@dataclass(frozen=True, slots=True)
class Peers:
    """Who may send to something that listens.

    Parameters
    ----------
    networks
        Their addresses.
    """

    networks: tuple[IPv4Network | IPv6Network, ...]

    @classmethod
    def of(cls, where: str, value: object) -> Peers:
        """Read the option ``peers``: a list of addresses or networks; `None` = loopback only. Raises `InputError`."""
        rows = LOOPBACK if value is None else value
        if isinstance(rows, str) or not isinstance(rows, Sequence) or not rows:
            raise InputError(f'{where}, option "peers": expected a list of addresses or networks, got {value!r}')
        try:
            return cls(tuple(ip_network(row, strict=False) for row in rows))
        except ValueError as error:
            raise InputError(f'{where}, option "peers": {error}; expected addresses like "10.0.0.5"') from error

    def __contains__(self, host: str) -> bool:
        return _is_among(host, self.networks)

    @property
    def interface(self) -> str:
        """Where to listen for them: on loopback only where nobody else is among them."""
        return "127.0.0.1" if all(network.is_loopback for network in self.networks) else "0.0.0.0"  # noqa: S104


@lru_cache(maxsize=256)
def _is_among(host: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether an address is in a network: the same few send again and again."""
    address = ip_address(host.partition("%")[0])
    return any(address in network for network in networks)


def check_names(where: str, options: Mapping[str, object], known: Sequence[str]) -> None:
    """Refuse options that nobody knows. Raises `InputError`."""
    for name in options:
        if name not in known:
            raise InputError(f'{where}: unknown option "{name}" (known: {", ".join(sorted(known))})')


def _check_secrets(where: str, secrets: Mapping[str, str], known: Sequence[str]) -> None:
    for name in secrets:
        if name not in known:
            raise UnknownNameError(f"secret of {where}", name, known)


def _check_secure(where: str, address: CabinetAddress) -> None:
    """Refuse what only SNMPv3 knows where it is not spoken: whoever gives it does not expect plain text."""
    given = [name for name in (*SECURE_OPTIONS, *SECURE_SECRETS) if name in {*address.options, *address.secrets}]
    if given:
        raise InputError(f'{where}: "{given[0]}" is for SNMPv3 only: add snmpv3 = true to the options, or leave it out')


def _number(where: str, options: Mapping[str, object], name: str, default: float, bounds: tuple[float, float]) -> float:
    value = options.get(name, default)
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InputError(f'{where}, option "{name}": expected a number from {low} to {high}, got {value!r}')
    return value


def _whole(where: str, options: Mapping[str, object], name: str, default: int, bounds: tuple[int, int]) -> int:
    value = options.get(name, default)
    low, high = bounds
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f'{where}, option "{name}": expected a whole number from {low} to {high}, got {value!r}')
    return value


def _detectors(where: str, site: CabinetSite, value: object) -> tuple[int, ...]:
    count = len(site.detectors)
    if value is None and count <= MOST_DETECTORS:
        return tuple(range(1, count + 1))
    sound = isinstance(value, Sequence) and not isinstance(value, str) and len(value) == count
    numbers = tuple(value) if sound and isinstance(value, Sequence) else ()
    if not sound or any(type(number) is not int or not 1 <= number <= 255 for number in numbers):
        raise InputError(
            f'{where}, option "detectors": expected a list of {count} numbers from 1 to 255, got {value!r}'
        )
    return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the adapter was told.

    Parameters
    ----------
    phases
        What each group is to the controller.
    detectors
        Number of each detector there.
    version
        Version of SNMP; `None` = 3.
    port
        UDP port.
    varbinds
        How many objects a message may name at most.
    timeout_s, tries
        For how long an answer is waited for, and how often a request is sent. Their product bounds a request.
    lost_s
        After how long without an answer the controller is lost.
    patterns
        How many patterns are looked at when it is connected.
    spat_port
        Where signal data come in by themselves; 0 = nowhere.
    peers
        From whom signal data are taken.
    """

    phases: PhaseMap
    detectors: tuple[int, ...]
    version: Version | None
    port: int
    varbinds: int
    timeout_s: float
    tries: int
    lost_s: float
    patterns: int
    spat_port: int
    peers: Peers

    NAMES: ClassVar = (
        "groups", "detectors", "snmp_version", "snmpv3", "varbinds", "timeout_s", "tries", "lost_s", "patterns",
        "spat_port", "peers", "auth", "priv",
    )  # fmt: skip

    @classmethod
    def of(cls, site: CabinetSite, address: CabinetAddress) -> Settings:
        """Read them from the options of an address.

        Raises
        ------
        InputError
            When one, or a secret, is unknown or wrong.
        """
        where, options = f'cabinet "{site.id}"', address.options
        check_names(where, options, cls.NAMES)
        version, secure = options.get("snmp_version", "1"), options.get("snmpv3", False)
        if version not in VERSIONS:
            raise InputError(f'{where}, option "snmp_version": expected "1" or "2c", got {version!r}')
        if not isinstance(secure, bool):
            raise InputError(f'{where}, option "snmpv3": expected true or false, got {secure!r}')
        _check_secrets(where, address.secrets, (*COMMUNITIES, *SECURE_SECRETS))
        if not secure:
            _check_secure(where, address)
        return cls(
            phases=PhaseMap.of(site, options.get("groups")),
            detectors=_detectors(where, site, options.get("detectors")),
            version=None if secure else VERSIONS[str(version)],
            port=address.port or SNMP_PORT,
            varbinds=_whole(where, options, "varbinds", 48, (1, MOST_VARBINDS)),
            timeout_s=_number(where, options, "timeout_s", 0.15, (0.01, 10.0)),
            tries=_whole(where, options, "tries", 5, (1, 10)),
            lost_s=_number(where, options, "lost_s", 1.8, (0.1, 60.0)),
            patterns=_whole(where, options, "patterns", 16, (0, 253)),
            spat_port=_whole(where, options, "spat_port", 0, (0, 65535)),
            peers=Peers.of(where, options.get("peers")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """What a virtual controller was told.

    Parameters
    ----------
    phases
        What each group is.
    detectors
        Number of each detector.
    port
        UDP port; 0 = any that is free.
    peers
        Who is answered.
    varbinds, octets
        Beyond which an answer is too big: objects, and length of the message.
    volume_s
        Over how many seconds vehicles are counted.
    spat_host, spat_port
        Where signal data go once a master has enabled them.
    spat
        Whether they go from the start on.
    """

    phases: PhaseMap
    detectors: tuple[int, ...]
    port: int
    peers: Peers
    varbinds: int
    octets: int
    volume_s: int
    spat_host: str
    spat_port: int
    spat: bool

    NAMES: ClassVar = (
        "groups", "detectors", "peers", "varbinds", "octets", "volume_s", "spat_host", "spat_port", "spat",
    )  # fmt: skip

    @classmethod
    def of(cls, site: CabinetSite, address: CabinetAddress) -> AgentSettings:
        """Read them from the options of an address.

        Raises
        ------
        InputError
            When one, or a secret, is unknown or wrong.
        """
        where, options = f'virtual cabinet "{site.id}"', address.options
        check_names(where, options, cls.NAMES)
        _check_secrets(where, address.secrets, COMMUNITIES)
        host, spat = options.get("spat_host", "127.0.0.1"), options.get("spat", False)
        if not isinstance(host, str) or not isinstance(spat, bool):
            raise InputError(f'{where}: expected "spat_host" to be a name and "spat" to be true or false')
        return cls(
            phases=PhaseMap.of(site, options.get("groups")),
            detectors=_detectors(where, site, options.get("detectors")),
            port=address.port,
            peers=Peers.of(where, options.get("peers")),
            varbinds=_whole(where, options, "varbinds", MOST_VARBINDS, (1, 256)),
            octets=_whole(where, options, "octets", 1472, (484, 8192)),
            volume_s=_whole(where, options, "volume_s", 1, (1, 255)),
            spat_host=host,
            spat_port=_whole(where, options, "spat_port", 6053, (1, 65535)),
            spat=spat,
        )
