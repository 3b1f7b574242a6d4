"""Reading XML that may be broken or hostile: streamed, bounded, and never more than a file.

Document types and entities are refused outright, so that neither entity bombs nor external entities can exist; what
grows is counted. SUMO itself unpacks whatever it is given.
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, NoReturn
from xml.parsers import expat

from signals.errors import FileError

__all__ = ["LIMITS", "Element", "Limits", "events"]

_CHUNK = 1 << 17
_SLACK = 1 << 18
_GZIP = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be.

    Parameters
    ----------
    size_bytes
        Bytes, after unpacking.
    ratio
        How often larger than the packed file the unpacked one may be.
    depth
        Elements within elements.
    elements
        Elements in the whole file.
    subtree
        Elements within one that was asked for.
    attributes
        Attributes of one element.
    names
        Different names of elements and attributes.
    tag_bytes
        Length of one tag, comment or instruction.
    """

    size_bytes: int = 2 << 30
    ratio: int = 200
    depth: int = 200
    elements: int = 50_000_000
    subtree: int = 1_000_000
    attributes: int = 200
    names: int = 10_000
    tag_bytes: int = 8 << 20


LIMITS = Limits()
"""What holds unless something else is asked for."""


class Element(NamedTuple):
    """An element with everything inside it, except text.

    Attributes
    ----------
    tag
        Its name.
    attributes
        Its attributes.
    children
        The elements directly inside it.
    line
        The line on which it begins.
    path
        The file it stands in.
    """

    tag: str
    attributes: dict[str, str]
    children: list[Element]
    line: int
    path: Path


def events(
    path: Path, tags: Collection[str], *, root: Collection[str] = (), limits: Limits = LIMITS
) -> Iterator[Element]:
    """Read a file and yield the elements of some names, in order, each when it is complete.

    Parameters
    ----------
    path
        A plain or gzip-packed XML file (told apart by its first bytes); never a URL.
    tags
        Names of the elements to yield. One inside another comes as its child only.
    root
        Names that the outermost element may have; anything, if empty.
    limits
        What is too large.

    Raises
    ------
    FileError
        When the file is missing, empty, cut off, not XML, of another kind, hostile or too large. Elements before the
        fault may have been yielded by then.
    """
    collector = _Collector(path, frozenset(tags), frozenset(root), limits)
    empty = True
    for chunk in _chunks(path, limits):
        if empty:
            chunk = _checked_start(path, chunk)  # noqa: PLW2901  a leading byte order mark is dropped
            empty = False
        collector.feed(chunk)
        yield from collector.take()
    if empty:
        raise FileError(f"{path}: the file is empty")
    collector.end()
    yield from collector.take()


def _chunks(path: Path, limits: Limits) -> Iterator[bytes]:
    """Read a file piece by piece, unpacked, and count what comes out."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileError(f"{path}: not a file")
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            size = 0
            for chunk in _unpacked(path, file, limits) if packed else iter(lambda: file.read(_CHUNK), b""):
                size += len(chunk)
                if size > limits.size_bytes:
                    raise FileError(f"{path}: larger than {limits.size_bytes} bytes")
                yield chunk
    except FileNotFoundError:
        raise FileError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise FileError(f"{path}: cannot be read ({error})") from error


def _unpacked(path: Path, file: BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Unpack the members of a gzip file, stopping as soon as they swell too much."""
    inflate = zlib.decompressobj(wbits=31)
    read = written = 0
    data = b""
    try:
        while data := data or file.read(_CHUNK):
            if inflate.eof:
                inflate = zlib.decompressobj(wbits=31)
            chunk = inflate.decompress(data, _CHUNK)
            # Some programs pad with zeros behind the last member.
            left = inflate.unconsumed_tail or inflate.unused_data.lstrip(b"\0")
            read += len(data) - len(left)
            written += len(chunk)
            if written > limits.ratio * read + _SLACK:
                raise FileError(f"{path}: unpacks to more than {limits.ratio} times its size; refused as a gzip bomb")
            data = left
            if chunk:
                yield chunk
    except zlib.error as error:
        raise FileError(f"{path}: damaged gzip data ({error})") from error
    if not inflate.eof:
        raise FileError(f"{path}: the gzip data end too early; the file is cut off")


def _checked_start(path: Path, chunk: bytes) -> bytes:
    """Refuse what is plainly not XML in a common encoding; drop a leading UTF-8 byte order mark."""
    if chunk.startswith(_WIDE_BOMS) or b"\0" in chunk[:4]:
        raise FileError(f"{path}: expected UTF-8 text; this is UTF-16, UTF-32 or binary data")
    chunk = chunk.removeprefix(_UTF8_BOM)
    if not chunk.lstrip().startswith(b"<"):
        raise FileError(f"{path}: not an XML file (it does not begin with <)")
    return chunk


class _Collector:
    """Builds the elements that were asked for out of expat's calls."""

    def __init__(self, path: Path, tags: frozenset[str], root: frozenset[str], limits: Limits) -> None:
        self._path, self._tags, self._root, self._limits = path, tags, root, limits
        self._names: dict[str, str] = {}
        parser = expat.ParserCreate(intern=self._names)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._doctype
        self._parser = parser
        self._fed = self._depth = self._count = self._within = 0
        self._open: list[Element] = []
        self._done: list[Element] = []

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the file."""
        self._fed += len(chunk)
        try:
            self._parser.Parse(chunk, False)  # noqa: FBT003  the interface of expat
        except expat.ExpatError as error:
            self._refuse(f"not well-formed XML ({expat.ErrorString(error.code)})", error.lineno)
        if self._fed - self._parser.CurrentByteIndex > self._limits.tag_bytes:
            self._refuse(f"a tag of more than {self._limits.tag_bytes} bytes")
        if len(self._names) > self._limits.names:
            self._refuse(f"more than {self._limits.names} different names of elements and attributes")

    def end(self) -> None:
        """Take the end of the file."""
        try:
            self._parser.Parse(b"", True)  # noqa: FBT003  the interface of expat
        except expat.ExpatError as error:
            self._refuse("the file ends in the middle; it is cut off", error.lineno)

    def take(self) -> list[Element]:
        """Hand over what is complete."""
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._count and self._root and tag not in self._root:
            wanted = " or ".join(f"<{name}>" for name in sorted(self._root))
            self._refuse(f"expected {wanted} as the outermost element, found <{tag}>")
        self._depth += 1
        self._count += 1
        if self._depth > self._limits.depth:
            self._refuse(f"elements within elements more than {self._limits.depth} deep")
        if self._count > self._limits.elements:
            self._refuse(f"more than {self._limits.elements} elements")
        if len(attributes) > self._limits.attributes:
            self._refuse(f"more than {self._limits.attributes} attributes in one element")
        if self._open or tag in self._tags:
            self._within += 1
            if self._within > self._limits.subtree:
                self._refuse(f"more than {self._limits.subtree} elements within <{self._open[0].tag}>")
            self._open.append(Element(tag, attributes, [], self._parser.CurrentLineNumber, self._path))

    def _end(self, _: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._within = 0
            self._done.append(element)

    def _declaration(self, _: str, encoding: str | None, __: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            self._refuse(f'encoding "{encoding}" is not supported; save the file as UTF-8')

    def _doctype(self, *_: object) -> None:
        self._refuse("document types and entities are not allowed")

    def _refuse(self, why: str, line: int | None = None) -> NoReturn:
        raise FileError(f"{self._path}, line {line or self._parser.CurrentLineNumber}: {why}")
