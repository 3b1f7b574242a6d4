"""A security code is in no `repr` of a message."""

from __future__ import annotations

from signals.adapters.rsmp.messages import Argument, CommandRequest, CommandResponse, Returned


def test_codes_are_hidden_wherever_a_message_is_shown() -> None:
    names = ("securityCode", "oldSecurityCode", "newSecurityCode")
    request = CommandRequest("1", "C", tuple(Argument("M0103", name, "setSecurityCode", "canary") for name in names))
    answer = CommandResponse("2", "C", "t", tuple(Returned("M0103", name, "canary", "recent") for name in names))
    assert "canary" not in f"{request!r} {answer!r} {request} {answer}"
    assert request.arguments[0].value == "canary"


def test_everything_else_is_shown() -> None:
    assert "'True'" in repr(Argument("M0002", "status", "setPlan", "True"))
    assert "None" in repr(Returned("M0002", "status", None, "unknown"))
