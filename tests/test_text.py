from __future__ import annotations

from signals.text import plain


def test_what_can_be_printed_is_left_alone() -> None:
    assert plain("Kreuzung [38] · ö €") == "Kreuzung [38] · ö €"


def test_nobody_forges_a_line_or_a_colour() -> None:
    assert plain("a\nerror: b\x1b[31mc\u202ed\udc80\x07") == "a\\nerror: b\\x1b[31mc\\u202ed\\udc80\\x07"
