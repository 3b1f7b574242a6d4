"""An application and a virtual TLC without sockets and without time of their own: a test carries the bytes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.tlcfi.facilities import Facilities
from signals.adapters.tlcfi.session import ApplicationSession
from signals.adapters.tlcfi.settings import read_settings
from signals.adapters.tlcfi.tlc_session import Desk, TlcSession
from signals.model.cabinets import CabinetAddress, CabinetSite
from tests.adapters.tlcfi.places import crossing

UTC_S = 1_700_000_000.0


def plain(options: dict[str, Any], secrets: dict[str, str] | None = None) -> CabinetAddress:
    return CabinetAddress(scheme="tlcfi", host="127.0.0.1", options=options, secrets=secrets or {})


class Pair:
    """Both sessions; `log` has every message as it was sent, ``>`` from the application, ``<`` from the TLC."""

    def __init__(self, site: CabinetSite | None = None, **options: Any) -> None:
        self.site = site or crossing()
        self.settings = read_settings(self.site, plain(options))
        self.now_s = 0.0
        self.firmware = Firmware(self.site)
        self.facilities = Facilities(self.firmware, self.settings)
        self.desk = Desk(self.facilities)
        self.tlc = TlcSession(self.desk, 0.0, self.tlc_utc_s)
        self.app = ApplicationSession(self.site, self.settings, 0.0, self.utc_s)
        self.log: list[str] = []
        self.call = np.zeros(len(self.site.groups), np.bool_)
        self.entered = np.zeros(len(self.site.detectors), np.int32)
        self.occupied = np.zeros(len(self.site.detectors), np.float32)
        self.deaf = self.mute = False
        """Whether nothing of the TLC, or nothing of the application, arrives any more."""

    def utc_s(self, now_s: float) -> float:
        return UTC_S + now_s

    def tlc_utc_s(self, now_s: float) -> float:
        return UTC_S + now_s + self.firmware.clock_offset_s

    def carry(self, to_tlc: bytes = b"", to_app: bytes = b"") -> None:
        """Carry bytes to and fro until nobody has anything to say."""
        while to_tlc or to_app:
            self.log += [f">{line.decode()}" for line in to_tlc.splitlines()]
            self.log += [f"<{line.decode()}" for line in to_app.splitlines()]
            back_tlc = self.tlc.receive(to_tlc, self.now_s) if to_tlc and not self.mute else b""
            back_app = self.app.receive(to_app, self.now_s) if to_app and not self.deaf else b""
            to_tlc, to_app = back_app, back_tlc

    def start(self) -> Pair:
        self.carry(self.app.start(self.now_s))
        return self

    def wait(self, for_s: float, *, beats: bool = True, step_s: float = 0.5) -> None:
        """Let time pass, without a tick of the firmware."""
        end_s = self.now_s + for_s
        while self.now_s < end_s - 1e-9:
            self.now_s += min(step_s, end_s - self.now_s)
            if beats:
                self.app.beat(self.now_s)
            self.carry(self.app.poll(self.now_s), self.tlc.poll(self.now_s))

    def tick(self, *, beats: bool = True) -> None:
        """A second of everything."""
        self.wait(1.0, beats=beats)
        self.firmware.step(self.call, self.entered, self.occupied)
        changes = self.facilities.changes(self.settings.ticks(self.now_s))
        self.carry(to_app=self.tlc.ticked(changes, self.now_s))

    def take(self) -> Pair:
        self.carry(self.app.take(self.now_s))
        return self

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Say something to the application, as if the TLC did."""
        row = {"jsonrpc": "2.0", "method": method, "params": params}
        self.carry(to_app=json.dumps(row).encode() + b"\n")

    def ask(self, method: str, params: dict[str, Any], rpc_id: int | None = None) -> None:
        """Say something to the TLC, as if the application did."""
        row = {"jsonrpc": "2.0", "method": method, "params": params, "id": rpc_id}
        self.carry(json.dumps(row).encode() + b"\n")

    def said(self, by: str, method: str) -> list[dict[str, Any]]:
        """All calls of a method by one side."""
        rows = [json.loads(line[1:]) for line in self.log if line[0] == by]
        return [row["params"] for row in rows if row.get("method") == method]
