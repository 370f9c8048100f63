"""Where a table comes from, and the lines of R and Python that read it."""

from __future__ import annotations

from dataclasses import dataclass

from mlm_core.data.reading import Reading
from mlm_core.views.r_language import r_string


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
        ``"csv"``, ``"xlsx"``, ...
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


def r_read(source: Source) -> str:
    """Return the line of R that reads the table into ``dat``."""
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
    head = "\n".join(["import mlm_core as mlm", *imports])
    return f"{head}\n\ndata = mlm.load({source.bundled or source.file!r})"
