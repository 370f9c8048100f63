"""What tables share: texts as cells, footnotes on sizes and on rows left out."""

from mlm_core.notes import Note
from mlm_core.views.tables.table import frame_of, note_footnotes, records, sizes_footnote


def test_cells_are_texts_in_the_order_given():
    frame = frame_of({"b": ["1", "2"], "a": map(str, [3, 4])})
    assert frame.columns.tolist() == ["b", "a"]
    assert records(frame) == [{"b": "1", "a": "3"}, {"b": "2", "a": "4"}]


def test_sizes_of_the_groups_stand_beneath(school):
    assert sizes_footnote(school.mixed) == (
        "1,190 rows. schoolid: 107 groups of 2 to 31 rows (mean 11.1); classid:schoolid: 312 groups"
        " of 1 to 10 rows (mean 3.8)."
    )


def test_only_notes_on_rows_and_predictors_become_footnotes():
    notes = [Note("rows-lost", "note", "one"), Note("singular-zero", "caution", "two")]
    assert note_footnotes(notes) == ("one",)
