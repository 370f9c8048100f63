"""Small groups are pointed out, left out, and counted."""

from __future__ import annotations

import numpy as np
import pytest

import mlm_core as mlm
from mlm_core.errors import NoCompleteRowsError
from mlm_core.moments.making import summed
from tests.core.moments.closeness import assert_same_moments

MODEL = mlm.Model("y ~ x + scale(w) + (1 | d/s/c)")


def codes(notes):
    return [note.code for note in notes]


def test_groups_below_a_chosen_size_are_pointed_out(pupils):
    (note,) = mlm.moments(MODEL, pupils).notes  # classes of 4 to 9 pupils
    assert note.code == "small-groups"
    assert note.message.startswith("2 of 9 groups have fewer than 5 rows")
    assert "one row" not in note.message
    assert mlm.moments(MODEL, pupils, min_size=4).notes == ()
    assert mlm.moments(MODEL, pupils, min_size=10).notes[0].numbers["groups"] == 9


def test_a_group_of_one_row_is_that_row(pupils):
    alone = pupils.assign(c=np.where(np.arange(54) == 5, 99, pupils["c"]))
    found = mlm.moments(MODEL, alone)
    assert "1 of them have one row, and their moments are that row" in found.notes[0].message
    single = int(np.flatnonzero(found.counts == 1)[0])
    row = found.means[:, single] * found.scale + found.shift
    assert row[-1] == pytest.approx(alone["y"][5])
    assert row[found.columns.index(found.layout.fixed[1])] == pytest.approx(alone["x"][5])


def test_the_note_is_for_those_who_pass_moments_on_not_for_a_fit(pupils):
    assert "small-groups" not in codes(mlm.fit_mixed(MODEL, mlm.moments(MODEL, pupils)).notes)


def test_suppressed_moments_are_those_of_the_rows_left(pupils):
    found = mlm.moments(MODEL, pupils).suppress(5)
    sizes = pupils.groupby(["d", "s", "c"])["y"].transform("size")
    like = mlm.moments(MODEL, pupils)
    kept = mlm.moments(MODEL, pupils[sizes >= 5], like=like, min_size=1)
    assert found.n_rows == 46
    assert np.array_equal(found.counts, kept.counts)
    assert found.means == pytest.approx(kept.means, abs=1e-12)
    assert found.products == pytest.approx(kept.products, abs=1e-11)
    assert found.shift == pytest.approx(kept.shift)
    (note,) = found.notes
    assert note.code == "groups-suppressed"
    assert note.message.startswith("2 groups with fewer than 5 rows (8 rows in all) were left out")
    assert "groups-suppressed" in codes(mlm.fit_mixed(MODEL, found).notes)


def test_nothing_to_suppress_changes_nothing_but_the_note(pupils):
    whole = mlm.moments(MODEL, pupils, min_size=10)
    found = whole.suppress(4)
    assert found.notes == ()
    assert found.means is whole.means


def test_suppressing_everything_is_refused(pupils):
    with pytest.raises(NoCompleteRowsError):
        mlm.moments(MODEL, pupils).suppress(100)


def test_what_parts_left_out_is_added_up(pupils):
    parts = [mlm.moments(MODEL, part) for _, part in pupils.groupby("d")]
    whole = parts[0].merge(*parts[1:])
    assert codes(whole.notes) == ["small-groups"]
    assert whole.notes[0].numbers["groups"] == 2
    shown = parts[0].suppress(5).merge(parts[1].suppress(5))
    (note,) = shown.notes
    assert dict(note.numbers) == {"groups": 2, "rows": 8, "min_size": 5}


def test_small_groups_that_meet_are_no_longer_small(pupils):
    halves = [mlm.moments(MODEL, pupils.iloc[start::2]) for start in (0, 1)]
    assert all(part.notes[0].numbers["groups"] >= 8 for part in halves)
    whole = halves[0].merge(halves[1])
    assert whole.notes[0].numbers["groups"] == 2
    assert_same_moments(whole, summed(MODEL, pupils).moments, tolerance=1e-11)


def test_group_means_of_suppressed_groups_go_with_them(pupils):
    model = mlm.Model("y ~ group_mean(x, c:s:d) + (1 | d/s/c)")
    found = mlm.moments(model, pupils).suppress(5)
    (means,) = found.layout.encoder.group_means.values()
    assert len(means.keys) == len(means.means) == 7
    outside = mlm.Model("y ~ group_mean(x, k) + (1 | d/s/c)")
    found = mlm.moments(outside, pupils).suppress(5)
    (means,) = found.layout.encoder.group_means.values()
    assert len(means.keys) == 0


@pytest.mark.parametrize("min_size", [0, -3])
def test_a_size_below_one_makes_no_sense(min_size, pupils):
    with pytest.raises(mlm.MlmError, match="min_size must be at least 1"):
        mlm.moments(MODEL, pupils, min_size=min_size)
