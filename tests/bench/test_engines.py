from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from signals.bench import engines
from signals.bench.engines import messages_of, run_payloads
from signals.errors import InputError, MissingDependencyError
from signals.jobs import Message

HAS_DASK = find_spec("distributed") is not None


@dataclass(frozen=True)
class Work:
    """Leaves a line when it begins, waits, and answers."""

    number: int
    diary: Path
    wait_s: float = 0.0

    def run(self, on_tick: Callable[[float], None]) -> dict[str, object]:
        with self.diary.open("a") as file:
            file.write(f"{self.number} {os.getppid()}\n")
        end_s = time.monotonic() + self.wait_s
        while time.monotonic() < end_s:
            time.sleep(0.05)
            on_tick(0.5)
        return {"answer": self.number * 2}


def answers(heard: dict[int, list[Message]]) -> dict[int, object]:
    return {number: message["result"] for number, said in heard.items() for message in said if "result" in message}


def run_all(engine: str, works: list[Work]) -> dict[int, list[Message]]:
    heard: dict[int, list[Message]] = {}
    run_payloads(engine, [pickle.dumps(w) for w in works], 2, lambda number, m: heard.setdefault(number, []).append(m))
    return heard


def test_every_payload_is_worked_off_in_a_process_of_its_own(tmp_path: Path) -> None:
    heard = run_all("local", [Work(number, tmp_path / "diary") for number in range(3)])
    assert answers(heard) == {number: {"answer": number * 2} for number in range(3)}
    assert all(said[-1]["exit"] == 0 for said in heard.values())


def test_one_payload_tells_all_but_its_progress(tmp_path: Path) -> None:
    said = messages_of(pickle.dumps(Work(4, tmp_path / "diary")))
    assert said == [{"result": {"answer": 8}}, {"exit": 0, "said": ""}]


def test_another_engine_is_an_error() -> None:
    with pytest.raises(InputError, match='unknown engine "spark"'):
        run_payloads("spark", [], 1, lambda *_: None)


def test_without_dask_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(MissingDependencyError, match=r'pip install "signals\[dask\]"'):
        run_payloads("dask", [b""], 1, lambda *_: None)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_DASK, reason="needs the extra dask")
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_does_the_same_though_a_worker_is_killed(tmp_path: Path) -> None:
    diary, killed = tmp_path / "diary", []

    def kill_one() -> None:
        while not diary.exists() or len(diary.read_text().splitlines()) < 3:
            time.sleep(0.05)
        killed.append(int(diary.read_text().splitlines()[-1].split()[1]))
        os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=kill_one, daemon=True)
    thread.start()
    heard = run_all("dask", [Work(number, diary, 0.8) for number in range(6)])
    thread.join(5)
    assert killed
    assert killed[0] != os.getpid()
    assert answers(heard) == {number: {"answer": number * 2} for number in range(6)}
    begun = [int(line.split()[0]) for line in diary.read_text().splitlines()]
    assert len(begun) == 7  # the one that died with its worker was begun again
    assert set(begun) == set(range(6))
