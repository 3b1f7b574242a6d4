"""A policy in an ONNX file, run on the processor: numbers in, a value for every action out; no torch, no pickle."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import numpy as np

from signals.errors import FileError, InputError, MissingDependencyError
from signals.input_files import check_regular

try:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as _state
except ModuleNotFoundError as error:
    raise MissingDependencyError("onnxruntime is not installed; run pip install 'signals[onnx]'") from error

__all__ = ["MOST_BYTES", "OnnxPolicy", "bytes_of"]

MOST_BYTES: Final = 64 * 2**20
"""What a policy may be large; controllers of signals take some ten thousand bytes."""

_WRONG: Final = tuple(kind for kind in vars(_state).values() if isinstance(kind, type) and issubclass(kind, Exception))
_FLOAT32: Final = "tensor(float)"


class OnnxPolicy:
    """Takes the action with the greatest value of those that are open, or gives the values themselves.

    The model has one input, float32 [n, observations], and one output, float32 [n, values]. It runs on one thread, so
    that the same numbers give the same action.

    Parameters
    ----------
    data
        The file's bytes. What it keeps in other files is refused.
    where
        The file, for messages.
    choices
        Whether an action is the number of a value; else the values, cut off at 0 and 1, are the action.

    Attributes
    ----------
    observation_size, action_size
        Numbers in and out.

    Raises
    ------
    FileError
        When it is no such model.
    """

    def __init__(self, data: bytes, where: str, *, choices: bool = True) -> None:
        if len(data) > MOST_BYTES:
            raise FileError(f'"{where}" is larger than {MOST_BYTES // 2**20} MB')
        self._where, self._choices = where, choices
        self._session = _session(data, where)
        ins, outs = self._session.get_inputs(), self._session.get_outputs()
        if len(ins) != 1 or len(outs) != 1:
            raise FileError(f'"{where}": expected one input and one output, got {len(ins)} and {len(outs)}')
        self._input = ins[0].name
        self.observation_size, self.action_size = (_size(end, where) for end in (ins[0], outs[0]))

    def __call__(self, observation: Any, mask: Any) -> Any:
        """Return an action.

        Parameters
        ----------
        observation
            float32 [observations].
        mask
            int8 [values], 0 where an action is closed; None where there is no mask.

        Raises
        ------
        InputError
            When the model cannot take the observation, or gives what is no number.
        """
        row = np.asarray(observation, np.float32).reshape(1, -1)
        try:
            (values,) = self._session.run(None, {self._input: row})
        except _WRONG as error:
            raise InputError(f'"{self._where}" cannot take {row.size} numbers: {_short(error)}') from error
        values = np.asarray(values).reshape(-1)
        if values.size != self.action_size or not np.isfinite(values).all():
            raise InputError(f'"{self._where}" gives values that are not {self.action_size} finite numbers')
        if not self._choices:
            return np.clip(values, 0.0, 1.0).astype(np.float32)
        return int(np.argmax(values if mask is None else np.where(np.asarray(mask, np.bool_), values, -np.inf)))


def bytes_of(path: Path) -> bytes:
    """Read the bytes of a file that is not too large. Raises `FileError`."""
    try:
        check_regular(path)
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise FileError(f'cannot read "{path}": {error.strerror}') from error


def _session(data: bytes, where: str) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what is wrong is raised
    # Of a model in memory, files beside it would be looked for in the working directory: there is nothing under this.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull)
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except _WRONG as error:
        raise FileError(f'"{where}" is no ONNX model that can be run: {_short(error)}') from error


def _size(end: Any, where: str) -> int:
    shape = list(end.shape or ())
    rows, numbers = shape if len(shape) == 2 else (0, None)
    if end.type != _FLOAT32 or not isinstance(numbers, int) or (isinstance(rows, int) and rows != 1):
        raise FileError(f'"{where}": "{end.name}" must be float32 [n, numbers], got {end.type} {shape}')
    return numbers


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else f"{text[:197]}..."
