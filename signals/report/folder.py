"""What a report reads: the files of a folder and nothing else."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from signals.errors import RecordError
from signals.model.document import from_document
from signals.model.network import Network
from signals.record.comparison import ComparisonRecord
from signals.record.run_folder import NETWORK_FILE, run_path
from signals.record.tables import Values, read_table

__all__ = ["Played", "Table", "network_of", "played_in"]

Table = dict[str, Values]


class Played(NamedTuple):
    """A run that left a folder.

    Attributes
    ----------
    controller, seed
        Which run it is.
    folder
        Where its tables are.
    """

    controller: str
    seed: int
    folder: Path

    def table(self, name: str) -> Table:
        """Read one of its tables. Raises `RecordError`."""
        return read_table(self.folder / f"{name}.csv")


def played_in(folder: Path, record: ComparisonRecord) -> list[Played]:
    """Return the finished runs of a comparison whose folders are there."""
    runs = [Played(r.controller, r.seed, run_path(folder, r.controller, r.seed)) for r in record.runs if r.finished]
    return [run for run in runs if run.folder.is_dir()]


def network_of(folders: Iterable[Path]) -> Network | None:
    """Read the network from the first folder that has one; `None` where none has.

    Raises
    ------
    RecordError
        When it is damaged.
    """
    for folder in folders:
        path = folder / NETWORK_FILE
        if path.is_file():
            try:
                return from_document(tomllib.loads(path.read_text("utf-8")), str(path))
            except ValueError as error:
                raise RecordError(f'"{path}" is damaged: {error}') from error
    return None
