"""The folder of a trained policy: ``policy.onnx`` and its card ``policy.toml``, which knows the hash of the other."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import tomli_w

from signals.env.onnx_policy import OnnxPolicy, bytes_of
from signals.env.policy_card import PolicyCard, from_table, gives_numbers, to_table
from signals.errors import FileError
from signals.record.files import write_whole
from signals.scenario_file import read_toml

__all__ = ["CARD_FILE", "MODEL_FILE", "SavedPolicy", "load_onnx", "load_policy", "save_policy"]

CARD_FILE: Final = "policy.toml"
MODEL_FILE: Final = "policy.onnx"


class SavedPolicy(NamedTuple):
    """What was read.

    Attributes
    ----------
    policy
        What decides.
    card
        Its card; None of an ONNX file without one.
    files
        Name → SHA-256.
    """

    policy: OnnxPolicy
    card: PolicyCard | None
    files: dict[str, str]


def save_policy(folder: str | Path, card: PolicyCard, onnx: bytes) -> PolicyCard:
    """Write a policy and its card; the model is tried before anything is written.

    Parameters
    ----------
    folder
        Where; it is made where it is missing. The two files in it are replaced.
    card
        Made by `signals.env.policy_card.card_of`.
    onnx
        The model, such as `signals.env.policy_export.onnx_of` returns it.

    Returns
    -------
    PolicyCard
        With the hash of the model.

    Raises
    ------
    FileError
        When the model cannot be run, or is not of the sizes that the card says.
    RecordError
        When a file cannot be written.
    """
    place, whole = Path(folder), replace(card, onnx_sha256=hashlib.sha256(onnx).hexdigest())
    _policy(whole, onnx, str(place / MODEL_FILE))
    write_whole(place / MODEL_FILE, onnx)
    write_whole(place / CARD_FILE, tomli_w.dumps(to_table(whole)).encode())
    return whole


def load_policy(folder: str | Path) -> SavedPolicy:
    """Read a policy and its card; nothing in them is executed but the arithmetic of the model.

    Raises
    ------
    FileError
        When a file is missing or wrong, or they do not belong together.
    """
    place = Path(folder)
    written = place / CARD_FILE
    if not written.is_file():
        raise FileError(f'"{place}" holds no policy: there is no {CARD_FILE} in it')
    card, onnx = from_table(read_toml(written), str(written)), bytes_of(place / MODEL_FILE)
    found = hashlib.sha256(onnx).hexdigest()
    if found != card.onnx_sha256:
        raise FileError(
            f'"{place / MODEL_FILE}" is not what its card was written for: its SHA-256 is {found[:12]}..., '
            f"the card says {card.onnx_sha256[:12] or 'none'}...; take both from one source"
        )
    files = {MODEL_FILE: found, CARD_FILE: hashlib.sha256(bytes_of(written)).hexdigest()}
    return SavedPolicy(_policy(card, onnx, str(place / MODEL_FILE)), card, files)


def load_onnx(path: str | Path) -> SavedPolicy:
    """Read an ONNX file; with its card where it is the model of a folder that has one. Raises `FileError`."""
    place = Path(path)
    if place.name == MODEL_FILE and (place.parent / CARD_FILE).is_file():
        return load_policy(place.parent)
    onnx = bytes_of(place)
    return SavedPolicy(OnnxPolicy(onnx, str(place)), None, {place.name: hashlib.sha256(onnx).hexdigest()})


def _policy(card: PolicyCard, onnx: bytes, where: str) -> OnnxPolicy:
    policy = OnnxPolicy(onnx, where, choices=not gives_numbers(card))
    got, said = (policy.observation_size, policy.action_size), (card.seat.observation_size, card.seat.action_size)
    if got != said:
        raise FileError(
            f'"{where}" takes {got[0]} numbers and gives {got[1]}, but its card says {said[0]} and {said[1]}'
        )
    return policy
