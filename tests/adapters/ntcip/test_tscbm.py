"""Signal data that come by themselves: 245 octets, the newest of them, and nothing else."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.ntcip.ber import BrokenMessageError
from signals.adapters.ntcip.phases import Lamps
from signals.adapters.ntcip.tscbm import OCTETS, FreshSpat, PhaseTimes, Spat, decode_spat, encode_spat

U16, U8 = st.integers(0, 65_535), st.integers(0, 255)
TIMES = st.binary(min_size=208, max_size=208).map(
    lambda data: tuple(PhaseTimes(*struct.unpack_from(">B6H", data, 13 * k)) for k in range(16))
)
SPATS = st.builds(
    Spat, TIMES, st.builds(Lamps, *[U16] * 6), U16, U16, U16, U16, U16, U8, U8, U8, U8, st.integers(0, 86_400),
    st.integers(0, 999), U16, U16,
)  # fmt: skip
ROWS = tuple(PhaseTimes(phase) for phase in range(1, 17))


def spat(sequence: int = 0, day_s: int = 40_000, milliseconds: int = 0) -> Spat:
    return Spat(ROWS, Lamps(1, 2, 4, 8, 16, 0x0120), 0, 0, 0, 0, 0, 0, 0, 0, sequence, day_s, milliseconds, 3, 5)


def test_where_things_stand() -> None:
    data = encode_spat(spat(7, 0x012345, 678))
    assert len(data) == OCTETS
    assert data[:3] == b"\xcd\x10\x01"
    assert data[2 + 13] == 2
    # Reds of phases 1 to 8 are the second octet of two.
    assert data[210:222].hex(" ") == "00 01 00 02 00 04 00 08 00 10 01 20"
    assert data[235:].hex(" ") == "07 01 23 45 02 a6 00 03 00 05"


@given(SPATS)
def test_every_datagram_comes_back(sent: Spat) -> None:
    assert decode_spat(encode_spat(sent)) == sent


def test_sets_of_more_than_16_phases_are_cut() -> None:
    wide = spat()._replace(lamps=Lamps(0x10001, 0, 0, 0, 0, 0))
    assert decode_spat(encode_spat(wide)).lamps.reds == 1


@given(st.one_of(st.binary(max_size=300), st.binary(min_size=243, max_size=243).map(lambda rest: b"\xcd\x10" + rest)))
def test_any_octets_are_signal_data_or_one_error(data: bytes) -> None:
    try:
        found = decode_spat(data)
    except BrokenMessageError:
        return
    assert encode_spat(found) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        encode_spat(spat())[:-1],
        encode_spat(spat()) + b"\x00",
        b"\xcc" + encode_spat(spat())[1:],
        b"\xcd\x08" + encode_spat(spat())[2:],
        encode_spat(spat(day_s=86_401)),
        encode_spat(spat(milliseconds=1_000)),
    ],
    ids=["empty", "short", "long", "head", "phases", "second", "millisecond"],
)
def test_what_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenMessageError):
        decode_spat(data)


def test_only_what_is_newer_counts() -> None:
    fresh = FreshSpat()

    def hear(now_s: float, *what: int) -> bool:
        return fresh.hear(encode_spat(spat(*what)), now_s, 2.0)

    assert hear(0.0, 254, 40_000, 0)
    assert not hear(0.1, 254, 40_000, 100)  # twice
    assert hear(0.1, 255, 40_000, 100)
    assert hear(0.2, 1, 40_000, 300)  # 0 was lost
    assert not hear(0.3, 0, 40_000, 200)  # late
    assert not hear(0.3, 200, 40_000, 400)  # much too late
    assert not hear(0.4, 2, 39_999, 900)  # replayed
    assert (fresh.received_s, fresh.spat) == (0.2, spat(1, 40_000, 300))
    assert hear(2.3, 0, 10, 0)  # after silence, the first is the first


def test_midnight_is_no_step_back() -> None:
    fresh = FreshSpat()
    assert fresh.hear(encode_spat(spat(1, 86_399, 950)), 0.0, 2.0)
    assert fresh.hear(encode_spat(spat(2, 0, 50)), 0.1, 2.0)
    assert not fresh.hear(encode_spat(spat(3, 86_399, 900)), 0.2, 2.0)


def test_rubbish_does_not_push_out_what_is_known() -> None:
    fresh = FreshSpat()
    fresh.hear(encode_spat(spat(1)), 0.0, 2.0)
    with pytest.raises(BrokenMessageError):
        fresh.hear(b"\xcd", 0.1, 2.0)
    assert fresh.received_s == 0.0
