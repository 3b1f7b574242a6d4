from __future__ import annotations

import pytest

from signals.errors import InputError
from signals.serve.mischief import Mischief, read_mischief


def test_what_goes_wrong_is_read_in_the_order_of_time() -> None:
    assert read_mischief(["B:manual@60-120.5", "A:1:flash@7"], ["A:1", "B"]) == (
        Mischief(7.0, 0, "flash", True),
        Mischief(60.0, 1, "manual", True),
        Mischief(120.5, 1, "manual", False),
    )
    assert read_mischief([], ["A"]) == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("A:manual", "expected intersection:what@begin"),
        ("A:manual@-3", "expected intersection:what@begin"),
        ("manual@3", "expected intersection:what@begin"),
        ("A:manul@3", 'did you mean "manual"'),
        ("C:manual@3", 'unknown intersection "C"'),
        ("A:manual@3-3", "it ends before it begins"),
    ],
)
def test_what_is_none_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read_mischief([text], ["A", "B"])
