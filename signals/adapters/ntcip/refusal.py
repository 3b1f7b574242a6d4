"""Requests that make no sense to a controller, and are not sent."""

from __future__ import annotations

from signals.model.cabinets import CabinetRefusedError

__all__ = ["RefusedRequest"]


class RefusedRequest(CabinetRefusedError):  # noqa: N818  it becomes a receipt, and is no error of the cabinet
    """A request that was not sent.

    Parameters
    ----------
    code
        Why not, in a word.
    detail
        Why not, in a sentence.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
