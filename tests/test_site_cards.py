from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals import site_cards
from signals.errors import FileError, InputError, RecordError, SiteCardError
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.site_card import card_of, foes_missing, to_table
from signals.scenario_search import shipped
from signals.site_cards import (
    WrittenCard,
    card_findings,
    card_paths,
    check_site_cards,
    read_site_card,
    read_site_cards,
    write_site_cards,
)
from signals.testing import two_crossroads
from tests.adapters.sumo_tee import shipped_nets
from tests.model.generated import networks
from tests.safety import layouts

NETWORK = crossroads()


def slower() -> Network:
    """The crossroads with other times."""
    place = NETWORK.intersections[0]
    groups = tuple(replace(group, min_green_ds=70) for group in place.groups)
    return replace(NETWORK, intersections=(replace(place, groups=groups),))


def renamed() -> Network:
    """The crossroads with another id."""
    return replace(NETWORK, intersections=(replace(NETWORK.intersections[0], id="middle"),))


def without_a_conflict() -> Network:
    """The crossroads with a matrix that has forgotten that the first two streets cross."""
    place = NETWORK.intersections[0]
    rows = [list(row) for row in place.intergreen_ds]
    rows[0][2] = rows[2][0] = None
    return replace(NETWORK, intersections=(replace(place, intergreen_ds=tuple(map(tuple, rows))),))


def test_cards_are_written_and_read(tmp_path: Path) -> None:
    network = two_crossroads()
    written = write_site_cards(tmp_path / "new", network)
    assert [state for _, state in written] == ["new", "new"]
    assert tuple(sorted(path for path, _ in written)) == card_paths(tmp_path / "new")
    cards = read_site_cards(tmp_path / "new")
    assert {card.id: card for card in cards} == {place.id: card_of(place, network) for place in network.intersections}
    assert read_site_card(card_paths(tmp_path / "new")[0]) == cards[0]
    check_site_cards(tmp_path / "new", network)
    assert card_findings(tmp_path / "new", network) == ()


@settings(deadline=None, max_examples=25)
@given(st.one_of(networks(), layouts.layouts.map(layouts.network)))
def test_the_text_says_what_the_table_says(network: Network) -> None:
    for place in network.intersections:
        card = card_of(place, network)
        assert tomllib.loads(site_cards._text(card)) == to_table(card)


def test_outputs_without_a_signal_are_on_the_card(tmp_path: Path) -> None:
    place = replace(NETWORK.intersections[0], link_count=18, off_links=((16, "O"), (17, "o")))
    ((path, _),) = write_site_cards(tmp_path, replace(NETWORK, intersections=(place,)))
    assert 'off_links = [{ link = 16, shows = "O" }, { link = 17, shows = "o" }]' in path.read_text().splitlines()
    assert read_site_card(path).intersection.off_links == place.off_links


@pytest.mark.parametrize("name", ['"quoted" \\ back', "tab\tand\nline", "\x7f\x00\x1b[31m", "Straße 北", "a]b = [c"])
def test_odd_ids_are_no_harm(tmp_path: Path, name: str) -> None:
    place = NETWORK.intersections[0]
    groups = tuple(replace(group, id=f"{name} {group.id}") for group in place.groups)
    network = replace(NETWORK, intersections=(replace(place, id=name, groups=groups),))
    ((path, _),) = write_site_cards(tmp_path, network)
    assert read_site_card(path) == card_of(network.intersections[0], network)
    head = path.read_text("utf-8").split("\n\nformat = ")[0]
    assert all(line.startswith("#") for line in head.split("\n"))
    assert head.replace("\n", "").isprintable()


@pytest.mark.parametrize("name", ["../up", "..", "a/b", "", "x" * 300, ".hidden", "cluster_1#2", "a b"])
def test_every_id_has_a_file_of_its_own(tmp_path: Path, name: str) -> None:
    place = replace(NETWORK.intersections[0], id=name)
    plain = replace(place, id=re.sub(r"[^a-z0-9]", "-", name)[:100] or "signal")
    network = replace(NETWORK, intersections=(place, plain))
    (path, _), (other, _) = write_site_cards(tmp_path / "cards", network)
    assert path.parent == other.parent == tmp_path / "cards"
    assert path != other
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}-[0-9a-f]{8}\.toml", path.name)
    assert other.name == f"{plain.id}.toml"
    assert list(tmp_path.iterdir()) == [tmp_path / "cards"]
    check_site_cards(tmp_path / "cards", network)


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    ((path, _),) = write_site_cards(tmp_path, NETWORK)
    first, when = path.read_bytes(), path.stat().st_mtime_ns
    assert write_site_cards(tmp_path, crossroads()) == (WrittenCard(path, "unchanged"),)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (first, when)
    assert write_site_cards(tmp_path, slower()) == (WrittenCard(path, "changed"),)
    assert path.read_bytes() != first


