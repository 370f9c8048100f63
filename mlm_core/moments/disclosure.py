"""What moments reveal: the smaller a group, the more of its rows can be told from its sums.

The moments of a group of one row are that row. A note says so wherever moments are made to be
shared, and :func:`suppressed` leaves small groups out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from mlm_core.data.encoding import GroupMeans
from mlm_core.errors import NoCompleteRowsError
from mlm_core.moments.group_sums import GroupSums, assemble
from mlm_core.moments.moments import Moments
from mlm_core.moments.recoding import recoded
from mlm_core.notes import Note

#: Groups with fewer rows than this are pointed out; a usual limit of official statistics.
SMALLEST = 5
SMALL_GROUPS = "small-groups"
SUPPRESSED = "groups-suppressed"


def small_groups_note(moments: Moments, min_size: int) -> tuple[Note, ...]:
    """Say how many groups are small enough to reveal rows; nothing where there are none."""
    n_small = int((moments.counts < min_size).sum())
    if not n_small:
        return ()
    n_single = int((moments.counts == 1).sum())
    single = f" {n_single:,} of them have one row, and their moments are that row." * bool(n_single)
    message = (
        f"{n_small:,} of {len(moments.counts):,} groups have fewer than {min_size} rows: from their"
        f" moments much of these rows can be worked out.{single} Before you pass the moments on,"
        " leave such groups out with suppress(min_size)."
    )
    numbers = {"groups": n_small, "single": n_single, "min_size": min_size}
    return (Note(SMALL_GROUPS, "caution", message, numbers),)


def suppressed(moments: Moments, min_size: int) -> Moments:
    """Leave out innermost groups with fewer rows than ``min_size``, and say how many these were.

    Parameters
    ----------
    moments : Moments
    min_size : int
        The least number of rows a group may have.

    Raises
    ------
    NoCompleteRowsError
        No group is large enough.
    """
    keep = moments.counts >= min_size
    encoder = moments.layout.encoder
    others = tuple(note for note in moments.notes if note.code != SMALL_GROUPS)
    if keep.all():
        return replace(moments, notes=others)
    if not keep.any():
        raise NoCompleteRowsError({}, moments.n_rows)
    sums = recoded(moments, moments.columns, encoder)
    sums = replace(
        sums,
        keys={name: values[keep] for name, values in sums.keys.items()},
        counts=sums.counts[keep],
        means=sums.means[:, keep],
        products=sums.products[:, keep],
    )
    n_groups, n_rows = int((~keep).sum()), int(moments.counts[~keep].sum())
    note = _suppressed_note(n_groups, n_rows, min_size)
    means = {key: _only(found, key[1], sums) for key, found in encoder.group_means.items()}
    shown = replace(encoder, group_means=means)
    return assemble(moments.model, shown, sums, moments.completeness, (*others, note))


def _only(means: GroupMeans, groups: tuple[str, ...], sums: GroupSums) -> GroupMeans:
    """Return the means of the groups that are left; of none where groups are not levels."""
    if not all(name in sums.keys for name in groups):
        return GroupMeans(means.keys[:0], means.means[:0])
    keys = [pd.Index(sums.keys[name]) for name in groups]
    left = keys[0] if len(keys) == 1 else pd.MultiIndex.from_arrays(keys)
    keep = means.keys.isin(left)
    return GroupMeans(means.keys[keep], means.means[keep])


def merged_notes(whole: Moments, notes: Iterable[Note]) -> Moments:
    """Give merged moments the notes of their parts, each said once."""
    left_out: dict[int, tuple[int, int]] = {}
    rest: list[Note] = []
    limit = 0
    for note in notes:
        if note.code == SUPPRESSED:
            size, groups, rows = (_number(note, name) for name in ("min_size", "groups", "rows"))
            before = left_out.get(size, (0, 0))
            left_out[size] = (before[0] + groups, before[1] + rows)
        elif note.code == SMALL_GROUPS:
            limit = max(limit, _number(note, "min_size"))
        else:
            rest.append(note)
    sums = [_suppressed_note(groups, rows, size) for size, (groups, rows) in left_out.items()]
    return replace(whole, notes=(*rest, *sums, *small_groups_note(whole, limit)))


def _suppressed_note(n_groups: int, n_rows: int, min_size: int) -> Note:
    groups = "1 group" if n_groups == 1 else f"{n_groups:,} groups"
    rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows"
    message = (
        f"{groups} with fewer than {min_size} rows ({rows} in all) were left out so that nobody can"
        " be recognised. If small groups differ from large ones, estimates change with that."
    )
    numbers = {"groups": n_groups, "rows": n_rows, "min_size": min_size}
    return Note(SUPPRESSED, "caution", message, numbers)


def _number(note: Note, name: str) -> int:
    return int(str(note.numbers[name]))
