"""Predictors sorted by the level they belong to."""

from __future__ import annotations

from mlm_core.inference.blocks import blocks_by_level

LEVELS = ["schoolid", "classid"]


def test_rows_first_then_outwards():
    found = blocks_by_level(
        ["housepov", "ses", "mathprep", "sex"],
        LEVELS,
        {"housepov": "schoolid", "mathprep": "classid"},
    )
    assert found == (
        ("rows", ("ses", "sex")),
        ("classid", ("mathprep",)),
        ("schoolid", ("housepov",)),
    )


def test_empty_blocks_are_left_out():
    assert blocks_by_level(["ses"], LEVELS, {}) == (("rows", ("ses",)),)
    assert blocks_by_level([], LEVELS, {}) == ()
