"""Where virtual controllers are found, and what a configuration of ``signals drive`` says to find them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

import tomli_w

from signals.errors import InputError
from signals.model.cabinets import CabinetAddress

__all__ = ["FIRST_PORT", "LEVEL", "addresses_of", "cabinets_toml", "drive_toml"]

FIRST_PORT: Final = MappingProxyType({"ntcip": 10_161, "rsmp": 12_111, "tlcfi": 11_501})
"""Where the first controller of a protocol listens by default; for NTCIP not 161, which is an administrator's."""

LEVEL: Final = MappingProxyType({"rsmp": "plan"})
"""How much control the controllers of a protocol can be given; ``direct`` where nothing else is said."""

LAST_PORT: Final = 65_535


def addresses_of(
    protocol: str,
    intersections: Sequence[str],
    *,
    host: str,
    port: int,
    options: Mapping[str, object] = MappingProxyType({}),
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> tuple[CabinetAddress, ...]:
    """Give each intersection an address, on consecutive ports.

    A site of RSMP is a client: there it is where its supervisor is to listen.

    Parameters
    ----------
    protocol
        A name of the plug-ins ``servers``.
    intersections
        Their ids.
    host, port
        Of the first; port 0 = that of `FIRST_PORT`.
    options, secrets
        The same for all.

    Raises
    ------
    InputError
        When there is no such port, or none is known.
    """
    first = port or FIRST_PORT.get(protocol, 0)
    if not first >= 1 or first + len(intersections) - 1 > LAST_PORT:
        raise InputError(
            f"{len(intersections)} controllers of {protocol} need as many ports from {first} on, of which the last is "
            f"{LAST_PORT}; choose the first with --port"
        )
    return tuple(
        CabinetAddress(scheme=protocol, host=host, port=first + number, name=name, options=options, secrets=secrets)
        for number, name in enumerate(intersections)
    )


def cabinets_toml(addresses: Sequence[CabinetAddress]) -> str:
    """Return the tables ``[[cabinets]]`` of a configuration of ``signals drive``."""
    return tomli_w.dumps({"cabinets": _tables(addresses)}) if addresses else ""


def drive_toml(addresses: Sequence[CabinetAddress], *, scenario: str, speed: float) -> str:
    """Return a whole configuration of ``signals drive``, which looks on until its level is raised.

    Parameters
    ----------
    addresses
        Of the controllers.
    scenario
        What they are the junctions of.
    speed
        How much faster than the wall their time goes.
    """
    drive = {
        "scenario": scenario,
        "controller": "rolling_horizon",
        "level": "observe",
        "sensing": "detectors",
        "speed": speed,
    }
    return tomli_w.dumps({"format": 1, "drive": drive, "cabinets": _tables(addresses)})


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