def test_what_else_lies_in_the_folder_is_told(tmp_path: Path) -> None:
    _, (other, _) = write_site_cards(tmp_path, two_crossroads())
    assert [state for _, state in write_site_cards(tmp_path, NETWORK)] == ["unchanged", "foreign"]
    assert write_site_cards(tmp_path, NETWORK)[-1].path == other


@pytest.mark.parametrize("text", ["a = 1", "[[", 'format = "signals-network/1"', "format = 1"])
def test_only_a_card_is_replaced(tmp_path: Path, text: str) -> None:
    network = two_crossroads()
    first, second = (path for path, _ in write_site_cards(tmp_path, network))
    first.unlink()
    second.write_text(text)
    with pytest.raises(SiteCardError, match="will not replace") as refused:
        write_site_cards(tmp_path, network)
    assert str(second) in str(refused.value)
    assert second.read_text() == text
    assert not first.exists()


def test_an_edited_card_is_replaced(tmp_path: Path) -> None:
    ((path, _),) = write_site_cards(tmp_path, NETWORK)
    good = path.read_bytes()
    path.write_bytes(good.replace(b"clearance_ds = 80", b"clearance_ds = 10"))
    with pytest.raises(SiteCardError, match="was edited"):
        read_site_card(path)
    write_site_cards(tmp_path, NETWORK)
    assert path.read_bytes() == good


def test_a_comment_may_be_added(tmp_path: Path) -> None:
    ((path, _),) = write_site_cards(tmp_path, NETWORK)
    path.write_text("# checked on site\n" + path.read_text())
    check_site_cards(tmp_path, NETWORK)


def test_a_network_that_forgets_a_conflict_has_no_cards(tmp_path: Path) -> None:
    with pytest.raises(
        SiteCardError, match=r'network "crossroads" can have no site cards; site card "centre": '
    ) as refused:
        write_site_cards(tmp_path / "cards", without_a_conflict())
    assert 'signal groups "north_ahead" and "east_ahead" do not conflict' in str(refused.value)
    assert not (tmp_path / "cards").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match="cannot write"):
        write_site_cards(tmp_path / "file", NETWORK)


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        (slower(), 'signal group "north_ahead": min_green_ds is 50 on the card, 70 in the network'),
        (without_a_conflict(), 'signal groups "north_ahead" and "east_ahead" conflict on the card, but not in the'),
        (two_crossroads(), 'site card "b:centre": there is none in "{folder}"'),
        (renamed(), 'site card "centre": the network has no such intersection'),
    ],
)
def test_a_network_that_is_not_what_the_cards_say(tmp_path: Path, network: Network, sentence: str) -> None:
    write_site_cards(tmp_path, NETWORK)
    expected = sentence.format(folder=tmp_path)
    with pytest.raises(SiteCardError, match=re.escape(expected)) as refused:
        check_site_cards(tmp_path, network)
    text = str(refused.value)
    assert text.startswith(f'network "{network.name}" does not fit its site cards; site card "')
    assert text.endswith(f'write the cards anew and check them: signals inspect NET --site-card "{tmp_path}"')
    found = card_findings(tmp_path, network)
    assert {(finding.level, finding.code) for finding in found} == {("error", "site-card")}
    assert any(
        expected in finding.text and f'site card "{finding.intersection}": ' in finding.text for finding in found
    )


