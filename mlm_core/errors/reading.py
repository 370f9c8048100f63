"""Errors of reading a file: the bytes handed in are no table."""

from __future__ import annotations

from collections.abc import Iterable

from mlm_core.errors.base import MlmError, closest


class ReadError(MlmError):
    """The bytes handed in could not be read as a table."""


class EmptyFileError(ReadError):
    """The file holds no bytes, or only blanks."""


class HeaderOnlyError(ReadError):
    """The file names its columns but has no row."""


class NotATableError(ReadError):
    """The bytes are not a table in any format that is read here."""


class ChangedTypeError(ReadError):
    """A column holds one type in one file, or in one part of it, and another in another."""


class EngineError(ReadError):
    """The engine that works through a table stopped before it was done."""

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(
            f"{engine} stopped before the table was worked through: {reason} Nothing was kept of"
            " what it had done; remove the cause and start again."
        )


class NeedsRowsError(ReadError):
    """Something needs all rows in memory, and there are too many of them."""

    def __init__(self, n_rows: int, most: int) -> None:
        super().__init__(
            f"This needs all {n_rows:,} rows in memory at once; tables of more than {most:,} rows"
            " stay where they are, and only sums, counts and samples of them are fetched."
            " Everything made from these is there; for this one, take a part of the table."
        )


class UnknownDatasetError(ReadError):
    """No bundled data set has that name."""

    def __init__(self, name: str, available: Iterable[str]) -> None:
        names = sorted(available)
        super().__init__(
            f"There is no bundled data set named {name!r}{closest(name, names)}."
            f" Bundled sets: {', '.join(names)}. To read a file, give its path."
        )
