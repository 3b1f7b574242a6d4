"""SNMPv3: what is needed is asked for, and no password is told. That it works with others is in `test_peers`."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip.adapter import NtcipCabinet
from signals.adapters.ntcip.messages import END_OF_VIEW, NO_SUCH_INSTANCE, Answer, Ask, Binding, Kind, integer, nothing
from signals.adapters.ntcip.objects import instance
from signals.adapters.ntcip.settings import Settings
from signals.adapters.ntcip.usm import Credentials, UsmTransport
from signals.errors import InputError, MissingDependencyError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import CabinetAddress, CabinetRefusedError

from .street import address, site

SECRETS = {"user": "driver", "auth_password": "canary-auth", "priv_password": "canary-priv"}
OID = instance("maxPhases", 0)


class Integer32(int):
    pass


class OctetString(bytes):
    pass


class ObjectIdentifier(tuple):
    __slots__ = ()


class NoSuchInstance:
    pass


class EndOfMibView:
    pass


class Strange:
    pass


class RequestTimedOut:
    pass


class WrongDigest:
    def __str__(self) -> str:
        return "canary-auth was wrong"


class Engine:
    closed = 0

    def close_dispatcher(self) -> None:
        self.closed += 1


def library(answer: tuple[Any, ...], *, reachable: bool = True) -> SimpleNamespace:
    """As much of `pysnmp` as is used."""
    said: list[Any] = []

    async def command(kind: str, *rows: Any, **how: Any) -> tuple[Any, ...]:
        said.append((kind, rows[4:], how))
        return answer

    async def create(there: tuple[str, int], timeout: float, retries: int) -> tuple[Any, ...]:  # noqa: ASYNC109  as the library calls it
        if not reachable:
            raise OSError("no such host")
        return there, timeout, retries

    return SimpleNamespace(
        said=said,
        SnmpEngine=Engine,
        UsmUserData=lambda *who, **how: (who, how),
        UdpTransportTarget=SimpleNamespace(create=create),
        ContextData=lambda: "context",
        ObjectIdentity=lambda arcs: arcs,
        ObjectType=lambda name, value: (name, value),
        Null=lambda text: None,
        Integer32=Integer32,
        get_cmd=lambda *rows, **how: command("get", *rows, **how),
        set_cmd=lambda *rows, **how: command("set", *rows, **how),
        USM_AUTH_HMAC192_SHA256="sha256",
        USM_PRIV_CFB128_AES="aes",
    )


def transport(monkeypatch: pytest.MonkeyPatch, snmp: SimpleNamespace, **options: Any) -> UsmTransport:
    monkeypatch.setitem(sys.modules, "pysnmp.hlapi.v3arch.asyncio", snmp)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "pysnmp.error", SimpleNamespace(PySnmpError=KeyError))  # type: ignore[arg-type]
    return UsmTransport("10.0.0.5", Settings.of(site(), address(**options)), Credentials(SECRETS, {}), Clock(10.0))


def asked(monkeypatch: pytest.MonkeyPatch, answer: tuple[Any, ...], ask: Ask) -> Answer:
    async def run() -> Answer:
        way = transport(monkeypatch, library(answer))
        await way.open()
        try:
            return await way.ask(ask, 1e9)
        finally:
            way.close()
            way.close()

    return asyncio.run(run())


def test_every_secret_is_needed_and_passwords_are_not_short() -> None:
    for name in SECRETS:
        with pytest.raises(InputError, match=f'needs the secret "{name}"') as caught:
            Credentials({**SECRETS, name: ""}, {})
        assert "canary" not in str(caught.value)
    with pytest.raises(InputError, match="at least 8 characters"):
        Credentials({**SECRETS, "priv_password": "1234567"}, {})


@pytest.mark.parametrize("option", [{"auth": "MD5"}, {"auth": None}, {"priv": "DES"}, {"priv": 3}])
def test_weak_ways_are_not_offered(option: dict[str, object]) -> None:
    with pytest.raises(InputError, match="expected one of"):
        Credentials(SECRETS, option)


def test_passwords_are_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    where = CabinetAddress(scheme="ntcip", host="h", options={"snmpv3": True}, secrets=SECRETS)
    way = transport(monkeypatch, library(()))
    assert "canary" not in f"{Credentials(SECRETS, {})!r} {way!r} {where!r}"


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysnmp.hlapi.v3arch.asyncio", None)
    where = CabinetAddress(scheme="ntcip", host="h", options={"snmpv3": True}, secrets=SECRETS)
    with pytest.raises(MissingDependencyError, match=r"signals\[snmpv3\]"):
        NtcipCabinet(site(), where, Clock())
    NtcipCabinet(site(), address(), Clock())  # is not needed otherwise


def test_reading_and_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = [
        ((1, 3, 6), Integer32(7)), ((1, 3, 7), OctetString(b"x")), ((1, 3, 8), ObjectIdentifier((1, 3, 9))),
        ((1, 3, 9), NoSuchInstance()), ((1, 3, 10), EndOfMibView()), ((1, 3, 11), Strange()),
    ]  # fmt: skip
    answer = asked(monkeypatch, (None, 0, 0, bound), Ask(Kind.GET, (nothing(OID),)))
    assert [(tag, value) for _, tag, value in answer.bindings] == [
        (2, 7), (4, b"x"), (6, b"\x2b\x09"), (NO_SUCH_INSTANCE, None), (END_OF_VIEW, None), (5, None),
    ]  # fmt: skip
    assert answer.bindings[0] == Binding(b"\x2b\x06", 2, 7)
    assert asked(monkeypatch, (None, 17, 1, []), Ask(Kind.SET, (integer(OID, 1),))) == Answer(17, 1, ())


def test_what_is_asked_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    snmp = library((None, 0, 0, []))

    async def run() -> None:
        way = transport(monkeypatch, snmp, timeout_s=0.5, tries=4)
        with pytest.raises(WorldLostError, match="not connected"):
            await way.ask(Ask(Kind.GET, ()), 1e9)
        await way.open()
        who, there = way._parts[1:3]
        assert who == (("driver", "canary-auth", "canary-priv"), {"authProtocol": "sha256", "privProtocol": "aes"})
        assert there == (("10.0.0.5", 161), 0.05, 3)  # time-outs of the wall
        await way.ask(Ask(Kind.SET, (integer(OID, 9),)), 1e9)
        with pytest.raises(WorldTimeoutError, match="no time is left"):
            await way.ask(Ask(Kind.SET, (integer(OID, 9),)), 0.0)

    asyncio.run(run())
    ((kind, rows, how),) = snmp.said
    assert (kind, how) == ("set", {"lookupMib": False})
    assert rows[0][1] == 9


def test_silence_and_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorldTimeoutError, match="did not answer 5 times"):
        asked(monkeypatch, (RequestTimedOut(), 0, 0, []), Ask(Kind.GET, (nothing(OID),)))
    with pytest.raises(CabinetRefusedError, match='refused SNMPv3: the secret "auth_password", or') as caught:
        asked(monkeypatch, (WrongDigest(), 0, 0, []), Ask(Kind.GET, (nothing(OID),)))
    assert "canary" not in str(caught.value)


def test_silence_before_the_first_answer_may_be_a_wrong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[tuple[Any, ...]] = [(RequestTimedOut(), 0, 0, []), (None, 0, 0, []), (RequestTimedOut(), 0, 0, [])]

    async def command(*_rows: Any, **_how: Any) -> tuple[Any, ...]:
        return answers.pop(0)

    snmp = library(())
    snmp.get_cmd = command

    async def run() -> None:
        way = transport(monkeypatch, snmp)
        await way.open()
        with pytest.raises(WorldTimeoutError, match=r'did not answer 5 times; .*"priv_password"'):
            await way.ask(Ask(Kind.GET, (nothing(OID),)), 1e9)
        await way.ask(Ask(Kind.GET, (nothing(OID),)), 1e9)
        with pytest.raises(WorldTimeoutError, match=r"did not answer 5 times$"):
            await way.ask(Ask(Kind.GET, (nothing(OID),)), 1e9)
        way.close()

    asyncio.run(run())


def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    way = transport(monkeypatch, library((), reachable=False))
    with pytest.raises(WorldLostError, match=r"10\.0\.0\.5:161 cannot be reached"):
        asyncio.run(way.open())
