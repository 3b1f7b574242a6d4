from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from signals.jobs import Message, run_jobs
from signals.record.run_folder import is_whole, read_run
from signals.scenario import load
from signals.trial import RunOptions
from signals.worker import _reporter

STUB = "tests.stub_controllers"


def told(folder: Path, controller: str = "net", end_s: float = 60.0) -> bytes:
    return pickle.dumps((load("crossroads", end_s=end_s), controller, 1, folder, RunOptions()))


def hear(payload: bytes) -> list[Message]:
    heard: list[Message] = []
    run_jobs("signals.worker", [payload], 1, lambda _, message: heard.append(message))
    return heard


def test_a_worker_runs_its_task_and_tells(tmp_path: Path) -> None:
    heard = hear(told(tmp_path / "run"))
    assert heard[-2:] == [{"share": 1.0}, {"exit": 0, "said": ""}]
    assert all(0 < float(str(message["share"])) <= 1 for message in heard[:-1])
    assert is_whole(tmp_path / "run")


@pytest.mark.parametrize(
    ("controller", "error", "text"),
    [
        ("nett", "UnknownNameError", 'did you mean "net"'),
        (f"{STUB}:LosesTheWorld", "WorldLostError", "the world is gone"),
    ],
)
def test_what_goes_wrong_is_told_in_one_line(tmp_path: Path, controller: str, error: str, text: str) -> None:
    first, last = hear(told(tmp_path / "run", controller))
    assert first["error"] == error
    assert text in str(first["text"])
    assert last == {"exit": 1, "said": ""}


def start(folder: Path, pipe: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "signals.worker"],
        stdin=subprocess.PIPE,
        pass_fds=(pipe,),
        env={**os.environ, "SIGNALS_MESSAGE_PIPE": str(pipe)},
    )
    assert process.stdin is not None
    process.stdin.write(told(folder, end_s=1e6))
    process.stdin.close()
    return process


def test_it_ends_in_good_order_when_it_is_asked_to(tmp_path: Path) -> None:
    ours, its = os.pipe()
    process = start(tmp_path / "run", its)
    os.close(its)
    assert os.read(ours, 100).startswith(b'{"share"')
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    os.close(ours)
    assert not (tmp_path / "run").exists()


def test_it_ends_with_the_next_tick_where_the_first_exit_was_swallowed() -> None:
    asked = Event()
    heard: list[Message] = []
    report = _reporter(heard.append, asked)
    report(0.5)
    asked.set()
    with pytest.raises(SystemExit) as error:
        report(0.6)
    assert error.value.code == 128 + signal.SIGTERM


def test_it_ends_when_nobody_listens_any_more(tmp_path: Path) -> None:
    ours, its = os.pipe()
    process = start(tmp_path / "run", its)
    os.close(its)
    os.read(ours, 100)
    os.close(ours)
    start_s = time.monotonic()
    assert process.wait(20) != 0
    assert time.monotonic() - start_s < 10


def test_a_run_that_is_ended_early_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    heard = hear(told(tmp_path / "run", f"{STUB}:Interrupts"))
    assert heard[-1]["exit"] != 0
    assert not read_run(tmp_path / "run.partial").finished


class Question:
    """Work that is no run."""

    def run(self, on_tick: Callable[[float], None]) -> dict[str, object]:
        on_tick(0.5)
        return {"answer": 42}


def test_any_work_may_be_told_and_answers() -> None:
    assert hear(pickle.dumps(Question())) == [
        {"result": {"answer": 42}},
        {"share": 1.0},
        {"exit": 0, "said": ""},
    ]
