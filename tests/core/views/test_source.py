"""Lines that read a table, for every format."""

import pytest

from mlm_core.data.bundled import bundled_path
from mlm_core.data.reading import read_table
from mlm_core.views.source import Source, python_read, r_read, source_of


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (Source("a.csv"), 'dat <- read.csv("a.csv", check.names = FALSE)'),
        (
            Source("a.csv", delimiter=";", decimal=",", encoding="cp1252"),
            'dat <- read.csv("a.csv", check.names = FALSE, sep = ";", dec = ",",'
            ' fileEncoding = "cp1252")',
        ),
        (
            Source("a.tsv", delimiter="\t"),
            'dat <- read.csv("a.tsv", check.names = FALSE, sep = "\\t")',
        ),
        (
            Source('"x".xlsx', format="xlsx"),
            'dat <- as.data.frame(readxl::read_excel("\\"x\\".xlsx"))',
        ),
        (Source("a.pq", format="parquet"), 'dat <- as.data.frame(arrow::read_parquet("a.pq"))'),
    ],
)
def test_r_reads_every_format(source, line):
    assert r_read(source) == line


def test_python_reads_files_and_bundled_sets():
    assert python_read(Source("it's.csv")).endswith('data = mlm.load("it\'s.csv")')
    text = python_read(Source("classroom.csv", bundled="classroom"), "from a import b")
    assert text == "import mlm_core as mlm\nfrom a import b\n\ndata = mlm.load('classroom')"


def test_the_source_of_a_reading():
    path = bundled_path("classroom")
    reading = read_table(path, filename="my table.csv")
    assert source_of(reading).file == "my table.csv"
    assert source_of(reading).bundled == ""
    assert source_of(reading, bundled="classroom") == Source("classroom.csv", bundled="classroom",
                                                            encoding=reading.encoding)  # fmt: skip