def test_the_roads_are_asked_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card and a network that have forgotten the same conflict agree with each other, but not with the roads."""
    monkeypatch.setattr(site_cards, "foes_missing", lambda *_: ())
    write_site_cards(tmp_path, without_a_conflict())
    monkeypatch.undo()
    with pytest.raises(
        SiteCardError, match='"north_ahead" and "east_ahead" do not conflict, but "north_in_0>south_out_0"'
    ):
        check_site_cards(tmp_path, without_a_conflict())


def test_many_differences_are_counted(tmp_path: Path) -> None:
    write_site_cards(tmp_path, two_crossroads())
    places = tuple(
        replace(place, groups=tuple(replace(group, min_green_ds=70) for group in place.groups))
        for place in two_crossroads().intersections
    )
    network = replace(two_crossroads(), intersections=places)
    count = len(card_findings(tmp_path, network))
    with pytest.raises(SiteCardError, match=f"; and {count - 10} more\\. ") as refused:
        check_site_cards(tmp_path, network)
    assert str(refused.value).count("min_green_ds") == 10
    assert "b:centre" not in str(refused.value)


def test_of_a_part_only_its_own_cards_count(tmp_path: Path) -> None:
    whole = two_crossroads()
    write_site_cards(tmp_path, whole)
    part = replace(whole, intersections=whole.intersections[1:])
    check_site_cards(tmp_path, part, partial=True)
    with pytest.raises(SiteCardError, match='"centre": the network has no such intersection'):
        check_site_cards(tmp_path, part)
    with pytest.raises(SiteCardError, match="there is none"):
        check_site_cards(tmp_path, renamed(), partial=True)


def test_two_cards_of_one_intersection(tmp_path: Path) -> None:
    ((path, _),) = write_site_cards(tmp_path, NETWORK)
    (tmp_path / "copy.toml").write_bytes(path.read_bytes())
    with pytest.raises(SiteCardError, match=r'centre.toml" and ".*copy.toml" are both for intersection "centre"'):
        read_site_cards(tmp_path)


def test_no_cards(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(FileError, match=r'no site cards in ".*"; write them with: signals inspect NET --site-card'):
            read_site_cards(folder)


def test_something_else_in_the_folder_is_refused(tmp_path: Path) -> None:
    write_site_cards(tmp_path, NETWORK)
    (tmp_path / "network.toml").write_text('format = "signals-network/1"\nname = "x"\n')
    with pytest.raises(InputError, match=r"network\.toml"):
        read_site_cards(tmp_path)
    (tmp_path / "notes.txt").write_text("of no interest")
    (tmp_path / "network.toml").unlink()
    assert len(read_site_cards(tmp_path)) == 1


def test_the_cards_of_the_crossroads_are_what_would_be_written(tmp_path: Path) -> None:
    """Write them anew with: signals inspect crossroads --site-card scenarios/crossroads/site_cards."""
    ((path, _),) = write_site_cards(tmp_path, NETWORK)
    (card,) = card_paths(shipped()["crossroads"] / "site_cards")
    assert card.read_bytes() == path.read_bytes()


@pytest.mark.sumo
def test_a_card_is_of_one_profile(tmp_path: Path) -> None:
    from signals.adapters.sumo.install import package_path  # noqa: PLC0415
    from signals.adapters.sumo.network import read_network  # noqa: PLC0415

    net = package_path("eclipse-sumo", "tools/game/cross/cross.net.xml")
    write_site_cards(tmp_path, read_network(net))
    check_site_cards(tmp_path, read_network(net))
    with pytest.raises(SiteCardError, match=r"The times on a card are those of one timing profile"):
        check_site_cards(tmp_path, read_network(net, profile="m7"))


@pytest.mark.sumo
def test_every_network_that_comes_with_sumo_has_cards_and_no_conflict_can_be_forgotten(tmp_path: Path) -> None:
    from signals.adapters.sumo.network import read_network  # noqa: PLC0415

    forgotten = 0
    for number, (net, additionals) in enumerate(shipped_nets()):
        network = read_network(net, additionals)
        write_site_cards(tmp_path / str(number), network)
        if network.intersections:
            check_site_cards(tmp_path / str(number), network)
        for place in network.intersections:
            for one, two in combinations(range(len(place.groups)), 2):
                if place.conflict(one, two):
                    rows = [list(row) for row in place.intergreen_ds]
                    rows[one][two] = rows[two][one] = None
                    card = card_of(replace(place, intergreen_ds=tuple(map(tuple, rows))), network)
                    forgotten += 1
                    assert foes_missing(card, network)
    assert not shipped_nets() or forgotten > 500
