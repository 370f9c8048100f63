"""Opening: a table is opened once, a file that is none never counts as opened."""

from __future__ import annotations

import pytest

from mlm_core.errors import MlmError
from pages._ui import opening


def test_a_bundled_set_is_opened_once() -> None:
    data = opening.bundled("classroom")
    assert opening.bundled("classroom") is data
    assert (data.name, data.n_rows) == ("classroom", 1190)
    assert opening.bundled("hsb82").fingerprint != data.fingerprint


def test_an_uploaded_file_is_read_once_under_its_fingerprint() -> None:
    data = opening.uploaded("first", "a.csv", b"x,y\n1,2\n3,4\n")
    assert opening.uploaded("first", "a.csv", b"x,y\n1,2\n3,4\n") is data
    assert data.columns == ("x", "y")
    other = opening.uploaded("second", "a.csv", b"x,z\n1,2\n3,4\n")
    assert other.columns == ("x", "z")


def test_of_bytes_that_are_no_table_nothing_is_remembered() -> None:
    with pytest.raises(MlmError):
        opening.uploaded("third", "a.csv", b"")
    assert opening.uploaded("third", "a.csv", b"x,y\n1,2\n3,4\n").n_rows == 2
