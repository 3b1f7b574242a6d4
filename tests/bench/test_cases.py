from __future__ import annotations

from pathlib import Path

from signals.bench.cases import Case, Ground

GROUND = Ground("M", "cologne1", "C", 1.0)


def test_every_run_has_a_file_of_its_own() -> None:
    cases = [
        Case(GROUND._replace(**{key: value}), name, seed)  # type: ignore[arg-type]
        for key, value in (("rules", "M7"), ("site", "grid4x4"), ("tier", "A"), ("demand", 0.6), ("demand", 1.2))
        for name in ("net", "mine:Own", "mine/Own")
        for seed in (1, 2)
    ]
    paths = {case.path(Path("out")) for case in cases}
    assert len(paths) == len(cases)
    assert Case(GROUND, "net", 3).path(Path("out")) == Path("out/runs/cologne1/M-C-1/net/seed-3.json")
    assert all(path.is_relative_to("out/runs") and ".." not in path.parts for path in paths)


def test_people_read_which() -> None:
    assert str(Case(GROUND, "net", 3)) == "cologne1 M C x1, net"
    assert GROUND.setting == ("M", "C", 1.0)
