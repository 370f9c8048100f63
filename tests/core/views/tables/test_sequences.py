"""Tables of a list of models."""

import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.fixed_tests import block_tests, term_tests
from mlm_core.inference.marginal_means import categorical_predictors, marginal_means
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
    assert list(table.frame) == ["Variance", "Model 1", "Model 2", "2 against 1", "Model 3",
                                 "3 against 2"]  # fmt: skip
    assert table.footnotes[0] == "Models: 1: bare; 2: ses; 3: bare."
    rows = {row["Variance"]: row for row in records(table.frame)}
    assert rows["between schoolid"]["Model 2"] == "301.524"
    assert rows["between schoolid"]["2 against 1"] == "−14.5%"
    assert rows["between schoolid: slope of ses"]["Model 2"] == "–"
    assert rows["between schoolid: slope of ses"]["3 against 2"] == ""
    assert rows["between classid within schoolid"]["Model 3"] == "–"
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


def test_means_and_differences(classroom):
    named = classroom.assign(k=["a", "b", "c", "b", "a"] * 238)
    fit = fit_mixed(Model("mathkind ~ k + ses + (1 | schoolid)"), named)
    means = marginal_means(fit, ["k"])
    table = tables.marginal_means(means, outcome="mathkind")
    assert list(table.frame["k"]) == ["a", "b", "c"]
    first = table.frame["Mean of mathkind"][0]
    assert float(first) == pytest.approx(means.table["estimate"][0], abs=0.1)
    assert table.footnotes[1].startswith("Held at their means: ses = −0.01")
    rows = records(tables.mean_differences(means).frame)
    assert [row["Difference"] for row in rows] == ["a less b", "a less c", "b less c"]
    assert rows[0]["p (Holm)"] >= rows[0]["p"]
    assert categorical_predictors(fit) == ("k",)


def test_a_block_by_every_method(classroom):
    fit = fit_mixed(Model("mathkind ~ ses + sex + (1 | schoolid/classid)"), classroom)
    tests = block_tests(fit, ["ses", "sex"])
    table = tables.block_tests(tests)
    assert table.frame["Degrees of freedom"].tolist() == [
        "Satterthwaite",
        "Kenward-Roger",
        "asymptotic",
    ]
    assert table.frame["df"].tolist() == ["2"] * 3
    assert table.frame["F"][0] == f"{tests[0].statistic:.2f}"
    assert table.frame["df, denominator"][2] == "∞"
    assert "the coefficients of ses, sex are zero" in table.footnotes[0]
