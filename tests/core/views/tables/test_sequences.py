"""Tables of a list of models."""

import pytest

from mlm_core.data.model import Model
from mlm_core.inference.fixed_tests import term_tests
from mlm_core.inference.model_sequence import model_sequence
from mlm_core.views import tables
from mlm_core.views.tables.table import records

MODELS = [
    Model("mathkind ~ 1 + (1 | schoolid/classid)"),
    Model("mathkind ~ ses + (1 | schoolid/classid)"),
    Model("mathkind ~ ses + (ses | schoolid)"),
]
NAMES = ["bare", "ses", "bare"]


@pytest.fixture(scope="module")
def found(classroom):
    return model_sequence(classroom, MODELS)


def test_the_list(found):
    table = tables.model_list(found, NAMES)
    first, second, third = records(table.frame)
    assert (first["Chi²"], first["p"]) == ("", "")
    assert (second["Chi²"], second["df"], second["p"]) == ("44.02", "1", "<.001")
    assert third["Chi²"] == ""
    assert (first["R² fixed"], second["R² fixed"]) == ("0.0%", "3.7%")
    assert "full maximum likelihood" in table.footnotes[0]
    assert "No test for model 3" in table.footnotes[2]
    assert "p at the boundary" not in table.frame


def test_variances_are_tested_at_the_boundary(classroom):
    pair = model_sequence(classroom, [Model("mathkind ~ ses + (1 | schoolid)"), MODELS[1]])
    table = tables.model_list(pair, ["a", "b"])
    assert records(table.frame)[1]["p at the boundary"] == ".306"
    assert "restricted likelihood" in table.footnotes[0]


def test_variances_model_by_model(found):
    table = tables.variance_changes(found, NAMES)
    assert list(table.frame) == ["Variance", "bare", "ses", "2 against 1", "bare (2)",
                                 "3 against 2"]  # fmt: skip
    rows = {row["Variance"]: row for row in records(table.frame)}
    assert rows["between schoolid"]["ses"] == "301.524"
    assert rows["between schoolid"]["2 against 1"] == "−14.5%"
    assert rows["between schoolid: slope of ses"]["ses"] == "–"
    assert rows["between schoolid: slope of ses"]["3 against 2"] == ""
    assert rows["between classid within schoolid"]["bare (2)"] == "–"
    assert rows["within groups (residual)"]["3 against 2"] == "+1.0%"
    assert "nothing explained" in table.footnotes[-1]


@pytest.mark.parametrize(("kind", "words"), [("I", "before it"), ("II", "contain"),
                                             ("III", "averages")])  # fmt: skip
def test_terms(kind, words, school):
    table = tables.term_tests(term_tests(school.mixed, kind=kind, method="Kenward-Roger"))
    (row,) = records(table.frame)
    assert row["Term"] == "ses"
    assert row["p"] == "<.001"
    assert words in table.footnotes[0]
    assert "Kenward-Roger" in table.footnotes[1]
