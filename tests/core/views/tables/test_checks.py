"""Tables of checks."""

from dataclasses import replace

import numpy as np

from mlm_core.inference.influence import influence
from mlm_core.inference.residual_checks import residual_correlations
from mlm_core.inference.standard_errors import standard_errors
from mlm_core.views import tables
from mlm_core.views.tables.table import records


def test_residual_correlations(school):
    first, second = records(tables.residual_correlations(residual_correlations(school.mixed)).frame)
    assert first["Two rows of the same"] == "schoolid"
    assert second["Two rows of the same"] == "classid within schoolid"
    assert (first["Fixed part taken out"], first["Groups' effects too"]) == ("0.194", "−0.063")


def test_influential_groups(school):
    found = influence(school.mixed, "schoolid")
    table = tables.influential_groups(found)
    rows = records(table.frame)
    assert len(rows) == 10
    assert (rows[0]["Left out"], rows[0]["Rows"], rows[0]["ses, SE"]) == ("52", "9", "−0.27")
    assert set(table.frame) >= {"Var. schoolid", "Var. classid", "Var. residual"}
    assert rows[0]["Var. schoolid"] == "+3.0%"
    assert "10 largest of 107" in table.footnotes[1]


def test_groups_without_an_influence_are_left_out(school):
    found = influence(school.mixed, "schoolid")
    distance = found.table["cooks_distance"].where(found.table["group"] == "52")
    shares = found.variances.assign(share=np.where(found.variances["term"] == "", 0.0, np.nan))
    few = replace(found, table=found.table.assign(cooks_distance=distance), variances=shares)
    (row,) = records(tables.influential_groups(few).frame)
    assert row["Left out"] == "52"
    assert (row["Var. residual"], row["Var. schoolid"]) == ("0.0%", "n/a")


def test_slopes_are_named(slopes):
    table = tables.influential_groups(influence(slopes, "schoolid"))
    assert "Var. schoolid, ses" in table.frame


def test_three_standard_errors(school):
    rows = records(tables.standard_errors(standard_errors(school.mixed)).frame)
    assert rows[1]["SE, model"] == "1.589"
    assert rows[1]["SE, Kenward-Roger"] == "1.594"
    assert rows[1]["SE, robust (CR2)"] == "1.500"
    assert rows[1]["df, robust (CR2)"] == "64.5"
