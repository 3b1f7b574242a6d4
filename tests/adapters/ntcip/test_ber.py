"""Octets that are sound come back as they were; all others are one error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.ntcip.ber import (
    BrokenMessageError,
    arcs_of,
    element,
    integer_content,
    oid_of,
    read_header,
    read_integer,
    read_unsigned,
    sequence_of,
    sound_oid,
)

ARC = st.one_of(st.integers(0, 300), st.integers(0, 2**32 - 1))


@pytest.mark.parametrize(
    ("value", "octets"),
    [(0, "00"), (127, "7f"), (128, "0080"), (255, "00ff"), (256, "0100"), (-1, "ff"), (-128, "80"), (-129, "ff7f")],
)
def test_integers_are_as_short_as_can_be(value: int, octets: str) -> None:
    content = bytes.fromhex(octets)
    assert integer_content(value) == content
    assert read_integer(content, 0, len(content)) == value


def test_the_identifier_of_nema() -> None:
    octets = bytes.fromhex("2b06010401 8936 040201")
    assert oid_of((1, 3, 6, 1, 4, 1, 1206, 4, 2, 1)) == octets
    assert arcs_of(octets) == (1, 3, 6, 1, 4, 1, 1206, 4, 2, 1)


@given(st.sampled_from([0, 1]), st.integers(0, 39), st.lists(ARC, max_size=126))
def test_every_identifier_comes_back(first: int, second: int, rest: list[int]) -> None:
    arcs = (first, second, *rest)
    assert arcs_of(oid_of(arcs)) == arcs


@given(st.integers(0, 2**32 - 1 - 80), st.lists(ARC, max_size=20))
def test_every_identifier_of_the_third_tree_comes_back(second: int, rest: list[int]) -> None:
    assert arcs_of(oid_of((2, second, *rest))) == (2, second, *rest)


@pytest.mark.parametrize("arcs", [(1,), (3, 1), (1, 40), (1, 3, -1), (1, 3, 2**32), (1, 3) * 65])
def test_what_is_no_identifier_is_not_written(arcs: tuple[int, ...]) -> None:
    with pytest.raises(BrokenMessageError):
        oid_of(arcs)


@pytest.mark.parametrize("octets", ["", "2b86", "2b8001", "2b9080808000", "2b" + "01" * 128, "2b" + "81" * 700 + "01"])
def test_what_is_no_identifier_is_not_read(octets: str) -> None:
    with pytest.raises(BrokenMessageError):
        sound_oid(bytes.fromhex(octets))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 5000, 65535])
def test_lengths_of_every_form(size: int) -> None:
    data = element(0x04, bytes(size))
    assert read_header(data, 0, len(data)) == (0x04, len(data) - size, len(data))


def test_what_is_too_long_is_not_written() -> None:
    with pytest.raises(BrokenMessageError, match="longer than any datagram"):
        sequence_of([bytes(65536)])


def test_lengths_need_not_be_as_short_as_can_be() -> None:
    assert read_header(bytes.fromhex("3082000101"), 0, 5) == (0x30, 4, 5)


@pytest.mark.parametrize("data", ["30", "3080", "308501000000010000", "3082", "300201", "3084ffffffff"])
def test_torn_and_endless_elements_are_refused(data: str) -> None:
    octets = bytes.fromhex(data)
    with pytest.raises(BrokenMessageError):
        read_header(octets, 0, len(octets))


@pytest.mark.parametrize("octets", ["", "0102030405"])
def test_numbers_have_an_end(octets: str) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(BrokenMessageError):
        read_integer(data, 0, len(data))


def test_counters() -> None:
    assert read_unsigned(bytes.fromhex("00ffffffff"), 0, 5) == 2**32 - 1
    assert read_unsigned(bytes.fromhex("ffffffff"), 0, 4) == 2**32 - 1
    assert read_unsigned(bytes.fromhex("00ffffffffffffffff"), 0, 9, 64) == 2**64 - 1
    for octets in ("", "01ffffffff", "000000000000"):
        with pytest.raises(BrokenMessageError):
            read_unsigned(bytes.fromhex(octets), 0, len(octets) // 2)
