"""What a drive is told: read strictly, and never in plain text to strangers."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.drive.config import CabinetPart, Level, address_of, check_intersections, read_drive_file
from signals.errors import InputError, ScenarioError, UnknownNameError

HEAD = 'format = 1\n[drive]\nscenario = "crossroads"\n'
ONE = HEAD + '[[cabinets]]\nintersection = "J"\naddress = "tlcfi://127.0.0.1:11501/K1"\n'


def read(tmp_path: Path, text: str) -> object:
    path = tmp_path / "drive.toml"
    path.write_text(text)
    return read_drive_file(path)


def test_a_level_is_observe_unless_somebody_says_more(tmp_path: Path) -> None:
    (tmp_path / "drive.toml").write_text(ONE + '[[cabinets]]\nintersection = "K"\naddress = "a://h"\nlevel = "plan"\n')
    file = read_drive_file(tmp_path / "drive.toml")
    assert [file.level_of(part) for part in file.cabinets] == [Level.OBSERVE, Level.PLAN]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "begins with format = 1; there is none"),
        (HEAD.replace("1", "2"), "begins with format = 1; got 2"),
        (ONE.replace("crossroads", ""), "drive.scenario must not be empty"),
        (ONE.replace("[[", 'audit = ""\n[[', 1), "drive.audit must not be empty"),
        (HEAD, r"at least one \[\[cabinets\]\]"),
        (ONE.replace("address", "adress"), 'unknown key .*cabinets.*adress"; did you mean'),
        (
            ONE + 'level = "drive"\n',
            'unknown value of cabinets.0..level .* "drive"; .* \\(known: advise, direct, observe, plan\\)',
        ),
        (ONE + ONE.removeprefix(HEAD), 'intersection "J" has two cabinets'),
        (ONE.replace('scenario = "crossroads"', ""), "drive.scenario is missing"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        read(tmp_path, text)
    assert "drive.toml" in str(caught.value)


def test_a_byte_order_mark_of_an_editor_is_not_in_the_way(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + ONE) == read(tmp_path, ONE)


def test_an_address_in_parts(tmp_path: Path) -> None:
    part = CabinetPart(
        intersection="J",
        address="rsmp://127.0.0.1:12111/RN%2BSI0001",
        options={"a": 1},
        secrets_env={"code": "CODE"},
    )
    found = address_of(part, tmp_path, {"CODE": "1234"})
    assert (found.scheme, found.host, found.port, found.name) == ("rsmp", "127.0.0.1", 12111, "RN+SI0001")
    assert (found.options, found.secrets) == ({"a": 1}, {"code": "1234"})
    assert "1234" not in repr(found)


@pytest.mark.parametrize(
    "address",
    ["", "tlcfi:", "host:1", "tlcfi://h:99999", "tlcfi://h:x", "tlcfi://user:pw@h/J", "tlcfi://h/J?x=1", "mod:Class"],
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(ScenarioError, match='"J": address must be'):
        address_of(CabinetPart(intersection="J", address=address), tmp_path, {})


@pytest.mark.parametrize(
    "address",
    ["tlcfi://10.0.0.7/J", "ntcip://cabinet.example/1", "rsmp://10.0.0.7/S", "rsmp://:12111/S", "rsmp://0.0.0.0/S"],
)
def test_plain_text_is_not_spoken_to_another_machine(tmp_path: Path, address: str) -> None:
    part = CabinetPart(intersection="J", address=address)
    with pytest.raises(ScenarioError, match="plain text: encrypt it"):
        address_of(part, tmp_path, {})
    lab = CabinetPart(intersection="J", address=address, insecure_lab=True)
    assert address_of(lab, tmp_path, {}).scheme == address.partition(":")[0]
    option = "snmpv3" if address.startswith("ntcip") else "tls"
    safe = CabinetPart(intersection="J", address=address, options={option: True})
    assert address_of(safe, tmp_path, {}).options == {option: True}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "localhost", "[::1]"])
def test_this_machine_may_be_spoken_to(tmp_path: Path, host: str) -> None:
    assert address_of(CabinetPart(intersection="J", address=f"ntcip://{host}:501"), tmp_path, {}).port == 501


def test_a_plug_in_looks_after_itself(tmp_path: Path) -> None:
    assert address_of(CabinetPart(intersection="J", address="mine://10.0.0.7"), tmp_path, {}).scheme == "mine"


def test_an_intersection_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "drive.toml").write_text(ONE)
    file = read_drive_file(tmp_path / "drive.toml")
    check_intersections(file, {"J": 0})
    with pytest.raises(UnknownNameError, match='unknown intersection "J"; did you mean "J1"'):
        check_intersections(file, {"J1": 0})
