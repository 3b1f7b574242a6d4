"""Where virtual controllers are found, and what a configuration of ``signals drive`` says to find them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import quote

import tomli_w

from signals.errors import InputError
from signals.model.cabinets import CabinetAddress

__all__ = ["FIRST_PORT", "LEVEL", "Speaker", "addresses_of", "cabinets_toml", "drive_toml"]

FIRST_PORT: Final = MappingProxyType({"ntcip": 10_161, "rsmp": 12_111, "tlcfi": 11_501})
"""Where the first controller of a protocol listens by default; for NTCIP not 161, which is an administrator's."""

LEVEL: Final = MappingProxyType({"rsmp": "plan"})
"""How much control the controllers of a protocol can be given; ``direct`` where nothing else is said."""

LAST_PORT: Final = 65_535


class Speaker(NamedTuple):
    """How the controllers of a protocol are set up.

    Attributes
    ----------
    protocol
        A name of the plug-ins ``servers``.
    port
        Where the first of them listens; 0 = that of `FIRST_PORT`.
    options, secrets
        The same for all of them.
    """

    protocol: str
    port: int = 0
    options: Mapping[str, object] = MappingProxyType({})
    secrets: Mapping[str, str] = MappingProxyType({})


def addresses_of(speakers: Mapping[str, Speaker], host: str) -> tuple[CabinetAddress, ...]:
    """Give each intersection an address; those of a protocol have consecutive ports.

    A site of RSMP is a client: there it is where its supervisor is to listen.

    Parameters
    ----------
    speakers
        Intersection → what is spoken there.
    host
        Where all of them are.

    Raises
    ------
    InputError
        When there is no such port, or none is known.
    """
    found, count = [], dict.fromkeys((speaker.protocol for speaker in speakers.values()), 0)
    for name, speaker in speakers.items():
        first = speaker.port or FIRST_PORT.get(speaker.protocol, 0)
        port = first + count[speaker.protocol]
        count[speaker.protocol] += 1
        if first < 1 or port > LAST_PORT:
            raise InputError(
                f'intersection "{name}": no port is left for {speaker.protocol} from {first} on, the last is '
                f"{LAST_PORT}; choose the first with --port"
            )
        options, secrets = speaker.options, speaker.secrets
        found.append(
            CabinetAddress(scheme=speaker.protocol, host=host, port=port, name=name, options=options, secrets=secrets)
        )
    return tuple(found)


def cabinets_toml(addresses: Sequence[CabinetAddress]) -> str:
    """Return the tables ``[[cabinets]]`` of a configuration of ``signals drive``."""
    return _as_toml(_tables(addresses))


def drive_toml(addresses: Sequence[CabinetAddress], *, scenario: str, speed: float, secrets_file: str = "") -> str:
    """Return a whole configuration of ``signals drive``, which looks on until its level is raised.

    Parameters
    ----------
    addresses
        Of the controllers.
    scenario
        What they are the junctions of.
    speed
        How much faster than the wall their time goes.
    secrets_file
        Where the secrets are of those that have any.
    """
    drive = {"scenario": scenario, "controller": "rolling_horizon", "level": "observe", "speed": speed}
    rows = _tables(addresses)
    for row, address in zip(rows, addresses, strict=True):
        if address.secrets and secrets_file:
            row["secrets_file"] = secrets_file
    return tomli_w.dumps({"format": 1, "drive": drive}) + "\n" + _as_toml(rows)


def _as_toml(rows: Sequence[Mapping[str, str]]) -> str:
    """Write one table after the other, which nobody has to unfold to change it."""
    return "\n".join(f"[[cabinets]]\n{tomli_w.dumps(row)}" for row in rows)


def _tables(addresses: Sequence[CabinetAddress]) -> list[dict[str, str]]:
    return [
        {
            "intersection": address.name,
            "address": f"{address.scheme}://{_host(address.host)}:{address.port}/{quote(address.name, safe='')}",
            "level": LEVEL.get(address.scheme, "direct"),
        }
        for address in addresses
    ]


def _host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
