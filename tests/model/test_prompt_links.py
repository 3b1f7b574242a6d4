"""Which links say when they have nothing to wait for."""

from __future__ import annotations

import pytest

from signals import plugins
from signals.model.cabinets import CabinetLink
from signals.model.prompt_links import PromptLink


@pytest.mark.parametrize(("name", "prompt"), [("tlcfi", True), ("rsmp", True), ("ntcip", True), ("virtual", False)])
def test_who_is_told_and_who_has_to_ask(name: str, prompt: bool) -> None:
    link = plugins.load("cabinets", name)
    assert (hasattr(link, "is_fresh") and hasattr(link, "is_prompt")) is prompt
    assert all(hasattr(link, method) for method in ("connect", "refresh", "report", "send", "heartbeat", "release"))
    assert CabinetLink in PromptLink.__mro__
