"""A table on disk that every program reads exactly: one raw file a column, and a list of columns.

No text form stands between the programs, so that all fit the same doubles, and R needs no package
to read a million rows in a moment. Reading is never timed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

_LIST = "columns.tsv"
_ROWS_AT_A_TIME = 1_000_000


def write(frame: pd.DataFrame, folder: Path) -> None:
    """Write a frame of numbers, whole numbers and texts."""
    folder.mkdir(parents=True)
    lines = []
    for number, name in enumerate(frame.columns):
        path, values = folder / str(number), frame[name]
        if pd.api.types.is_integer_dtype(values):
            kind = "whole"
            values.to_numpy().astype("<i4").tofile(path)
        elif pd.api.types.is_float_dtype(values):
            kind = "number"
            values.to_numpy().astype("<f8").tofile(path)
        else:
            kind = "text"
            path.write_text("".join(f"{text}\n" for text in values), encoding="utf-8")
        lines.append(f"{number}\t{name}\t{kind}\n")
    (folder / _LIST).write_text("".join(lines), encoding="utf-8")


def copy(parquet: Path, folder: Path) -> None:
    """Write the columns of numbers of a Parquet file, a part of the rows at a time."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(parquet) as file:
        parts = (batch.to_pandas() for batch in file.iter_batches(_ROWS_AT_A_TIME))
        write(next(parts), folder)
        for part in parts:
            for number, (_, values) in enumerate(part.items()):
                kind = "<i4" if pd.api.types.is_integer_dtype(values) else "<f8"
                with (folder / str(number)).open("ab") as column:
                    values.to_numpy().astype(kind).tofile(column)


def read(folder: Path) -> pd.DataFrame:
    """Return what :func:`write` wrote; whole numbers as pandas reads them from a file, int64."""
    columns = {}
    for line in (folder / _LIST).read_text(encoding="utf-8").splitlines():
        number, name, kind = line.split("\t")
        if kind == "text":
            columns[name] = (folder / number).read_text(encoding="utf-8").splitlines()
        elif kind == "whole":
            columns[name] = np.fromfile(folder / number, "<i4").astype("int64")
        else:
            columns[name] = np.fromfile(folder / number, "<f8")
    return pd.DataFrame(columns)
