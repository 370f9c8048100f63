"""Visitors are told the name of a source, never its path."""

from __future__ import annotations

import logging

import pytest

from mlm_core.data.places import Place
from mlm_core.errors import EngineError, MlmError, UnknownColumnError
from pages._ui import naming
from pages._ui.long_work import CancelledError

EXAMS = Place("files", "/srv/my data/exams.parquet")
YEARS = Place("files", "/srv/data/20*/x.parquet")
REGISTER = Place("database", "/srv/register.duckdb", "pupils")
NEAR = Place("spark", "local[2]", files="/srv/my data/exams.parquet")
FAR = Place("spark", "sc://spark.example.org:15002", "school.pupils")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("There is no file '/srv/my data/exams.parquet'.", EXAMS, "There is no file 'exams'."),
        ("cannot open /srv/my data/exams.parquet.", EXAMS, "cannot open exams."),
        ("see /srv/my data/exams.parquet.old", EXAMS, "see exams.parquet.old"),
        ('lock on "/srv/my data/other file.csv"', EXAMS, 'lock on "other file.csv"'),
        ("in '/srv/data/2024/x.parquet'", YEARS, "in '2024/x.parquet'"),
        ("no file fits '/srv/data/20*/x.parquet'", YEARS, "no file fits 'exams'"),
        ('Cannot open file "/srv/register.duckdb": no', REGISTER, 'Cannot open file "exams": no'),
        ("does not exist: file:/srv/my%20data/exams.parquet", NEAR, "does not exist: exams"),
        ("read file:///srv/my data/exams.parquet, once", NEAR, "read exams, once"),
        ("no answer of spark.example.org:15002 (sc)", FAR, "no answer of exams (sc)"),
        ("full: /tmp/spill/duckdb_temp-0.tmp (0 left)", EXAMS, "full: duckdb_temp-0.tmp (0 left)"),
        (r"full: C:\data\spill.tmp", EXAMS, "full: spill.tmp"),
        (r"full: \\server\share\spill.tmp", EXAMS, "full: spill.tmp"),
    ],
)
def test_paths_become_names(text: str, place: Place, said: str) -> None:
    assert naming.without_paths(text, place, "exams") == said


@pytest.mark.parametrize(
    "text",
    [
        "y ~ x + (1 | school/class)",
        "The column 'km/h' holds 1/2 and /3.",
        "See https://spark.apache.org/docs/latest for more.",
        "Ratio a / b / c is not defined.",
        "local[2] is no address",
    ],
)
def test_other_texts_stay(text: str) -> None:
    for place in (EXAMS, YEARS, NEAR, FAR):
        assert naming.without_paths(text, place, "exams") == text


def test_errors_are_told_by_name_and_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    reason = "IO Error: Cannot open file '/srv/register.duckdb'."
    with pytest.raises(MlmError) as told, naming.by_name(REGISTER, "register.pupils"):
        raise EngineError("DuckDB", reason)
    assert "/srv" not in str(told.value)
    assert "Cannot open file 'register.pupils'" in str(told.value)
    assert isinstance(told.value.__cause__, EngineError)
    assert reason in caplog.text
    assert caplog.records[0].levelno == logging.WARNING


def test_errors_without_paths_stay_what_they_are(caplog: pytest.LogCaptureFixture) -> None:
    for error in (UnknownColumnError("xx", ["x"]), CancelledError(lambda: None)):
        with pytest.raises(MlmError) as told, naming.by_name(EXAMS, "exams"):
            raise error
        assert told.value is error
    assert not caplog.records
