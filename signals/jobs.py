"""Work in processes of its own: a few at a time, each told once what to do, all stopped when the caller stops.

A job is a payload on the standard input of ``python -m module``. What it has to say comes back as JSON lines through
a pipe of its own, because simulators write to the standard output whatever they like.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, BinaryIO

__all__ = ["Message", "message_pipe", "run_jobs"]

Message = Mapping[str, object]
"""One line from a job. The last one is always ``{"exit": code, "said": last line on its standard error}``."""

_PIPE = "SIGNALS_MESSAGE_PIPE"
_STOP_S = 5.0
_TAIL_BYTES = 4000


@dataclass(slots=True, eq=False)
class _Running:
    number: int
    process: subprocess.Popen[bytes]
    pipe: BinaryIO
    errors: IO[bytes]
    rest: bytes = b""


def run_jobs(module: str, payloads: Sequence[bytes], at_once: int, on_message: Callable[[int, Message], None]) -> None:
    """Run every payload to its end.

    Parameters
    ----------
    module
        What ``python -m`` runs; it reads its payload from the standard input and writes to `message_pipe`.
    payloads
        One per job.
    at_once
        How many processes there may be at the same time.
    on_message
        Called in this process with the number of the job and each of its messages.

    Raises
    ------
    KeyboardInterrupt
        Passed on after every process has been stopped, like any other exception.
    """
    waiting = iter(enumerate(payloads))
    running: list[_Running] = []
    with selectors.DefaultSelector() as selector:
        try:
            while True:
                while len(running) < max(at_once, 1) and (job := next(waiting, None)) is not None:
                    running.append(_start(module, *job))
                    selector.register(running[-1].pipe, selectors.EVENT_READ, running[-1])
                if not running:
                    return
                for key, _ in selector.select():
                    _hear(key.data, selector, running, on_message)
        finally:
            _stop(running)


@contextmanager
def message_pipe() -> Iterator[Callable[[Message], None]]:
    """Inside a job: give the function that sends a message to the process that started it.

    It raises `BrokenPipeError` when that process is gone.
    """
    with os.fdopen(int(os.environ[_PIPE]), "wb", buffering=0) as pipe:
        yield lambda message: _send(pipe, message)


def _send(pipe: IO[bytes], message: Message) -> None:
    pipe.write(json.dumps(message).encode() + b"\n")


def _start(module: str, number: int, payload: bytes) -> _Running:
    """Start one job in a session of its own: a Ctrl-C reaches only us, and we stop it in our own way."""
    ours, its = os.pipe()
    errors = tempfile.TemporaryFile()  # noqa: SIM115  closed when the job ends
    environment = {
        **os.environ,
        _PIPE: str(its),
        "PYTHONPATH": os.pathsep.join(place or os.curdir for place in sys.path),
    }
    try:
        with tempfile.TemporaryFile() as told:
            told.write(payload)
            told.seek(0)
            process = subprocess.Popen(  # noqa: S603  this interpreter and a module of ours
                [sys.executable, "-m", module],
                stdin=told, stdout=subprocess.DEVNULL, stderr=errors,
                pass_fds=(its,), env=environment, start_new_session=True,
            )  # fmt: skip
    finally:
        os.close(its)
    return _Running(number, process, os.fdopen(ours, "rb", buffering=0), errors)


def _hear(
    job: _Running, selector: selectors.BaseSelector, running: list[_Running], on_message: Callable[[int, Message], None]
) -> None:
    """Take what a job says; when it has nothing more to say, wait for its end."""
    heard = job.pipe.read(1 << 16)
    *lines, job.rest = (job.rest + (heard or b"")).split(b"\n")
    for line in lines:
        on_message(job.number, json.loads(line))
    if heard:
        return
    selector.unregister(job.pipe)
    code = job.process.wait()
    said = _last_line(job.errors)
    running.remove(job)
    _close(job)
    on_message(job.number, {"exit": code, "said": said})


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - _TAIL_BYTES))
    lines = errors.read().decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _stop(running: list[_Running]) -> None:
    """Ask what still runs to end, wait a little, and end it."""
    for job in running:
        job.process.terminate()
    for job in running:
        try:
            job.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):  # it ended in this very moment
                os.killpg(job.process.pid, signal.SIGKILL)
            job.process.wait()
        _close(job)


def _close(job: _Running) -> None:
    job.pipe.close()
    job.errors.close()
