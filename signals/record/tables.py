"""Tables: columns in memory, CSV on disk, Parquet beside it where pyarrow is installed.

The same data gives the same bytes. A number is written in the shortest form that reads back as the same number, an
unknown one as an empty cell.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from signals.errors import RecordError
from signals.input_files import check_regular
from signals.record.dictionary import AT_FIRST, TABLES, Column
from signals.record.files import write_whole

__all__ = ["Columns", "Values", "read_table", "write_dictionary", "write_table"]

Values = npt.NDArray[np.int64] | npt.NDArray[np.float64] | npt.NDArray[np.str_]

Columns = Mapping[str, npt.ArrayLike | Sequence[str]]
"""Name → values, all of one length."""

_TYPES: dict[str, type] = {"integer": np.int64, "number": np.float64, "text": np.str_}


def write_table(
    folder: Path,
    name: str,
    columns: Columns,
    *,
    parquet: bool | None = None,
    specs: Sequence[Column] | None = None,
) -> None:
    """Write a table of the data dictionary.

    Parameters
    ----------
    folder
        Where; the files are ``<name>.csv`` and ``<name>.parquet``.
    name
        A table of `signals.record.dictionary.TABLES`, unless `specs` are given.
    columns
        Exactly the columns that the dictionary has, in any order.
    parquet
        Whether to write Parquet too; by default where pyarrow is installed.
    specs
        The columns of a table that has a dictionary of its own.

    Raises
    ------
    ValueError
        When a column is missing, unknown to the dictionary, or longer than another.
    RecordError
        When a file cannot be written.
    """
    values = _checked(name, TABLES[name] if specs is None else specs, columns)
    write_whole(folder / f"{name}.csv", _csv(values))
    if parquet if parquet is not None else find_spec("pyarrow") is not None:
        write_whole(folder / f"{name}.parquet", _parquet(values))


def read_table(path: Path, specs: Sequence[Column] | None = None) -> dict[str, Values]:
    """Read a table that `write_table` wrote, from its CSV file.

    Parameters
    ----------
    path
        The file; its name without the ending is the name of the table.
    specs
        The columns of a table that has a dictionary of its own.

    Returns
    -------
    dict
        Column → int64, float64 (NaN = unknown) or text [n], in the order of the dictionary; without those that a table
        did not have at first, where an older version wrote it.

    Raises
    ------
    RecordError
        When it is missing, damaged, or has other columns than the dictionary.
    FileError
        When it is none that has an end (`signals.input_files`).
    """
    check_regular(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RecordError(f'cannot read the table "{path}": {error}') from error
    specs = TABLES.get(path.stem) if specs is None else specs
    if specs is not None and len(header) == AT_FIRST.get(path.stem):
        specs = specs[: len(header)]
    if specs is None or header != [spec.name for spec in specs]:
        raise RecordError(f'"{path}" does not have the columns of a table "{path.stem}" of this version')
    if any(len(row) != len(header) for row in rows):
        raise RecordError(f'the table "{path}" is damaged: a row does not have {len(header)} cells')
    cells = list(zip(*rows, strict=True)) or [()] * len(header)
    try:
        return {spec.name: _parsed(spec, column) for spec, column in zip(specs, cells, strict=True)}
    except ValueError as error:
        raise RecordError(f'the table "{path}" is damaged: {error}') from error


def write_dictionary(folder: Path, names: Iterable[str]) -> None:
    """Write ``data_dictionary.csv``: what the columns of these tables mean."""
    rows = [(name, *column) for name in names for column in TABLES[name]]
    headers = [column.name for column in TABLES["data_dictionary"]]
    columns = zip(*rows, strict=True) if rows else [()] * len(headers)
    write_table(folder, "data_dictionary", dict(zip(headers, columns, strict=True)), parquet=False)


def _checked(name: str, specs: Sequence[Column], columns: Columns) -> dict[str, Values]:
    """Return the columns in the order and with the types of the dictionary."""
    wrong = {spec.name for spec in specs} ^ set(columns)
    if wrong:
        raise ValueError(f'table "{name}" and the data dictionary differ in {sorted(wrong)}')
    values: dict[str, Values] = {spec.name: np.asarray(columns[spec.name], _TYPES[spec.kind]) for spec in specs}
    if len({array.shape for array in values.values()}) > 1:
        raise ValueError(f'the columns of table "{name}" must have one length')
    return values


def _csv(values: Mapping[str, Values]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(values)
    writer.writerows(zip(*(_cells(column) for column in values.values()), strict=True))
    return text.getvalue().encode()


def _cells(column: Values) -> list[str]:
    if column.dtype != np.float64:
        return [str(cell) for cell in column.tolist()]
    return ["" if cell != cell else repr(cell).removesuffix(".0") for cell in column.tolist()]  # noqa: PLR0124  NaN


def _parsed(spec: Column, cells: Sequence[str]) -> Values:
    if spec.kind == "number":
        return np.array([float(cell) if cell else np.nan for cell in cells], np.float64)
    if spec.kind == "integer":
        return np.array([int(cell) for cell in cells], np.int64)
    return np.array(cells, np.str_)


def _parquet(values: Mapping[str, Values]) -> bytes:
    import pyarrow as pa  # noqa: PLC0415  optional and heavy
    from pyarrow import parquet  # noqa: PLC0415

    buffer = pa.BufferOutputStream()
    parquet.write_table(pa.table({name: pa.array(column) for name, column in values.items()}), buffer)
    return bytes(buffer.getvalue())
