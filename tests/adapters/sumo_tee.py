"""A small SUMO network, written out, and the networks that come with packages.

Traffic from the north goes straight on (link 0). From the west it goes straight on (1) or turns right (3), from the
east it turns left (2), in two lanes inside the junction. People cross the southern arm (4).
"""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path

SAFE = (("20", "rGggG"), ("3", "ryyyr"), ("2", "rrrrr"), ("15", "Grrrr"), ("3", "yrrrr"), ("2", "rrrrr"))

_LANES = {
    "in_n": ("0,100 0,12", "13.89", ""),
    "in_w": ("-100,-2 -12,-2", "13.89", ""),
    "in_e": ("100,2 12,2", "13.89", ""),
    "out_s": ("0,-12 0,-100", "13.89", ""),
    "out_e": ("12,-2 100,-2", "13.89", ""),
    ":C_0": ("0,12 0,-12", "13.89", "internal"),
    ":C_1": ("-12,-2 12,-2", "13.89", "internal"),
    ":C_2": ("12,2 4,2", "6.0", "internal"),
    ":C_3": ("-12,-2 -4,-4 0,-12", "6.0", "internal"),
    ":C_5": ("4,2 0,-4 0,-12", "7.0", "internal"),
    ":C_c0": ("-6,-9 6,-9", "2.78", "crossing"),
    ":C_w0": ("-7,-9 -6,-9", "2.78", "walkingarea"),
    ":C_w1": ("6,-9 7,-9", "2.78", "walkingarea"),
}
_CONNECTIONS = """
  <connection from="in_n" to="out_s" fromLane="0" toLane="0" via=":C_0_0" tl="C" linkIndex="0" dir="s" state="o"/>
  <connection from="in_w" to="out_e" fromLane="0" toLane="0" via=":C_1_0" tl="C" linkIndex="1" dir="s" state="o"/>
  <connection from="in_e" to="out_s" fromLane="0" toLane="0" via=":C_2_0" tl="C" linkIndex="2" dir="l" state="o"/>
  <connection from="in_w" to="out_s" fromLane="0" toLane="0" via=":C_3_0" tl="C" linkIndex="3" dir="r" state="o"/>
  <connection from=":C_0" to="out_s" fromLane="0" toLane="0" dir="s" state="M"/>
  <connection from=":C_2" to="out_s" fromLane="0" toLane="0" via=":C_5_0" dir="l" state="m"/>
  <connection from=":C_5" to="out_s" fromLane="0" toLane="0" dir="l" state="M"/>
  <connection from=":C_w0" to=":C_c0" fromLane="0" toLane="0" tl="C" linkIndex="4" dir="s" state="M"/>
  <connection from=":C_c0" to=":C_w1" fromLane="0" toLane="0" dir="s" state="M"/>
"""
_JUNCTION = """
  <junction id="C" type="traffic_light" x="0" y="0" incLanes="in_n_0 in_w_0 in_e_0 :C_w0_0"
      intLanes=":C_0_0 :C_1_0 :C_5_0 :C_3_0 :C_c0_0">
    <request index="0" response="00000" foes="11110" cont="0"/>
    <request index="1" response="00000" foes="00101" cont="0"/>
    <request index="2" response="11010" foes="11011" cont="1"/>
    <request index="3" response="10000" foes="10101" cont="0"/>
    <request index="4" response="00000" foes="01101" cont="0"/>
  </junction>
  <junction id=":C_5_0" type="internal" x="4" y="2" incLanes=":C_2_0 in_w_0" intLanes=":C_1_0 :C_3_0 :C_c0_0"/>
"""

Steps = tuple[tuple[str, ...], ...]


def program(steps: Steps = SAFE, *, name: str = "0", kind: str = "static", offset: str = "0", signal: str = "C") -> str:
    """A ``<tlLogic>``; a step is a duration, a state and, if wanted, more attributes."""
    rows = "".join(f'<phase duration="{step[0]}" state="{step[1]}" {" ".join(step[2:])}/>\n' for step in steps)
    return f'<tlLogic id="{signal}" type="{kind}" programID="{name}" offset="{offset}">\n{rows}</tlLogic>\n'


def tee_text(*programs: str, more: str = "") -> str:
    """The network as text; without programs it has the safe one."""
    edges = ""
    for edge, (shape, speed, function) in _LANES.items():
        points = [tuple(map(float, point.split(","))) for point in shape.split()]
        length = sum(((x - a) ** 2 + (y - b) ** 2) ** 0.5 for (a, b), (x, y) in pairwise(points))
        people = 'allow="pedestrian"' if edge.startswith((":C_c", ":C_w")) else ""
        kind = f'function="{function}"' if function else ""
        edges += (
            f'<edge id="{edge}" {kind}>'
            f'<lane id="{edge}_0" index="0" speed="{speed}" length="{length:.2f}" shape="{shape}" {people}/></edge>\n'
        )
    signals = "".join(programs) if programs else program()
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<net version="1.20">\n{edges}{signals}{_JUNCTION}{_CONNECTIONS}{more}</net>\n'


def tee(folder: Path, *programs: str, more: str = "") -> Path:
    """Write the network into a folder."""
    return write(folder, "tee.net.xml", tee_text(*programs, more=more))


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def additional(folder: Path, text: str, name: str = "more.add.xml") -> Path:
    return write(folder, name, f"<additional>\n{text}\n</additional>\n")


def package(name: str) -> Path | None:
    """Where a package is installed, without importing it."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else None


def shipped_nets() -> list[tuple[Path, tuple[Path, ...]]]:
    """Every network that comes with SUMO and with sumo-rl, with the additional files of its scenario."""
    nets: list[tuple[Path, tuple[Path, ...]]] = []
    sumo, sumo_rl = package("sumo"), package("sumo_rl")
    if sumo is not None:
        game = sumo / "tools" / "game"
        extra = {
            "cross": ("cross.tls.add.xml",),
            "fkk_in": ("fkk_in.tls.add.xml",),
            "fokr_bs_demo": ("vtypes_default.add.xml", "signalPlan.add.xml"),
            "grid6": ("grid6.tll.xml",),
            "square": ("square.tll.xml",),
        }
        for net in sorted((sumo / "tools").rglob("*.net.xml*")):
            names = extra.get(net.parent.name, ()) if game in net.parents else ()
            found = [net.parent / name for name in names] or sorted(net.parent.glob("*tls*.add.xml"))[:1]
            nets.append((net, tuple(found)))
    if sumo_rl is not None:
        nets.extend((net, ()) for net in sorted((sumo_rl / "nets").rglob("*.net.xml")))
    return nets


def shipped(part: str) -> tuple[Path, tuple[Path, ...]] | None:
    """The first such network whose path ends so, or None where its package is not installed."""
    return next((found for found in shipped_nets() if found[0].as_posix().endswith(part)), None)
