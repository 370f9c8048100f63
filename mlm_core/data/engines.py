"""Frames that an engine works through: DuckDB, Spark, polars' lazy frames, by narwhals expressions.

A :class:`Source` is such a frame with the engine's name. Whatever fails inside an engine, at
whatever moment, ends as one named error; nothing that was half done is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mlm_core.errors import ChangedTypeError, EngineError, MlmError, UnknownColumnError

if TYPE_CHECKING:
    import narwhals as nw

_NAMES = {"duckdb": "DuckDB", "pyspark": "Spark", "polars": "polars", "ibis": "Ibis"}
# Classes of errors that mean: a value is not of the type that its column has elsewhere.
_CHANGED = ("ConversionException", "SchemaError", "TypeMismatchException", "NumberFormatException")
_LONGEST_REASON = 300
# Lines of Java that say where in the engine something happened.
_STACK = re.compile(r"\s+at \S+\(|\s*\.\.\. \d+ more")


@dataclass(frozen=True, eq=False)
class Source:
    """A table that an engine works through.

    Attributes
    ----------
    frame : narwhals LazyFrame
    engine : str
        The engine's name, as people write it.
    most_rows : int or None
        More rows than this are not read into memory; None where everything may be.
    watch : callable or None
        Called before every pass over the table; what it raises stops the work.
    """

    frame: nw.LazyFrame[Any]
    engine: str
    most_rows: int | None = None
    watch: Callable[[], None] | None = None

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        with engine_errors(self.engine):
            return list(self.frame.collect_schema().names())

    @property
    def n_rows(self) -> int:
        """Number of rows, counted by the engine."""
        import narwhals as nw

        return int(self.collect(self.frame.select(nw.len().alias("n"))).row(0)[0])

    def over(self, frame: nw.LazyFrame[Any]) -> Source:
        """Return another frame of the same engine as a source."""
        return replace(self, frame=frame)

    def collect(self, frame: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
        """Let the engine work; return the result in memory.

        Raises
        ------
        EngineError, ChangedTypeError
            The engine stopped.
        """
        if self.watch is not None:
            self.watch()
        options: Mapping[str, Any] = {"engine": "streaming"} if self.engine == "polars" else {}
        with engine_errors(self.engine):
            return frame.collect(**options)

    def arrays(self, frame: nw.LazyFrame[Any]) -> dict[str, NDArray[Any]]:
        """Return the result of a frame as arrays, by column."""
        found = self.collect(frame)
        return {name: found[name].to_numpy() for name in found.columns}

    def numbers(self, wanted: Mapping[str, nw.Expr], frame: nw.LazyFrame[Any]) -> dict[str, float]:
        """Return sums, means and the like over all rows of a frame; NaN for none."""
        found = self.collect(frame.select(**wanted)).row(0)
        values = (float("nan") if value is None else float(value) for value in found)
        return dict(zip(wanted, values, strict=True))


def source_of(frame: nw.LazyFrame[Any]) -> Source:
    """Return a lazy frame as a source."""
    name = str(frame.implementation.name).lower()
    return Source(frame, next((text for key, text in _NAMES.items() if key in name), name))


def distinct(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the different rows of a frame, by a GROUP BY: engines asked for unique rows sort."""
    import narwhals as nw

    names = frame.collect_schema().names()
    return frame.group_by(*names).agg(nw.len().alias("times")).select(*names)


def check_columns(source: Source, columns: tuple[str, ...]) -> None:
    """Refuse a column that the source does not have.

    Raises
    ------
    UnknownColumnError
    """
    available = source.columns
    for name in columns:
        if name not in available:
            raise UnknownColumnError(name, available)


@contextmanager
def engine_errors(engine: str) -> Iterator[None]:
    """Turn whatever an engine raises into one named error."""
    try:
        yield
    except MlmError:
        raise
    except BaseException as error:  # every engine has its own; all of them mean that it stopped
        if not (isinstance(error, Exception) or _is_panic(error)):
            raise
        reason = _first_lines(error)
        if any(name in said for name in _CHANGED for said in (reason, *_classes(error))):
            raise ChangedTypeError(
                f"A column does not hold one type throughout: {reason} Give it one type in all"
                " files and rows."
            ) from error
        raise EngineError(engine, reason) from error


def _is_panic(error: BaseException) -> bool:
    """Tell whether an engine written in Rust broke down, which Python counts as no Exception."""
    return type(error).__name__ == "PanicException"


def _classes(error: BaseException | None) -> list[str]:
    """Return the names of an error's class and of those that led to it."""
    found = []
    while error is not None:
        found.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return found


def _first_lines(error: BaseException) -> str:
    """Return what an engine says, without the pages that may follow, as a sentence."""
    lines = [line.strip() for line in str(error).strip().splitlines() if not _STACK.match(line)]
    text = " ".join(line for line in lines[:4] if line)
    text = text or type(error).__name__
    if len(text) > _LONGEST_REASON:
        text = text[:_LONGEST_REASON] + " ..."
    return text if text.endswith((".", "!", "?")) else text + "."


def as_float(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers of any kind, decimals of an engine included, as doubles."""
    return np.asarray(values, dtype=np.float64)
