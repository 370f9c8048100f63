"""Errors of reading a file."""

from __future__ import annotations

from mlm_core.errors import (
    EmptyFileError,
    HeaderOnlyError,
    NotATableError,
    ReadError,
    UnknownDatasetError,
)


def test_an_unknown_set_offers_the_closest_and_lists_all() -> None:
    text = str(UnknownDatasetError("clasroom", ["sleepstudy", "classroom"]))
    assert "did you mean 'classroom'?" in text
    assert "classroom, sleepstudy" in text


def test_branch() -> None:
    for error in (EmptyFileError, HeaderOnlyError, NotATableError, UnknownDatasetError):
        assert issubclass(error, ReadError)
