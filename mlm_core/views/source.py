"""Where a table comes from, and the lines of R and Python that read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlm_core.data.places import Place
from mlm_core.data.reading import Reading
from mlm_core.views.r_language import r_string

PLACES = ("files", "database", "spark")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the table comes from.

    Attributes
    ----------
    file : str
        File name, as the user has it.
    bundled : str
        Name of the bundled set; empty for a file.
    format : str
        ``"csv"``, ``"xlsx"``, ...; ``"files"``, ``"database"``, ``"spark"`` for a table that stays
        where it is.
    table : str
        Its name in a database or a Spark session.
    delimiter, decimal : str
        Of a text file.
    encoding : str
        Of a text file.
    """

    file: str
    bundled: str = ""
    format: str = "csv"
    delimiter: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    table: str = ""


def source_of(reading: Reading, *, bundled: str = "") -> Source:
    """Return where a table that was read comes from; ``bundled`` names a bundled set."""
    return Source(
        file=f"{bundled}.csv" if bundled else reading.filename,
        bundled=bundled,
        format=reading.format,
        delimiter=reading.delimiter or ",",
        decimal=reading.decimal or ".",
        encoding=reading.encoding or "utf-8",
    )


def source_of_place(place: Place, *, file: str = "") -> Source:
    """Return where a table that stays where it is comes from; folders of the server are not told.

    ``file`` is the name of a file that somebody handed in.
    """
    if place.kind == "spark":
        return Source(Path(place.files).name, format="spark", table=place.table)
    return Source(file or Path(place.location).name, format=place.kind, table=place.table)


def _r_place(source: Source) -> str:
    """Return the line of R that reads a table that stays where it is."""
    if source.format == "files":
        kind = "csv" if source.file.lower().endswith((".csv", ".tsv", ".txt")) else "parquet"
        files = r_string(source.file)
        opened = f'arrow::open_dataset(Sys.glob({files}), format = "{kind}")'
        return f"dat <- as.data.frame(dplyr::collect({opened}))"
    if source.format == "database":
        opened = f"DBI::dbConnect(duckdb::duckdb({r_string(source.file)}, read_only = TRUE))"
        return f"dat <- DBI::dbGetQuery({opened}, {r_string(_query(source))})"
    if source.table:
        return f"dat <- DBI::dbGetQuery(sc, {r_string(_query(source))})  # sc: sparklyr"
    return f"dat <- as.data.frame(dplyr::collect(arrow::open_dataset({r_string(source.file)})))"


def _query(source: Source) -> str:
    parts = ('"' + part.replace('"', '""') + '"' for part in source.table.split(".", 1))
    return f"SELECT * FROM {'.'.join(parts)}"


def _python_place(source: Source) -> tuple[str, str]:
    """Return what Python imports and how it opens a table that stays where it is."""
    if source.format == "files":
        return "", f"data = {source.file!r}  # worked through by DuckDB where it is large"
    if source.format == "database":
        opened = f"duckdb.connect({source.file!r}, read_only=True)"
        return "import duckdb", f"data = {opened}.sql({_query(source)!r})"
    spark = "SparkSession.builder.getOrCreate()"
    opened = f".table({source.table!r})" if source.table else f".read.parquet({source.file!r})"
    return "from pyspark.sql import SparkSession", f"data = {spark}{opened}"


def r_read(source: Source) -> str:
    """Return the line of R that reads the table into ``dat``."""
    if source.format in PLACES:
        return _r_place(source)
    file = r_string(source.file)
    if source.format in ("xlsx", "xls"):
        return f"dat <- as.data.frame(readxl::read_excel({file}))"
    if source.format == "parquet":
        return f"dat <- as.data.frame(arrow::read_parquet({file}))"
    options = ["check.names = FALSE"]
    if source.delimiter != ",":
        options.append(f"sep = {r_string(source.delimiter)}")
    if source.decimal != ".":
        options.append(f"dec = {r_string(source.decimal)}")
    if source.encoding.lower() not in ("utf-8", "ascii"):
        options.append(f"fileEncoding = {r_string(source.encoding)}")
    return f"dat <- read.csv({file}, {', '.join(options)})"


def python_read(source: Source, *imports: str) -> str:
    """Return the lines of Python that import what is needed and read the table into ``data``."""
    if source.format in PLACES:
        more, opened = _python_place(source)
        lines = ["import mlm_core as mlm", *imports, *([more] if more else [])]
        return "\n".join(lines) + f"\n\n{opened}"
    head = "\n".join(["import mlm_core as mlm", *imports])
    return f"{head}\n\ndata = mlm.load({source.bundled or source.file!r})"
