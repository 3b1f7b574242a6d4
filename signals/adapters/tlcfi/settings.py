"""The options of TLC-FI, checked, and what the objects of one intersection are called. Both ends read the same."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from math import isfinite
from typing import Any, Final

from signals.adapters.cabinet.tls import TLS_OPTIONS, Tls, read_tls
from signals.adapters.tlcfi.lamps import clearance_states
from signals.adapters.tlcfi.objects import TICKS, GroupState, Handover, is_id
from signals.errors import InputError, UnknownNameError
from signals.model.cabinets import CabinetAddress, CabinetSite
from signals.model.lanes import User

__all__ = ["PORT", "Settings", "read_settings"]

PORT: Final = 11501
"""Where a TLC usually listens."""

Network = IPv4Network | IPv6Network

_SECRETS: Final = ("username", "password", "key_password")
_CREDENTIAL: Final = re.compile(r"[ !#-+\--~]{0,32}")
"""ASCII but for the quotation mark and the comma, at most 32 (IRS TLC-FI)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How TLC-FI is spoken with one cabinet.

    Parameters
    ----------
    intersection
        What it is called there.
    groups, detectors
        What each group and each detector of the site is called there.
    buttons
        For each group the detector that is its push button; empty for none.
    buttons_given
        Whether the configuration names them, so that they must be there.
    version
        Of the session; a TLC takes only its own major.minor.
    uri
        The management address of the application, which a registration must have.
    start
        In which state of the lamps control may begin; it always ends in any (`Handover.DIRECT`).
    clearance
        What a pedestrian clearance is asked for and shown as.
    alive_s, alive_timeout_s
        How often each side says that it lives, and after how long without the other is taken for dead.
    reply_s, refresh_s, setup_s, release_s
        How long an answer, one that `refresh` waits for, the whole setting up, and giving control back may take.
    settle_s
        How long an application waits after connecting: a TLC may begin to listen late.
    dead_man_s
        How long control is kept without a heartbeat of the owner.
    predictions
        Whether an application says when its groups will change.
    peers
        Who may connect to a virtual TLC.
    ticks_from
        Where the ticks begin.
    tls
        How TLS is spoken; None = not at all.
    username, password, key_password
        Secrets.
    """

    intersection: str
    groups: tuple[str, ...]
    detectors: tuple[str, ...]
    buttons: tuple[str, ...]
    buttons_given: bool = False
    version: tuple[int, int, int] = (1, 1, 0)
    uri: str = "http://127.0.0.1"
    start: Handover = Handover.DIRECT
    clearance: GroupState = GroupState.RED
    alive_s: float = 2.0
    alive_timeout_s: float = 5.0
    reply_s: float = 1.0
    refresh_s: float = 0.8
    setup_s: float = 10.0
    release_s: float = 5.0
    settle_s: float = 1.0
    dead_man_s: float = 2.0
    predictions: bool = True
    peers: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
    ticks_from: int = 0
    tls: Tls | None = None
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    key_password: str = field(default="", repr=False)

    def ticks(self, now_s: float) -> int:
        """Milliseconds of our side, round and round."""
        return (self.ticks_from + round(now_s * 1000)) % TICKS

    def lets_in(self, host: str) -> bool:
        """Whether a peer may connect."""
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:  # whoever has no address is nobody that is known
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self.peers)

    def redacted(self, text: str) -> str:
        """Return what a peer says, on one line, short, and without our secrets should it repeat them."""
        for secret in (self.password, self.key_password, self.username):
            text = text.replace(secret, "***") if secret else text
        return "".join(letter if letter.isprintable() else "?" for letter in text[:120])


def read_settings(site: CabinetSite, address: CabinetAddress) -> Settings:
    """Read the options and secrets of an address.

    Raises
    ------
    InputError
        Naming the option, what was expected and what to do.
    """
    options = dict(address.options)
    for name in options:
        if name not in (*_READERS, *_NAMES, *TLS_OPTIONS):
            raise UnknownNameError("option of tlcfi", name, (*_READERS, *_NAMES, *TLS_OPTIONS))
    given: dict[str, Any] = {name: _READERS[name](name, value) for name, value in options.items() if name in _READERS}
    defaults = Settings(
        intersection=_safe(address.name or site.id),
        groups=_names(options, "groups", [f"{number:02d}" for number in range(1, len(site.groups) + 1)]),
        detectors=_names(options, "detectors", [f"D{number}" for number in range(1, len(site.detectors) + 1)]),
        buttons=_buttons(options, site),
        buttons_given="buttons" in options,
        tls=read_tls("tlcfi", options, address.secrets, ssl.TLSVersion.TLSv1_2),
        **_secrets(address.secrets),
        **given,
    )
    _check(defaults)
    return defaults


def _check(settings: Settings) -> None:
    if settings.alive_timeout_s <= settings.alive_s:
        raise _wrong("alive_timeout_s", f"more than alive_s, which is {settings.alive_s:g}")
    names = (*settings.detectors, *filter(None, settings.buttons))
    if len(set(names)) != len(names):
        raise _wrong("detectors", "no detector twice, push buttons included")


def _wrong(name: str, expected: str) -> InputError:
    return InputError(f'tlcfi: option "{name}": expected {expected}')


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64] or "_"


def _names(options: Mapping[str, object], name: str, default: list[str]) -> tuple[str, ...]:
    found = options.get(name, default)
    if not isinstance(found, list | tuple) or len(found) != len(default) or len(set(found)) != len(found):
        raise _wrong(name, f"a list of {len(default)} different ids, in the order of the site")
    if not all(isinstance(item, str) and is_id(item) for item in found):
        raise _wrong(name, "ids of letters, digits, _ and -")
    return tuple(found)


def _buttons(options: Mapping[str, object], site: CabinetSite) -> tuple[str, ...]:
    groups = site.intersection.groups
    default = [f"K{n:02d}" if group.user is User.PEDESTRIAN else "" for n, group in enumerate(groups, 1)]
    found = options.get("buttons", default)
    if not isinstance(found, list | tuple) or len(found) != len(groups):
        raise _wrong("buttons", f'a list of {len(groups)} ids of detectors, "" for none, in the order of the groups')
    if not all(isinstance(item, str) and (not item or is_id(item)) for item in found):
        raise _wrong("buttons", "ids of letters, digits, _ and -")
    return tuple(found)


def _secrets(secrets: Mapping[str, str]) -> dict[str, Any]:
    for name in secrets:
        if name not in _SECRETS:
            raise UnknownNameError("secret of tlcfi", name, _SECRETS)
    for name in ("username", "password"):
        if not _CREDENTIAL.fullmatch(secrets.get(name, "")):
            raise InputError(f'tlcfi: secret "{name}": expected at most 32 ASCII characters without " and ,')
    return dict(secrets)


def _version(name: str, value: object) -> tuple[int, int, int]:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,4}\.\d{1,4}\.\d{1,4}", value):
        raise _wrong(name, 'three numbers such as "1.1.0"')
    major, minor, revision = map(int, value.split("."))
    return major, minor, revision


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (isfinite(value) and 0 <= value <= 600):
        raise _wrong(name, "seconds from 0 to 600")
    if value == 0 and name != "settle_s":
        raise _wrong(name, "more than 0 s")
    return float(value)


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 1024:
        raise _wrong(name, "a text")
    return value


def _ticks(name: str, value: object) -> int:
    if type(value) is not int or not 0 <= value < TICKS:
        raise _wrong(name, f"a whole number from 0 to {TICKS - 1}")
    return value


def _handover(name: str, value: object) -> Handover:
    names = {"cleared": Handover.CLEARED, "direct": Handover.DIRECT}
    if not isinstance(value, str) or value not in names:
        raise _wrong(name, f"one of {', '.join(names)}")
    return names[value]


def _clearance(name: str, value: object) -> GroupState:
    names = clearance_states()
    if not isinstance(value, str) or value not in names:
        raise _wrong(name, f"one of {', '.join(names)}")
    return names[value]


def _peers(name: str, value: object) -> tuple[Network, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _wrong(name, 'a list of networks such as "10.1.0.0/16"')
    try:
        return tuple(ip_network(item) for item in value)
    except ValueError as error:
        raise _wrong(name, f"a list of networks ({error})") from error


_SECONDS: Final = (
    "alive_s",
    "alive_timeout_s",
    "reply_s",
    "refresh_s",
    "setup_s",
    "release_s",
    "settle_s",
    "dead_man_s",
)
_NAMES: Final = ("groups", "detectors", "buttons")
_READERS: Final[Mapping[str, Callable[[str, object], Any]]] = {
    "version": _version,
    "uri": _text,
    "start": _handover,
    "clearance": _clearance,
    "predictions": _flag,
    "peers": _peers,
    "ticks_from": _ticks,
    **dict.fromkeys(_SECONDS, _seconds),
}
