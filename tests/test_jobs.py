from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from signals.jobs import Message, run_jobs

SAY = """
import sys
from signals.jobs import message_pipe
with message_pipe() as tell:
    print("noise on the standard output")
    tell({"heard": sys.stdin.read()})
    tell({"share": 1.0})
"""
DIE = """
import sys, os
print("first line\\nthe reason\\n", file=sys.stderr, flush=True)
os._exit(3)
"""
WAIT = """
import os, sys, time, signal
from signals.jobs import message_pipe
if "stubborn" in sys.stdin.read():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with message_pipe() as tell:
    tell({"pid": os.getpid()})
    time.sleep(60)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(code: str) -> str:
        (tmp_path / "a_job.py").write_text(code)
        return "a_job"

    return write


def run(name: str, payloads: list[bytes], at_once: int = 2) -> dict[int, list[Message]]:
    heard: dict[int, list[Message]] = {number: [] for number in range(len(payloads))}
    run_jobs(name, payloads, at_once, lambda number, message: heard[number].append(message))
    return heard


def test_every_job_is_told_and_heard(module: Callable[[str], str]) -> None:
    heard = run(module(SAY), [b"one", b"two", b"x" * 300_000])
    for number, text in enumerate(["one", "two", "x" * 300_000]):
        assert heard[number] == [{"heard": text}, {"share": 1.0}, {"exit": 0, "said": ""}]


def test_no_job_is_no_work() -> None:
    assert run("never_imported", []) == {}


def test_a_job_that_dies_says_why_and_the_rest_goes_on(module: Callable[[str], str]) -> None:
    assert run(module(DIE), [b"", b""], at_once=1) == {n: [{"exit": 3, "said": "the reason"}] for n in (0, 1)}


@pytest.mark.parametrize("payload", [b"", b"stubborn"])
def test_all_are_stopped_when_the_caller_stops(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, payload: bytes
) -> None:
    monkeypatch.setattr("signals.jobs._STOP_S", 0.3)
    pids = []

    def stop(_: int, message: Message) -> None:
        pids.append(message["pid"])
        if len(pids) == 2:
            raise KeyboardInterrupt

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_jobs(module(WAIT), [payload] * 3, 2, stop)
    assert time.monotonic() - start < 20
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
