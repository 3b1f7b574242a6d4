"""Carrying asks by SNMPv3 with authentication and encryption, by `pysnmp` (extra ``snmpv3``), imported only here."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip.ber import (
    COUNTER32,
    GAUGE32,
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    TIME_TICKS,
    arcs_of,
    oid_of,
)
from signals.adapters.ntcip.messages import END_OF_VIEW, NO_SUCH_INSTANCE, NO_SUCH_OBJECT, Answer, Ask, Binding, Kind
from signals.adapters.ntcip.settings import Settings
from signals.errors import InputError, MissingDependencyError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError

__all__ = ["AUTHENTICATIONS", "PRIVACIES", "Credentials", "UsmTransport"]

AUTHENTICATIONS: Final = {
    "SHA": "USM_AUTH_HMAC96_SHA", "SHA256": "USM_AUTH_HMAC192_SHA256", "SHA512": "USM_AUTH_HMAC384_SHA512",
}  # fmt: skip
PRIVACIES: Final = {"AES": "USM_PRIV_CFB128_AES", "AES256": "USM_PRIV_CFB256_AES"}

TROUBLES: Final = {
    "UnknownUserName": 'it does not know the secret "user"',
    "WrongDigest": 'the secret "auth_password", or the option "auth", is not what it has for this user',
    "DecryptionError": 'the secret "priv_password", or the option "priv", is not what it has for this user',
    "UnsupportedSecurityLevel": "it does not let this user encrypt",
    "NotInTimeWindow": "its clock of SNMPv3 goes backwards: it may have been started anew",
}
"""What the library calls it → what it means."""
UNDECIPHERED: Final = (
    'one that cannot decipher does not answer, either: see the secret "priv_password" and the option "priv"'
)
SHORTEST_PASSWORD: Final = 8
TAGS: Final = {
    "Integer32": INTEGER, "Integer": INTEGER, "OctetString": OCTET_STRING, "ObjectIdentifier": OBJECT_IDENTIFIER,
    "ObjectIdentity": OBJECT_IDENTIFIER, "Counter32": COUNTER32, "Gauge32": GAUGE32, "Unsigned32": GAUGE32,
    "TimeTicks": TIME_TICKS,
}  # fmt: skip
MISSING: Final = {
    "NoSuchObject": NO_SUCH_OBJECT, "NoSuchInstance": NO_SUCH_INSTANCE, "EndOfMibView": END_OF_VIEW,
}  # fmt: skip


class Credentials:
    """A user, two passwords and how they are used. Nothing of it is in its `repr`.

    Parameters
    ----------
    secrets
        ``user``, ``auth_password``, ``priv_password``.
    options
        ``auth`` (`AUTHENTICATIONS`, SHA256 by default) and ``priv`` (`PRIVACIES`, AES by default).

    Raises
    ------
    InputError
        When one is missing, unknown or too short.
    """

    def __init__(self, secrets: Mapping[str, str], options: Mapping[str, object]) -> None:
        for name, shortest in (("user", 1), ("auth_password", SHORTEST_PASSWORD), ("priv_password", SHORTEST_PASSWORD)):
            if len(secrets.get(name, "")) < shortest:
                raise InputError(f'SNMPv3 needs the secret "{name}" of at least {shortest} characters')
        self.user, self.auth_password = secrets["user"], secrets["auth_password"]
        self.priv_password = secrets["priv_password"]
        self.auth = _one_of("auth", options.get("auth", "SHA256"), AUTHENTICATIONS)
        self.priv = _one_of("priv", options.get("priv", "AES"), PRIVACIES)


def _one_of(name: str, value: object, known: Mapping[str, str]) -> str:
    if value not in known:
        raise InputError(f'SNMPv3, option "{name}": expected one of {", ".join(known)}; got {value!r}')
    return known[str(value)]


class UsmTransport:
    """One controller by SNMPv3, security level authPriv; no other level is offered.

    Parameters
    ----------
    host, settings
        Where it is, and how it is spoken to.
    credentials
        Who speaks.
    clock
        Time.

    Raises
    ------
    MissingDependencyError
        When `pysnmp` is not installed.
    """

    def __init__(self, host: str, settings: Settings, credentials: Credentials, clock: Clock) -> None:
        try:
            self._snmp: Any = importlib.import_module("pysnmp.hlapi.v3arch.asyncio")
            self._snmp_error: type[Exception] = importlib.import_module("pysnmp.error").PySnmpError
        except ImportError as error:
            raise MissingDependencyError("SNMPv3 needs pysnmp: pip install 'signals[snmpv3]'") from error
        self._host, self._settings, self._credentials, self._clock = host, settings, credentials, clock
        self._engine: Any = None
        self._parts: tuple[Any, ...] = ()
        self._is_heard = False

    async def open(self) -> None:
        """Make an engine, and find out where the controller is. Raises `WorldLostError`."""
        snmp, who, settings = self._snmp, self._credentials, self._settings
        self._engine = snmp.SnmpEngine()
        user = snmp.UsmUserData(
            who.user,
            who.auth_password,
            who.priv_password,
            authProtocol=getattr(snmp, who.auth),
            privProtocol=getattr(snmp, who.priv),
        )
        # The library's time-outs are of the wall; the clock may run faster than that.
        timeout_s = settings.timeout_s / self._clock.speed
        try:
            there = await snmp.UdpTransportTarget.create(
                (self._host, settings.port), timeout=timeout_s, retries=settings.tries - 1
            )
        except (OSError, self._snmp_error) as error:
            raise WorldLostError(f"NTCIP: {self._host}:{settings.port} cannot be reached") from error
        self._parts = (self._engine, user, there, snmp.ContextData())

    async def ask(self, ask: Ask, until_s: float) -> Answer:
        """Carry a request; the library repeats it where nothing is answered. After `until_s` none is begun.

        Raises
        ------
        WorldTimeoutError, WorldLostError
            When nothing is answered, or it is not open.
        CabinetRefusedError
            When the controller does not know the user, or the passwords are others.
        """
        if not self._parts:
            raise WorldLostError("NTCIP: not connected")
        if self._clock.now_s() >= until_s:
            raise WorldTimeoutError("NTCIP: no time is left to ask")
        command = self._snmp.set_cmd if ask.kind is Kind.SET else self._snmp.get_cmd
        rows = [self._row(binding) for binding in ask.bindings]
        trouble, status, index, answered = await command(*self._parts, *rows, lookupMib=False)
        if trouble is not None:
            self._raise(trouble)
        self._is_heard = True
        return Answer(int(status), int(index), tuple(_binding(oid, value) for oid, value in answered))

    def close(self) -> None:
        """Close its socket; safe to call twice."""
        if self._engine is not None:
            self._engine.close_dispatcher()
        self._engine, self._parts = None, ()

    def _row(self, binding: Binding) -> Any:
        value = self._snmp.Null("") if binding.value is None else self._snmp.Integer32(binding.value)
        return self._snmp.ObjectType(self._snmp.ObjectIdentity(arcs_of(binding.oid)), value)

    def _raise(self, trouble: object) -> None:
        name = type(trouble).__name__
        if name == "RequestTimedOut":
            more = "" if self._is_heard else f"; {UNDECIPHERED}"
            raise WorldTimeoutError(
                f"NTCIP: {self._host}:{self._settings.port} did not answer {self._settings.tries} times{more}"
            )
        # Only the kind of trouble: its text may hold what was sent.
        raise CabinetRefusedError(f"NTCIP: {self._host} refused SNMPv3: {TROUBLES.get(name, name)}")


def _binding(oid: Any, value: Any) -> Binding:
    """Return a binding of the library as one of ours; a type that we do not know is no value."""
    name, octets = type(value).__name__, oid_of(tuple(oid))
    if name in MISSING:
        return Binding(octets, MISSING[name])
    tag = TAGS.get(name)
    if tag is None:
        return Binding(octets)
    if tag == OCTET_STRING:
        return Binding(octets, tag, bytes(value))
    return Binding(octets, tag, oid_of(tuple(value)) if tag == OBJECT_IDENTIFIER else int(value))
