"""Messages come whole out of a stream, however it is sliced, and never fill the memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.rsmp.framing import Deframer, FramingError, frame

TEXT = st.binary(min_size=1, max_size=40).filter(lambda text: b"\x0c" not in text and text.strip())


@given(st.lists(TEXT), st.lists(st.integers(1, 30)))
def test_slices_change_nothing(texts: list[bytes], cuts: list[int]) -> None:
    stream = b"\x0c" + b"".join(frame(text) + b"\x0c" for text in texts)
    deframer, found = Deframer(), []
    for size in [*cuts, len(stream)]:
        found += deframer.feed(stream[:size])
        stream = stream[size:]
    assert found == texts


def test_one_byte_at_a_time_is_a_message_too() -> None:
    deframer = Deframer()
    text = b"x" * 5_000
    found = [message for byte in frame(text) for message in deframer.feed(bytes([byte]))]
    assert found == [text]


def test_what_never_ends_is_an_error_before_it_is_long() -> None:
    deframer = Deframer(100)
    assert deframer.feed(b"x" * 60) == []
    with pytest.raises(FramingError, match="more than 100 bytes"):
        deframer.feed(b"x" * 60)
    with pytest.raises(FramingError):
        Deframer(100).feed(b"x" * 101 + b"\x0c")
