"""Pieces of long work tell how far they are."""

from __future__ import annotations

from pathlib import Path

from mlm_core.data.places import Place
from pages._ui.pieces import Computation, Pass


def test_progress_counts_the_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x\n1\n2\n3\n")
    place = Place("files", str(path))
    told = []

    def call(source):
        told.append(current.progress())
        for _ in range(2):
            assert source.n_rows == 3
            told.append(current.progress())
        return "done"

    current = Pass(place, call)
    assert current.progress() == (0.0, "Waiting for its turn ...")
    current.run()
    assert current.future.result() == "done"
    assert [text for _, text in told] == [
        "Opening the table ...",
        "Working through the table where it lies, pass 1 ...",
        "Working through the table where it lies, pass 2 ...",
    ]


def test_progress_of_a_computation() -> None:
    told = []

    def call(*, progress):
        for n in (0, 1, 2000):
            told.append(current.progress())
            assert progress(n, 2000)
        told.append(current.progress())

    current = Computation("Samples", call)
    assert current.progress() == (0.0, "Waiting for its turn ...")
    current.run()
    assert told == [
        (0.0, "Samples ..."),
        (0.0, "Samples: 0 of 2,000"),
        (0.0005, "Samples: 1 of 2,000"),
        (1.0, "Samples: 2,000 of 2,000"),
    ]
