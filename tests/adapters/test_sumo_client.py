from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from signals.adapters.sumo import client
from signals.adapters.sumo.options import SumoOptions


class Stub:
    def __init__(self, arguments: Sequence[str], folder: Path, options: SumoOptions | None = None) -> None:
        self.given = (arguments, folder, options)


@pytest.mark.parametrize(
    ("options", "libsumo", "remote"),
    [
        (SumoOptions(), True, False),
        (SumoOptions(), False, True),
        (SumoOptions(traci=True), True, True),
        (SumoOptions(gui=True), True, True),
    ],
)
def test_the_way_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: SumoOptions, libsumo: bool, remote: bool
) -> None:
    class Local(Stub):
        pass

    class Far(Stub):
        pass

    monkeypatch.setattr(client, "InProcess", Local)
    monkeypatch.setattr(client, "Remote", Far)
    monkeypatch.setattr(client, "has_libsumo", lambda: libsumo)
    found = client.open_client(["-b", "0"], tmp_path, options)
    assert type(found) is (Far if remote else Local)
    assert found.given == (["-b", "0"], tmp_path, options if remote else None)
