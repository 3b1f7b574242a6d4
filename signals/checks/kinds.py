"""What a file is, by what stands in it, and who checks it."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Final

from signals.adapters.sumo.safe_xml import events
from signals.checks.breaches import LEVELS, WARNING, Report
from signals.checks.networks import check_network, check_site_card
from signals.checks.programs import check_programs
from signals.checks.state_logs import check_state_log
from signals.errors import FileError, InputError, UnknownNameError
from signals.input_files import check_regular
from signals.model.document import FORMAT
from signals.model.site_card import SITE_CARD_FORMAT
from signals.model.timing import TimingProfile
from signals.model.timing import profile as timing_profile
from signals.record.run_folder import NETWORK_FILE, RUN_FILE
from signals.scenario_file import read_toml

__all__ = ["Kind", "check_file", "kind_of"]

_TABLES: Final = frozenset({RUN_FILE, "signals.csv", "written.csv", "violations.csv"})
_START: Final = 1 << 12


class Kind(Enum):
    """What can be checked."""

    NET = "a SUMO network (.net.xml, .net.xml.gz)"
    PROGRAMS = "SUMO signal programs (<tlLogic> in an additional file, with --net)"
    STATES = "a SUMO record of signals (SaveTLSStates, with --net)"
    NETWORK = "a network in TOML (signals inspect --toml)"
    CARD = "a site card (signals inspect --site-card)"
    RUN = "the folder of a run (signals run)"


def check_file(path: Path, *, net: Path | None = None, profile: str = "rilsa", level: str = WARNING) -> Report:
    """Check whatever a file is.

    Parameters
    ----------
    path
        A file or folder of one of the kinds.
    net
        The SUMO network to which programs or a record belong.
    profile
        Name of the timing profile that says which times are required where the file does not.
    level
        ``warning``: report everything; ``error``: only what is unsafe or unusable whatever the road authority says.

    Raises
    ------
    SignalsError
        When it cannot be read, or is of no kind that can be checked.
    """
    if level not in LEVELS:
        raise UnknownNameError("level", level, LEVELS)
    report = _checked(path, kind_of(path), net, timing_profile(profile))
    kept = LEVELS[: LEVELS.index(level) + 1]
    return report._replace(breaches=tuple(breach for breach in report.breaches if breach.level in kept))


def _checked(path: Path, kind: Kind, net: Path | None, rules: TimingProfile) -> Report:
    if net is not None and kind not in (Kind.PROGRAMS, Kind.STATES):
        raise InputError(f'"{path}" is {kind.value}: --net belongs to programs and records of SUMO only')
    match kind:
        case Kind.NET:
            return check_programs(path, rules, path)
        case Kind.PROGRAMS:
            return check_programs(path, rules, net)
        case Kind.STATES:
            if net is None:
                raise InputError(f'"{path}" is a record of signals: give the network it belongs to with --net')
            return check_state_log(path, rules, net)
        case Kind.NETWORK:
            return check_network(path, rules)
        case Kind.CARD:
            return check_site_card(path, rules)
        case Kind.RUN:
            from signals.checks.runs import check_run  # noqa: PLC0415  only the witness of runs is compiled

            return check_run(path if path.is_dir() else path.parent)


def kind_of(path: Path) -> Kind:
    """Say what a file is by what stands in it.

    Raises
    ------
    FileError
        When it cannot be read or is of no kind that can be checked.
    """
    if path.is_dir():
        if (path / NETWORK_FILE).is_file():
            return Kind.RUN
        raise FileError(f'"{path}" has no {NETWORK_FILE}, so it is not the folder of a run; {_known()}')
    if path.name in _TABLES:
        return Kind.RUN
    start = _start(path)
    if start.startswith(b"\x1f\x8b") or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _kind_of_xml(path)
    formats = {FORMAT: Kind.NETWORK, SITE_CARD_FORMAT: Kind.CARD}
    said = read_toml(path).get("format") if path.suffix == ".toml" else None
    for known, kind in formats.items():
        if isinstance(said, str) and said.partition("/")[0] == known.partition("/")[0]:
            return kind
    raise FileError(f'"{path}" cannot be checked; {_known()}')


def _start(path: Path) -> bytes:
    try:
        check_regular(path)
        with path.open("rb") as file:
            return file.read(_START)
    except OSError as error:
        raise FileError(f'cannot read "{path}": {error.strerror}') from error


def _kind_of_xml(path: Path) -> Kind:
    """Go by the first element that tells."""
    first = next(events(path, {"edge", "tlLogic", "tlsState"}), None)
    if first is None:
        raise FileError(f'"{path}" has no <tlLogic>; {_known()}')
    return {"edge": Kind.NET, "tlLogic": Kind.PROGRAMS, "tlsState": Kind.STATES}[first.tag]


def _known() -> str:
    return "what can be checked: " + ", ".join(kind.value for kind in Kind)
