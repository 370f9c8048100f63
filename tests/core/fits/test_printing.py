"""Summaries hold the lines R prints; numbers get R's digits."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.printing import p_text, r_column, table
from mlm_core.fits.unpooled import fit_unpooled


def lines(text):
    """Return the lines of a summary, blanks inside squeezed as widths are not R's business."""
    return [re.sub(r" +", " ", line).strip() for line in text.splitlines()]


def assert_lines(text, expected):
    found = lines(text)
    for line in expected.strip().splitlines():
        assert line.strip() in found, f"{line.strip()!r} is missing in\n{text}"


def test_mixed_summary_as_r_prints_it(fitted):
    assert_lines(
        fitted("mathkind ~ ses + (1 | schoolid/classid)").summary(),
        """
        Formula: mathkind ~ ses + (1 | schoolid/classid)
        REML criterion at convergence: 12038.4
        Scaled residuals:
        Min 1Q Median 3Q Max
        -4.7444 -0.5722 0.0112 0.6320 3.7508
        Random effects:
        Groups Name Variance Std.Dev.
        classid:schoolid (Intercept) 20.44 4.521
        schoolid (Intercept) 301.52 17.364
        Residual 1294.08 35.973
        Number of obs: 1190, groups: classid:schoolid, 312; schoolid, 107
        Fixed effects:
        Estimate Std. Error df t value Pr(>|t|)
        Correlation of Fixed Effects:
        (Intr)
        ses 0.035
        """,
    )


def test_mixed_summary_with_correlated_slopes(fitted):
    assert_lines(
        fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy").summary(),
        """
        REML criterion at convergence: 1743.6
        Groups Name Variance Std.Dev. Corr
        Subject (Intercept) 612.09 24.740
        Days 35.07 5.922 0.07
        Residual 654.94 25.592
        Number of obs: 180, groups: Subject, 18
        (Intercept) 251.405 6.825 17 36.838 <2e-16
        Days 10.467 1.546 17 6.771 3.26e-06
        Days -0.138
        """,
    )


def test_levels_stand_innermost_first_as_in_r(fitted):
    text = fitted("mathkind ~ ses + (1 | schoolid/classid)").summary()
    assert text.index("classid:schoolid (Intercept)") < text.index("\nschoolid ")


def test_summary_by_maximum_likelihood(fitted):
    text = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy", "ML").summary()
    assert text.startswith("Linear mixed model fit by maximum likelihood. t-tests use")
    assert_lines(text, "AIC BIC logLik deviance df.resid\n1763.9 1783.1 -876.0 1751.9 174")


def test_summary_without_predictors_has_no_correlations(fitted):
    text = fitted("mathkind ~ (1 | schoolid)").summary()
    assert "Correlation of Fixed Effects" not in text
    assert_lines(text, "(Intercept) 465.23 2.19 103.2 212.417 <2e-16")


def test_notes_stand_at_the_end(pupils):
    text = fit_mixed(Model("y ~ x + v + (1 | s:d/c)"), pupils.assign(v=1.0)).summary()
    last = text.strip().splitlines()[-3:]
    assert "Caution: The predictor v has the same value in every row" in "\n".join(last)
    assert "Caution: The variance of the intercept between groups of s:d" in "\n".join(last)


def test_pooled_summary_as_r_prints_it(classroom):
    assert_lines(
        fit_pooled(Model("mathkind ~ ses"), classroom).summary(),
        """
        Formula: mathkind ~ ses
        -174.835 -26.399 1.065 26.529 161.150
        Estimate Std. Error t value Pr(>|t|)
        (Intercept) 466.845 1.162 401.699 <2e-16
        ses 14.359 1.568 9.160 <2e-16
        Residual standard error: 40.08 on 1188 degrees of freedom
        Multiple R-squared: 0.06596, Adjusted R-squared: 0.06518
        F-statistic: 83.9 on 1 and 1188 DF, p-value: <2e-16
        """,
    )


def test_pooled_summary_with_groups_adds_robust_errors(classroom):
    text = fit_pooled(Model("mathkind ~ ses + (1 | schoolid)"), classroom).summary()
    assert_lines(
        text,
        """
        Estimate Std. Error Robust SE t value Pr(>|t|)
        Robust SE: correlation within 107 groups of schoolid allowed
        """,
    )
    assert "Robust" not in fit_pooled(Model("mathkind ~ 1"), classroom).summary()
    assert "F-statistic" not in fit_pooled(Model("mathkind ~ 1"), classroom).summary()


def test_unpooled_summary(classroom):
    assert_lines(
        fit_unpooled(Model("mathkind ~ ses + (1 | schoolid)"), classroom).summary(),
        """
        Separate regressions in 107 groups of schoolid
        Mean Median Size-weighted Precision-weighted Groups
        ses 8.6352 8.2952 10.27 11.134 107
        Number of obs: 1190
        """,
    )


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([20.44, 301.52, 1294.08], ["20.44", "301.52", "1294.08"]),
        ([0.5, 1.0], ["0.5", "1.0"]),
        ([1.0, 2.0], ["1", "2"]),
        ([123456.0, 0.00012344], ["123456.0000000", "0.0001234"]),
        ([np.nan, 2.5], ["NA", "2.5"]),
        ([0.0, np.inf], ["0", "inf"]),
        ([], []),
    ],
)
def test_numbers_share_the_decimals_of_the_neediest(values, shown):
    assert r_column(values) == shown


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.61253, "0.613"),
        (2.7151e-11, "2.72e-11"),
        (2.3e-16, "2.3e-16"),
        (2.1e-16, "<2e-16"),
        (0.0, "<2e-16"),
        (1.0, "1"),
        (np.nan, "NA"),
    ],
)
def test_p_values(p, shown):
    assert p_text(p) == shown


def test_tables_are_aligned():
    found = table(["", "n"], [["a", "10"], ["long", "9"]], left=1)
    assert found == ["      n", "a    10", "long  9"]
