"""A drive, or the controllers that it drives, stand still for a while (SIGSTOP) and go on (SIGCONT): real processes.

``signals serve`` runs the crossroads of the built-in simulator behind a virtual controller, ``signals drive --arm``
drives it; what happened is read from the audit log and from what `serve` says in the end. When somebody goes on,

- there is no burst: ticks that were missed are left out, not made up for;
- a drive reads before it asks for anything, and what it had decided before is not sent;
- where the controllers stood still, the drive has given them back within 2 s;
- within two minutes they are ours again, and nobody has seen a violation, neither the drive nor the monitor of `serve`.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, Self

from benchmarks.hardware.wired import SECRETS, free_port
from signals.errors import InputError, RecordError
from signals.record.audit import read_audit

__all__ = ["PAUSES", "Found", "Pause", "judged", "tried"]

START_S: Final = 300.0
"""How long starting may take: the first time, kernels are compiled."""
STEADY_S: Final = 12.0
NOTICED_S: Final = 2.0
BACK_S: Final = 120.0
BURST_S: Final = 2.0
BURST: Final = 3
"""So many ticks may begin within `BURST_S` of going on, with a tick of 1 s."""
END_S: Final = 30.0
ENDS: Final = "the drive ends"
"""Why a drive that is told to end gives back what is its."""

Entry = Mapping[str, object]


class Pause(NamedTuple):
    """Who stands still: ``drive`` or ``serve``; and for how long."""

    who: str
    lasts_s: float


PAUSES: Final[Mapping[str, Pause]] = {
    "T3a": Pause("drive", 3.0),
    "T3b": Pause("drive", 15.0),
    "T3c": Pause("serve", 3.0),
}
"""By the name of the row."""


class Found(NamedTuple):
    """What became of it: after how long it was noticed and was ours again, and why it did not pass (empty = it did)."""

    noticed_s: float
    back_s: float
    trouble: str


def tried(row: str, protocol: str) -> Found:
    """Let somebody stand still, and say what became of it."""
    pause = PAUSES[row]
    with TemporaryDirectory(prefix="signals-") as folder, _Ends(Path(folder), protocol) as ends:
        try:
            ends.until(lambda: _is_ours(ends.entries()), START_S)
            time.sleep(STEADY_S)
            process, stopped_s = ends.processes[pause.who], time.time()
            process.send_signal(signal.SIGSTOP)
            time.sleep(pause.lasts_s)
            process.send_signal(signal.SIGCONT)
            went_on_s = time.time()
            time.sleep(2 * NOTICED_S)
            ends.until(lambda: _is_ours(ends.entries()), BACK_S)
            back_s = time.time() - went_on_s
            time.sleep(STEADY_S)
        except TimeoutError as error:
            return Found(float("nan"), float("nan"), str(error))
        outcome = ends.ended()
        found = judged(pause, ends.entries(), stopped_s, went_on_s)
    trouble = [found.trouble] if found.trouble else []
    trouble += [f"{who} saw {count} violations" for who, count in outcome.items() if count]
    return Found(found.noticed_s, back_s, "; ".join(trouble))


def judged(pause: Pause, entries: list[Entry], stopped_s: float, went_on_s: float) -> Found:
    """Hold an audit log against the rules.

    Parameters
    ----------
    pause
        Who stood still.
    entries
        Of the log.
    stopped_s, went_on_s
        When, in seconds since 1970.
    """
    begun_s = {int(str(entry["tick"])): _at_s(entry) for entry in reversed(entries) if entry["kind"] == "tick"}
    after_s = [at_s for at_s in begun_s.values() if went_on_s <= at_s < went_on_s + BURST_S]
    trouble = [f"{len(after_s)} ticks in {BURST_S:g} s"] if len(after_s) > BURST else []
    given_up_s = [
        _at_s(entry)
        for entry in entries
        if entry["kind"] in ("fault", "release") and entry.get("text") != ENDS and _at_s(entry) >= stopped_s
    ]
    noticed_s = min(given_up_s, default=float("nan")) - stopped_s
    if pause.who == "serve" and not noticed_s <= NOTICED_S:
        trouble.append(f"noticed after {noticed_s:.1f} s")
    asked = [entry for entry in entries if "asked" in entry and _at_s(entry) >= went_on_s]
    if pause.who == "drive" and asked and not asked[0].get("shown"):
        trouble.append("it asked before it had read anything")
    return Found(noticed_s, float("nan"), "; ".join(trouble))


class _Ends:
    """Both ends, in a process each, and the audit log between them."""

    def __init__(self, folder: Path, protocol: str) -> None:
        self._folder, self._protocol = folder, protocol
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> Self:
        config, served, more = self._folder / "drive.toml", self._folder / "served.json", list[str]()
        if self._protocol in SECRETS:
            secrets = self._folder / "secrets.toml"
            secrets.touch(mode=0o600)
            secrets.write_text("".join(f'{name} = "{code}"\n' for name, code in SECRETS[self._protocol].items()))
            more = ["--secrets", str(secrets)]
        self.processes["serve"] = _started(
            "serve", "crossroads", "--world", "sim", "--protocol", self._protocol, "--port", str(free_port()),
            "--out", str(served), "--write-config", str(config), *more,
        )  # fmt: skip
        self.until(config.is_file, START_S)
        text = config.read_text().replace('controller = "rolling_horizon"', 'controller = "actuated"')
        config.write_text(text)
        self.processes["drive"] = _started("drive", str(config), "--arm", "--json")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.communicate()

    def entries(self) -> list[Entry]:
        """Return what is in the log so far."""
        found: list[Entry] = []
        try:
            read_audit(self._folder / "audit", lambda entry: found.append(dict(entry)))
        except (InputError, RecordError):
            return []  # it has not begun yet
        return [entry for entry in found if "tick" in entry]

    def until(self, reached: Callable[[], bool], limit_s: float) -> None:
        """Wait. Raises `TimeoutError`, and where one of them has ended."""
        end_s = time.monotonic() + limit_s
        while not reached():
            gone = [who for who, process in self.processes.items() if process.poll() is not None]
            if gone or time.monotonic() > end_s:
                raise TimeoutError(f"not reached in {limit_s:g} s; ended: {', '.join(gone) or 'nobody'}")
            time.sleep(0.5)

    def ended(self) -> dict[str, int]:
        """End both in order; return how many violations each has seen."""
        found = {}
        for who in ("drive", "serve"):
            self.processes[who].send_signal(signal.SIGTERM)
            out, _ = self.processes[who].communicate(timeout=END_S)
            if who == "drive":
                found[who] = int(json.loads(out)["violations"])
        found["serve"] = len(json.loads((self._folder / "served.json").read_text())["violations"])
        return found


def _started(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "signals.cli", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def _is_ours(entries: list[Entry]) -> bool:
    standings = [entry["standing"] for entry in entries if entry["kind"] == "tick"]
    return bool(standings) and standings[-1] == "ours"


def _at_s(entry: Entry) -> float:
    return datetime.fromisoformat(str(entry["at"])).timestamp()
