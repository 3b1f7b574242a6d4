"""The folder of site cards: one TOML file per intersection, held against the network before a run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple, cast

from signals.errors import FileError, SiteCardError
from signals.model.network import Finding, Network
from signals.model.site_card import SITE_CARD_FORMAT, SiteCard, card_of, differences, foes_missing, from_table, to_table
from signals.record.file_names import file_name
from signals.record.files import write_whole
from signals.scenario_file import read_toml
from signals.text import plain

__all__ = [
    "WrittenCard",
    "card_findings",
    "card_paths",
    "check_site_cards",
    "read_site_card",
    "read_site_cards",
    "write_site_cards",
]

_CODE = "site-card"
_MOST_SENTENCES = 10
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_WRITE = "signals inspect NET --site-card"

_HEAD = """\
# Site card of signal "{id}": what its controller must be, whatever software asks it for green.
#
# Written by: {write} FOLDER
# Do not edit it: a card that does not match its hash is refused. When the junction or its times have changed, write
# the card anew with the same command, and check what is different. Before a run the card is held against the network
# that was read; where they differ, the run does not start.
#
# Times are tenths of a second: 50 is 5 s. Links are places in the state of the signal, counted from 0; permissive_links
# show the green that yields. intergreen_ds names every group that conflicts with the one above it, and the time from
# the end of green of the one above to the start of green of the one named; 0 is a conflict, too. A group that is not
# named may be green at the same time.
"""


class WrittenCard(NamedTuple):
    """What became of a card.

    Attributes
    ----------
    path
        Its file.
    state
        ``new``, ``changed``, ``unchanged``, or ``foreign``: it was there before and is of no intersection of the
        network.
    """

    path: Path
    state: Literal["new", "changed", "unchanged", "foreign"]


def write_site_cards(folder: Path, network: Network) -> tuple[WrittenCard, ...]:
    """Write the card of every intersection of a network; the same network gives the same bytes.

    Parameters
    ----------
    folder
        Where; it is made where it is missing. Cards that are there are replaced, other files never.
    network
        The network.

    Returns
    -------
    tuple of WrittenCard
        One for each intersection, then those in the folder that are of no intersection of the network.

    Raises
    ------
    SiteCardError
        When the groups of two movements that meet do not conflict, or a file that is no card has the name of one.
        Nothing is written then.
    RecordError
        When a file cannot be written.
    """
    cards = [card_of(place, network) for place in network.intersections]
    wrong = {card.id: sentences for card in cards if (sentences := foes_missing(card, network))}
    if wrong:
        raise SiteCardError(f'network "{network.name}" can have no site cards; {_some(wrong)}')
    texts = {folder / f"{file_name(card.id, 'signal')}.toml": _text(card).encode() for card in cards}
    written = [WrittenCard(path, _state(path, text)) for path, text in texts.items()]
    for path, state in written:
        if state != "unchanged":
            write_whole(path, texts[path])
    foreign = [WrittenCard(path, "foreign") for path in sorted(folder.glob("*.toml")) if path not in texts]
    return (*written, *foreign)


def read_site_card(path: Path) -> SiteCard:
    """Read one card.

    Raises
    ------
    FileError
        When it is missing or no TOML.
    SiteCardError, UnknownNameError
        When it is no site card, was edited, or something in it is wrong.
    """
    return from_table(read_toml(path), str(path))


def read_site_cards(folder: Path) -> tuple[SiteCard, ...]:
    """Read every card of a folder, in the order of their files; raises as `read_site_card`, and where two are alike."""
    found: dict[str, Path] = {}
    cards = []
    for path in card_paths(folder):
        card = read_site_card(path)
        if card.id in found:
            raise SiteCardError(f'"{found[card.id]}" and "{path}" are both for intersection "{card.id}"; delete one')
        found[card.id] = path
        cards.append(card)
    return tuple(cards)


def card_paths(folder: Path) -> tuple[Path, ...]:
    """Return the files of the cards in a folder. Raises `FileError` where there are none."""
    paths = tuple(sorted(folder.glob("*.toml")))
    if not paths:
        raise FileError(f'there are no site cards in "{folder}"; write them with: {_WRITE} "{folder}"')
    return paths


def card_findings(folder: Path, network: Network, *, partial: bool = False) -> tuple[Finding, ...]:
    """Hold the cards of a folder against a network.

    Parameters
    ----------
    folder
        Where the cards are.
    network
        What was read.
    partial
        Whether the network is only a part of what there are cards for; cards of other intersections are then left
        alone.

    Returns
    -------
    tuple of Finding
        Every difference, as an error of the intersection; nothing where all is well.

    Raises
    ------
    FileError, SiteCardError, UnknownNameError
        When a card cannot be read or was edited.
    """
    return tuple(
        Finding("error", name, _CODE, f'site card "{name}": {sentence}')
        for name, sentences in _judged(folder, network, partial=partial).items()
        for sentence in sentences
    )


def check_site_cards(folder: Path, network: Network, *, partial: bool = False) -> None:
    """Refuse a network that is not what its cards say; parameters and errors as of `card_findings`.

    Raises
    ------
    SiteCardError
        With the first differences, and what to do about them.
    """
    found = _judged(folder, network, partial=partial)
    if found:
        raise SiteCardError(
            f'network "{network.name}" does not fit its site cards; {_some(found)}. The times on a card are those of '
            "one timing profile and of the plans that the network deploys. If the network is right, write the cards "
            f'anew and check them: {_WRITE} "{folder}"'
        )


def _judged(folder: Path, network: Network, *, partial: bool) -> dict[str, tuple[str, ...]]:
    """Return, by the intersections that do not fit, in what."""
    cards = {card.id: card for card in read_site_cards(folder)}
    found: dict[str, tuple[str, ...]] = {}
    for place in network.intersections:
        card = cards.pop(place.id, None)
        if card is None:
            found[place.id] = (f'there is none in "{folder}"',)
        else:
            found[place.id] = (*differences(card, card_of(place, network)), *foes_missing(card, network))
    if not partial:
        found |= dict.fromkeys(cards, ("the network has no such intersection",))
    return {name: sentences for name, sentences in found.items() if sentences}


def _some(found: Mapping[str, Sequence[str]]) -> str:
    """Put the first sentences into one, each intersection named once."""
    parts, room = [], _MOST_SENTENCES
    for name, sentences in found.items():
        if room > 0:
            parts.append(f'site card "{name}": {"; ".join(sentences[:room])}')
        room -= len(sentences)
    return "; ".join(parts) + (f"; and {-room} more" if room < 0 else "")


def _state(path: Path, text: bytes) -> Literal["new", "changed", "unchanged"]:
    """Say what will become of a file; refuse what is no card."""
    with suppress(OSError):  # where it cannot be looked for, it cannot be written, which is said then
        if path.is_file():
            return _replaced(path, text)
    return "new"


def _replaced(path: Path, text: bytes) -> Literal["changed", "unchanged"]:
    try:
        said = str(read_toml(path).get("format"))
    except FileError as error:
        raise SiteCardError(f"will not replace what is no site card: {error}") from error
    if said.partition("/")[0] != SITE_CARD_FORMAT.partition("/")[0]:
        raise SiteCardError(f'will not replace "{path}", which is no site card; choose another folder')
    return "unchanged" if path.read_bytes() == text else "changed"


def _text(card: SiteCard) -> str:
    """Write a card as TOML: a comment for people, a key a line, groups apart."""
    table = to_table(card)
    groups = cast("list[dict[str, object]]", table.pop("groups"))
    lines = [_HEAD.format(id=plain(card.id), write=_WRITE), *_lines(table)]
    for group in groups:
        between = cast("Mapping[str, int]", group.pop("intergreen_ds", {}))
        lines += ["", "[[groups]]", *_lines(group)]
        if between:
            lines += ["[groups.intergreen_ds]", *_lines(between)]
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{key if _BARE_KEY.fullmatch(key) else _toml(key)} = {_toml(value)}"


def _toml(value: object) -> str:
    """Write a text, a whole number, or a list or table of these, on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(_lines(value))} }}"
    # A text of JSON is one of TOML, but for the one control character that JSON does not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
