"""The audit log of a drive: what came in, what was wanted, what was sent, what was answered and what was shown.

A folder of numbered files (`signals.record.chain`), each of which begins with the last checksum of the one before. It
is only ever added to; nothing in it names a traveller, and no secret is in it.

Writing and waiting for the disk happens in a thread of its own, so that a tick need not wait for it. Entries are
written in the order in which they were noted; what a crash loses is the end, never something in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from signals.errors import FileError, RecordError
from signals.record.chain import ChainFile, ChainKind, Tail, read_chain
from signals.record.files import not_written

__all__ = ["SEGMENT_BYTES", "AuditLog", "AuditStory", "audit_files", "read_audit"]

KIND: Final = ChainKind(
    "signals-audit/1",
    "audit log",
    "what follows cannot be trusted; keep the file as it is, and compare it with a copy",
    says_more=True,
)

SEGMENT_BYTES: Final = 64 * 2**20
"""From this size on a new file is begun."""

NAME: Final = "audit-{:06d}.jsonl"
PATTERN: Final = "audit-[0-9]*.jsonl"

Entry = Mapping[str, object]


class AuditStory(NamedTuple):
    """What an audit log turned out to be.

    Attributes
    ----------
    files
        The files that were read, in order.
    entries
        How many entries there are.
    torn
        Whether the last entry was never finished, and left out.
    check
        The last checksum: whoever keeps it elsewhere can show later that nothing before it was changed; empty where
        nothing was ever written.
    """

    files: tuple[Path, ...]
    entries: int
    torn: bool
    check: str


class AuditLog:
    """An audit log that is open for adding to, by one process at a time. A context manager that ends with `sync`.

    Parameters
    ----------
    folder
        Where its files are; made where it is missing.
    about
        What every file says in its first line: versions, hashes of the configuration and the network.
    segment_bytes
        From this size on a new file is begun.
    now
        The clock on the wall.

    Raises
    ------
    FileError
        When its last file is damaged.
    RecordError
        When it cannot be written, or another process has it open.
    """

    def __init__(
        self,
        folder: Path,
        about: Entry,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder, self._about, self._segment_bytes, self._now = folder, dict(about), segment_bytes, now
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(folder, error) from error
        found = audit_files(folder)
        self._number = int(found[-1].stem.rpartition("-")[2]) if found else 1
        self._file = self._opened(
            self._number, lambda: read_chain(found[-2], KIND, _known).check if len(found) > 1 else ""
        )
        self._noted: list[Sequence[Entry]] = []
        self._writer = ThreadPoolExecutor(1, "audit")
        self._saving: tuple[Future[None], list[Sequence[Entry]]] | None = None

    def __enter__(self) -> Self:
        """Do nothing: it is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write the rest, and let another process have it."""
        try:
            self.sync()
        finally:
            self._writer.shutdown()
            self._file.close()

    @property
    def check(self) -> str:
        """The checksum of the last entry; everything is on the disk then. Raises `RecordError`."""
        self.sync()
        return self._file.tail.check

    def note(self, entries: Iterable[Entry]) -> None:
        """Add entries, all or none, with the time on the wall; they reach the disk with `save`.

        Parameters
        ----------
        entries
            Plain tables (texts, numbers, truth values, lists of them) with a key ``kind``; nobody changes them later.
        """
        at = self._now().isoformat(timespec="milliseconds")
        rows = [{"at": at, **entry} for entry in entries]
        if rows:
            self._noted.append(rows)

    def save(self) -> None:
        """Begin to bring to the disk what was noted, after all that was saved before, and return.

        Raises
        ------
        RecordError
            When what was saved before could not be written; it is tried again the next time.
        """
        self._end_saving()
        if self._noted:
            noted, self._noted = self._noted, []
            self._saving = self._writer.submit(self._write, noted), noted

    def sync(self) -> None:
        """Return when everything is on the disk. Raises `RecordError`."""
        self.save()
        self._end_saving()

    def _end_saving(self) -> None:
        """Wait for what is being saved; what could not be written is noted still."""
        if self._saving is None:
            return
        saving, rest = self._saving
        try:
            saving.result()  # an interrupt here changes nothing: the next call waits again
        except RecordError:
            self._saving = None
            self._noted[:0] = rest
            raise
        self._saving = None

    def _write(self, noted: list[Sequence[Entry]]) -> None:
        """Write in the writer's thread; what is written is taken off the list."""
        while noted:
            if self._file.tail.length >= self._segment_bytes:
                self._go_on_in_another()
            self._file.add(noted[0], sync=False)
            del noted[0]
        self._file.sync()

    def _go_on_in_another(self) -> None:
        before = self._file
        before.sync()
        self._file = self._opened(self._number + 1, lambda: before.tail.check)
        self._number += 1
        before.close()

    def _opened(self, number: int, after: Callable[[], str]) -> ChainFile:
        """Open the file of a number; one that is begun says which checksum it comes after."""

        def header() -> Entry:
            return {"after": after(), "at": self._now().isoformat(timespec="milliseconds"), **self._about}

        return ChainFile(self._folder / NAME.format(number), KIND, _known, header)


def audit_files(path: Path) -> tuple[Path, ...]:
    """Return the files of an audit log, in order: those of a folder, or the file itself."""
    return tuple(sorted(path.glob(PATTERN))) if path.is_dir() else (path,)


def read_audit(path: Path, on_entry: Callable[[Entry], None] | None = None) -> AuditStory:
    """Read an audit log and verify it.

    Parameters
    ----------
    path
        Its folder, or one of its files.
    on_entry
        Is given every entry, and the first line of every file.

    Returns
    -------
    AuditStory
        What it is.

    Raises
    ------
    FileError
        When it is not there or is damaged, or a file of it is missing; names the file, the line and what to do.
    """
    files = audit_files(path)
    if not files:
        raise FileError(f'"{path}" has no audit log in it ({PATTERN})')
    reader = _Reader(on_entry)
    tails = [reader.read(file, first=number == 0, last=file == files[-1]) for number, file in enumerate(files)]
    return AuditStory(files, reader.entries, tails[-1].torn, reader.check)


class _Reader:
    """Reads one file after the other, and sees whether each follows the one before."""

    def __init__(self, on_entry: Callable[[Entry], None] | None) -> None:
        self.entries, self.check, self._on_entry = 0, "", on_entry
        self._header: Entry = {}

    def read(self, file: Path, *, first: bool, last: bool) -> Tail:
        self._header = {}
        tail = read_chain(file, KIND, self._take)
        if last and not tail.check:  # its first line was never finished: whoever adds to the log begins it anew
            return tail
        if not first and self._header.get("after") != self.check:
            raise FileError(f'"{file}" does not follow the file before it: one is missing, or was cut; {KIND.advice}')
        self.check = tail.check
        return tail

    def _take(self, entry: Entry) -> None:
        _known(entry)
        if entry["kind"] == "file":
            self._header = dict(entry)
        else:
            self.entries += 1
        if self._on_entry is not None:
            self._on_entry(entry)


def _known(entry: Entry) -> None:
    """Refuse what is no entry, with `KeyError` or `TypeError`."""
    if not isinstance(entry["kind"], str) or not isinstance(entry["at"], str):
        raise TypeError(entry)
