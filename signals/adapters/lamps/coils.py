"""Which coil of an output module is which lamp, and the options that say where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from signals.errors import InputError, UnknownNameError
from signals.model.cabinets import CabinetAddress, CabinetSite
from signals.model.values import Aspect

__all__ = ["LAMPS", "PORT", "Settings", "coils_of"]

PORT: Final = 502
"""Where Modbus TCP is spoken."""

LAMPS: Final = 3
"""Coils of a signal group, in this order: red, amber, green."""

_LIT: Final[Mapping[int, tuple[bool, bool, bool]]] = {
    Aspect.RED: (True, False, False),
    Aspect.RED_AMBER: (True, True, False),
    Aspect.GREEN: (False, False, True),
    Aspect.AMBER: (False, True, False),
    Aspect.CLEARANCE: (True, False, False),
    Aspect.UNKNOWN: (False, False, False),
}

_LAST: Final = 65_535
_UNITS: Final = 247
_MOST_COILS: Final = 1_968
"""What one message of Modbus can write."""

_NUMBERS: Final[Mapping[str, tuple[float, float, float]]] = {
    "first_coil": (0, 0, _LAST),
    "first_button": (-1, -1, _LAST),
    "unit": (1, 0, _UNITS),
    "seed": (0, 0, _LAST),
    "tick_s": (1.0, 0.1, 10.0),
    "backup_s": (10.0, 0.0, 3_600.0),
    "reply_s": (1.0, 0.01, 60.0),
}
"""Name → default, least and most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the lamps are.

    Parameters
    ----------
    host, port
        Of the output module.
    unit
        Its number behind a gateway.
    first_coil
        The red lamp of the first group; `LAMPS` coils for each group in the order of the site.
    first_button
        The discrete input that is the button of the first group, the others follow; -1 = there are none.
    tick_s, backup_s, seed
        Of the controller.
    reply_s
        How long an answer may take.
    """

    host: str
    port: int
    unit: int
    first_coil: int
    first_button: int
    tick_s: float
    backup_s: float
    seed: int
    reply_s: float

    @classmethod
    def of(cls, site: CabinetSite, address: CabinetAddress) -> Settings:
        """Read the options of an address. Raises `InputError`, which names the option."""
        options, where = address.options, f'lamps of intersection "{site.id}"'
        for name in options:
            if name not in _NUMBERS and name != "bench_only":
                raise UnknownNameError("option of lamps", name, (*_NUMBERS, "bench_only"))
        if options.get("bench_only") is not True:
            raise InputError(
                f"{where}: they are not for a road, since nothing watches what they show; "
                "where nobody can take them for signals, say bench_only = true"
            )
        found = {name: _number(where, name, options.get(name, about[0])) for name, about in _NUMBERS.items()}
        count = LAMPS * len(site.groups)
        if count > _MOST_COILS or found["first_coil"] + count - 1 > _LAST:
            raise InputError(
                f'{where}, option "first_coil": {count} coils from {found["first_coil"]:g} on do not exist'
            )
        tick_s, backup_s, reply_s = found["tick_s"], found["backup_s"], found["reply_s"]
        return cls(
            host=address.host,
            port=address.port or PORT,
            tick_s=tick_s,
            backup_s=backup_s,
            reply_s=reply_s,
            **{name: int(found[name]) for name in ("unit", "first_coil", "first_button", "seed")},
        )


def coils_of(aspect: Sequence[int]) -> list[bool]:
    """Return which coils are on, `LAMPS` for each group; of a group that shows no aspect none is."""
    return [lit for shown in aspect for lit in _LIT[shown]]


def _number(where: str, name: str, value: object) -> float:
    default, least, most = _NUMBERS[name]
    whole = isinstance(default, int)
    fits = isinstance(value, int) or (isinstance(value, float) and not whole)
    if isinstance(value, bool) or not fits or not least <= float(str(value)) <= most:
        kind = "a whole number" if whole else "a number"
        raise InputError(f'{where}, option "{name}": expected {kind} from {least:g} to {most:g}, got {value!r}')
    return float(str(value))
