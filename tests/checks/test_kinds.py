from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
import tomli_w

from signals.checks.kinds import Kind, check_file, kind_of
from signals.errors import FileError, InputError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.document import to_document
from signals.model.site_card import card_of, to_table
from tests.adapters.sumo_tee import program, tee, write
from tests.checks.test_programs import FINE, instead
from tests.checks.test_state_logs import states


def files(folder: Path) -> dict[Kind, Path]:
    """One of each kind, under names that say nothing."""
    net = tee(folder, program(FINE))
    network = crossroads()
    run = folder / "run"
    run.mkdir()
    write(run, "network.toml", tomli_w.dumps(to_document(network)))
    return {
        Kind.NET: write(folder, "a", net.read_text()),
        Kind.PROGRAMS: write(folder, "b", f"<anything>{program(FINE)}</anything>"),
        Kind.STATES: write(folder, "c", f"<tlsStates>{states(FINE)}</tlsStates>"),
        Kind.NETWORK: write(folder, "d.toml", tomli_w.dumps(to_document(network))),
        Kind.CARD: write(folder, "e.toml", tomli_w.dumps(to_table(card_of(network.intersections[0], network)))),
        Kind.RUN: run,
    }


def test_a_file_is_known_by_what_stands_in_it(tmp_path: Path) -> None:
    for kind, path in files(tmp_path).items():
        assert kind_of(path) is kind
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress((tmp_path / "a").read_bytes()))
    assert kind_of(packed) is Kind.NET
    assert kind_of(write(tmp_path, "bom", "\ufeff" + (tmp_path / "a").read_text())) is Kind.NET
    assert kind_of(write(tmp_path, "signals.csv", "")) is Kind.RUN


def test_everything_is_checked_by_whoever_knows_it(tmp_path: Path) -> None:
    found = files(tmp_path)
    net = found[Kind.NET]
    assert check_file(net).kind == "SUMO network"
    assert check_file(found[Kind.PROGRAMS]).kind == "SUMO signal programs"
    assert check_file(found[Kind.PROGRAMS], net=net).breaches == ()
    assert check_file(found[Kind.STATES], net=net).kind == "SUMO record of signals"
    assert check_file(found[Kind.NETWORK]).kind == "network in TOML"
    assert check_file(found[Kind.CARD]).kind == "site card"
    with pytest.raises(Exception, match=r"signals\.csv"):
        check_file(found[Kind.RUN])


def test_a_file_of_no_kind_names_the_kinds(tmp_path: Path) -> None:
    for path in (
        write(tmp_path, "words.txt", "green"),
        write(tmp_path, "empty", ""),
        write(tmp_path, "routes.xml", "<routes><vehicle id='a'/></routes>"),
        write(tmp_path, "scenario.toml", "[scenario]\nname = 'x'"),
        write(tmp_path, "odd.toml", "format = 3"),
        tmp_path,
    ):
        with pytest.raises(FileError, match="what can be checked: a SUMO network"):
            kind_of(path)


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        kind_of(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="is a named pipe"):
        kind_of(tmp_path / "pipe")
    with pytest.raises(FileError, match=r"not well-formed|cut off"):
        check_file(write(tmp_path, "cut.net.xml", tee(tmp_path).read_text()[:900]))
    with pytest.raises(FileError, match="not TOML"):
        kind_of(write(tmp_path, "broken.toml", "[["))


def test_what_is_wanted_must_fit(tmp_path: Path) -> None:
    found = files(tmp_path)
    with pytest.raises(InputError, match="--net belongs to programs and records"):
        check_file(found[Kind.CARD], net=found[Kind.NET])
    with pytest.raises(InputError, match="give the network it belongs to"):
        check_file(found[Kind.STATES])
    with pytest.raises(UnknownNameError, match="timing profile"):
        check_file(found[Kind.NET], profile="prussia")
    with pytest.raises(UnknownNameError, match='level "errors"; did you mean "error"'):
        check_file(found[Kind.NET], level="errors")


def test_only_errors_if_nothing_else_is_wanted(tmp_path: Path) -> None:
    net = tee(tmp_path, program(instead(6, "2", "rrrrr")))
    assert [breach.level for breach in check_file(net).breaches] == ["warning"]
    assert check_file(net, level="error").breaches == ()
