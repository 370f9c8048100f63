"""Rows cut into shares and blocks."""

from __future__ import annotations

import multiprocessing
import os

import numpy as np
import pytest

from mlm_core.data import blocks
from mlm_core.data.blocks import at_once, by_shares, row_blocks


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_ROWS", 7)
    monkeypatch.setattr(blocks, "_SHARE_ROWS", 10)


def test_blocks_hold_every_row_once_and_as_much_room_to_work_in(small):
    found = [(rows, spare.shape) for rows, spare in row_blocks(slice(3, 19), 2)]
    assert found == [
        (slice(3, 10), (2, 7)),
        (slice(10, 17), (2, 7)),
        (slice(17, 19), (2, 2)),
    ]


def test_blocks_hold_more_rows_than_there_are_groups(small):
    sizes = [rows.stop - rows.start for rows, _ in row_blocks(slice(0, 16), 1, 3)]
    assert sizes == [12, 4]


@pytest.mark.parametrize(
    ("n_rows", "n_groups", "n_shares"),
    [(0, 1, 1), (19, 1, 1), (20, 1, 2), (39, 1, 2), (40, 1, 4), (1_000, 1, 8), (40, 9, 1)],
)
def test_shares_are_one_two_four_or_eight_and_hold_every_row_once(
    small, n_rows, n_groups, n_shares
):
    found = by_shares(lambda rows: np.arange(n_rows)[rows], n_rows, n_groups)
    assert len(found) == n_shares
    assert np.concatenate(found).tolist() == list(range(n_rows))


@pytest.mark.parametrize("n_rows", [5, 20])
def test_what_goes_wrong_in_a_share_is_raised(small, n_rows):
    with pytest.raises(ZeroDivisionError):
        by_shares(lambda rows: 1 // rows.start, n_rows)


def _fork(results):
    results.put(at_once(abs, [-1, 2], 1_000))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded")  # by Python, of any fork beside threads
def test_a_forked_process_has_threads_of_its_own(small):
    assert at_once(abs, [-3, 4], 1_000) == [3, 4]
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_fork, args=(results,), daemon=True)
    child.start()
    assert results.get(timeout=30) == [1, 2]
    child.join()
