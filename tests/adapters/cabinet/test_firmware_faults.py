"""Every misbehaviour is described, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from signals.adapters.cabinet.firmware_faults import MISBEHAVIOURS, misbehaviour
from signals.errors import UnknownNameError


@pytest.mark.parametrize("name", sorted(MISBEHAVIOURS))
def test_each_has_a_sentence(name: str) -> None:
    assert misbehaviour(name) == name
    assert MISBEHAVIOURS[name].endswith(".")


def test_others_are_refused_with_the_list() -> None:
    with pytest.raises(UnknownNameError, match=r'did you mean "manual".*reboot'):
        misbehaviour("manuel")
