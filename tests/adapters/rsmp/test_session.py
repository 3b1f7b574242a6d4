"""The handshake, acknowledgements and watchdogs of one connection, on bytes and made-up times."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.rsmp.messages import MessageNotAck, StatusName, StatusRequest, StatusUpdate, StatusValue
from signals.adapters.rsmp.session import Barked, Ready, Received, Refused, Role, Session, SessionEvent, Settings
from signals.adapters.rsmp.times import Now
from tests.adapters.rsmp.bench import STAMP, Row, identities, lines

AT = Now(0.0, 1_769_860_800.0)


def later(seconds: float) -> Now:
    return Now(AT.s + seconds, AT.utc_s + seconds)


def wire(**row: object) -> bytes:
    return json.dumps({"mType": "rSMsg", **row}).encode() + b"\x0c"


def version(versions: tuple[str, ...] = ("3.2.2",), site: str = "S", sxl: str = "1.2.1", identity: str = "v") -> bytes:
    rows = [{"vers": text} for text in versions]
    return wire(type="Version", mId=identity, RSMP=rows, siteId=[{"sId": site}], SXL=sxl)


def a_session(role: Role, admit: Callable[[str], str] = lambda _: "", **settings: float) -> Session:
    session = Session(role, "S" if role is Role.SITE else "", Settings(**settings), identities(), admit)  # type: ignore[arg-type]
    session.start(AT)
    return session


def said(session: Session) -> list[Row]:
    return list(lines(session.take()))


def a_pair(**settings: float) -> tuple[Session, Session]:
    """A site and a supervisor that know each other."""
    site, supervisor = a_session(Role.SITE, **settings), a_session(Role.SUPERVISOR, **settings)
    events: list[SessionEvent] = []
    for _ in range(6):
        events += supervisor.receive(site.take(), AT)
        events += site.receive(supervisor.take(), AT)
    assert [event for event in events if isinstance(event, Ready)] == [Ready((3, 2, 2))] * 2
    assert site.ready
    assert supervisor.ready
    assert supervisor.site == "S"
    return site, supervisor


def an_update(session: Session) -> StatusUpdate:
    return StatusUpdate(session.identity(), "C", STAMP, (StatusValue("S0001", "stage", "1", "recent"),))


def test_both_sides_are_ready_after_versions_and_watchdogs() -> None:
    a_pair()


def test_a_site_says_nothing_but_its_version_until_it_is_answered() -> None:
    site = a_session(Role.SITE)
    assert [row["type"] for row in said(site)] == ["Version"]
    assert site.receive(version(), AT) == []
    assert [row["type"] for row in said(site)] == ["MessageAck", "Watchdog"]


@pytest.mark.parametrize(
    ("role", "text", "why"),
    [
        (Role.SITE, version(("3.1.2", "3.3.0")), "no common version"),
        (Role.SITE, version(sxl="1.0.15"), "signal exchange list"),
        (Role.SITE, version(site="T"), "another site"),
        (Role.SUPERVISOR, version(site="T"), "nobody knows T"),
        (Role.SUPERVISOR, version(("3.0.0",)), "no common version"),
    ],
)
def test_who_does_not_fit_is_refused(role: Role, text: bytes, why: str) -> None:
    session = a_session(role, lambda site: "" if site == "S" else f"nobody knows {site}")
    said(session)
    session.receive(text + version(identity="w"), AT)
    assert why in session.closed
    assert [(row["type"], row["oMId"]) for row in said(session)] == [("MessageNotAck", "v")]
    session.tick(later(999.0))
    assert said(session) == []


def test_versions_are_exchanged_once() -> None:
    site, _ = a_pair()
    site.receive(version(identity="again"), AT)
    assert "before" in site.closed


def test_a_site_whose_version_is_refused_gives_up() -> None:
    site = a_session(Role.SITE)
    identity = said(site)[0]["mId"]
    events = site.receive(wire(type="MessageNotAck", oMId=identity, rea="no"), AT)
    assert events == [Refused(identity, "no")]
    assert "refused the handshake" in site.closed


def test_before_the_versions_nothing_is_acknowledged() -> None:
    supervisor = a_session(Role.SUPERVISOR)
    assert supervisor.receive(wire(type="Watchdog", mId="1", wTs=STAMP), AT) == []
    supervisor.receive(b"nonsense\x0c" + wire(type="Nothing", mId="2"), AT)
    assert said(supervisor) == []


def test_what_is_received_is_answered_by_whoever_owns_the_session() -> None:
    site, supervisor = a_pair()
    request = StatusRequest(supervisor.identity(), "C", (StatusName("S0001", "stage"),))
    supervisor.send(request, AT)
    assert site.receive(supervisor.take(), AT) == [Received(request)]
    assert supervisor.waiting == (request,)
    site.refuse(request.id, "no such component")
    assert supervisor.receive(site.take(), AT) == [Refused(request.id, "no such component")]
    assert supervisor.waiting == ()
    assert supervisor.receive(wire(type="MessageNotAck", oMId="of nobody"), AT) == []
    assert supervisor.receive(wire(type="MessageAck", oMId="of nobody"), AT) == []
    assert not supervisor.closed


def test_acknowledgements_need_none() -> None:
    site, _ = a_pair()
    site.send(MessageNotAck("1"), AT)
    assert site.waiting == ()


def test_an_id_that_was_used_before_is_refused() -> None:
    site, supervisor = a_pair()
    update = an_update(site)
    site.send(update, AT)
    text = site.take()
    assert supervisor.receive(text + text, AT) == [Received(update)]
    assert [row["type"] for row in said(supervisor)] == ["MessageNotAck"]
    for number in range(600):  # it is forgotten some day
        supervisor.receive(wire(type="Watchdog", mId=str(number), wTs=STAMP), AT)
    assert supervisor.receive(text, AT) == [Received(update)]


def test_a_message_that_is_not_acknowledged_in_time_ends_the_connection() -> None:
    site, _ = a_pair()
    site.send(an_update(site), AT)
    site.tick(later(30.0))
    assert not site.closed
    site.tick(later(30.1))
    assert "not acknowledged" in site.closed
    site.send(an_update(site), later(31.0))
    said(site)
    assert said(site) == []


def test_too_many_messages_without_an_acknowledgement_end_it_too() -> None:
    site, _ = a_pair()
    for _ in range(1_001):
        site.send(an_update(site), AT)
    assert "too many" in site.closed


def test_a_handshake_that_does_not_end_is_given_up() -> None:
    supervisor = a_session(Role.SUPERVISOR)
    supervisor.tick(later(29.0))
    assert not supervisor.closed
    supervisor.tick(later(31.0))
    assert "handshake" in supervisor.closed


def test_watchdogs_are_sent_in_time_and_missed() -> None:
    site, supervisor = a_pair(watchdog_s=10.0, ack_s=5.0)
    site.tick(later(9.0))
    assert said(site) == []
    site.tick(later(10.0))
    barked = supervisor.receive(site.take(), later(10.0))
    assert barked == [Barked(AT.utc_s + 10.0)]
    site.receive(supervisor.take(), later(10.0))
    site.tick(later(15.1))
    assert "no watchdog" in site.closed
    supervisor.tick(later(16.0))
    supervisor.receive(wire(type="MessageAck", oMId=said(supervisor)[0]["mId"]), later(16.0))
    supervisor.tick(later(25.0))
    assert not supervisor.closed
    assert Settings(silence_s=3.0).patience_s == 3.0


def test_a_watchdog_asks_whether_the_other_side_hears() -> None:
    site, supervisor = a_pair()
    assert supervisor.waited_s(later(5.0)) == 0.0
    supervisor.bark(later(5.0), 0.9)
    supervisor.bark(later(5.8), 0.9)
    text = supervisor.take()
    assert text.count(b"Watchdog") == 1
    assert supervisor.waited_s(later(5.7)) == pytest.approx(0.7)
    site.receive(text, later(5.7))
    supervisor.receive(site.take(), later(5.7))
    assert supervisor.waited_s(later(5.8)) == 0.0
    supervisor.bark(later(5.9), 0.9)
    assert supervisor.take().count(b"Watchdog") == 1
    stranger = a_session(Role.SUPERVISOR)
    stranger.bark(later(9.0), 0.9)
    assert stranger.take() == b"", "nothing before the versions"


def test_nonsense_is_refused_and_then_left() -> None:
    site, _ = a_pair()
    site.receive(wire(type="Nothing", mId="9"), AT)
    assert said(site)[0]["type"] == "MessageNotAck"
    site.receive(b"nonsense\x0c" * 19, AT)
    assert not site.closed
    site.receive(b"nonsense\x0c" * 5, AT)
    assert "no message" in site.closed


def test_a_message_without_an_end_is_left() -> None:
    site, _ = a_pair()
    site.receive(b"x" * (2 << 20), AT)
    assert "more than" in site.closed


@given(st.lists(st.binary(max_size=60), max_size=20), st.booleans())
def test_no_bytes_do_harm(pieces: list[bytes], site_side: bool) -> None:
    session = a_pair()[0 if site_side else 1]
    for piece in pieces:
        session.receive(piece, AT)
    session.tick(later(1.0))
    assert len(session.take()) < 10_000


@given(st.lists(st.integers(1, 50), min_size=1))
def test_slices_change_nothing(cuts: list[int]) -> None:
    site = a_session(Role.SITE)
    identity = said(site)[0]["mId"]
    text = wire(type="MessageAck", oMId=identity) + version() + wire(type="Watchdog", mId="1", wTs=STAMP)
    events: list[SessionEvent] = []
    for size in [*cuts, len(text)]:
        events += site.receive(text[:size], AT)
        text = text[size:]
    assert [row["type"] for row in said(site)] == ["MessageAck", "Watchdog", "MessageAck"]
    assert events == [Barked(AT.utc_s)]
