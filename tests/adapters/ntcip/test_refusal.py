from __future__ import annotations

import pytest

from signals.adapters.ntcip.refusal import RefusedRequest
from signals.model.cabinets import CabinetRefusedError


def test_a_refusal_has_a_word_for_programs_and_a_sentence_for_people() -> None:
    with pytest.raises(CabinetRefusedError, match="a phase is held and left out") as caught:
        raise RefusedRequest("contradiction", "a phase is held and left out at once")
    assert isinstance(caught.value, RefusedRequest)
    assert caught.value.code == "contradiction"
