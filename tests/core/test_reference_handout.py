"""Every number printed in the course handout on its data, in the handout's order, as printed.

A number printed with some digits is held to half a unit of its last one. Degrees of freedom, t and
scaled residuals get 1e-4 of themselves: R's search stopped near the optimum, not at it.
"""

from __future__ import annotations

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.pooled import fit_pooled
from mlm_core.fits.unpooled import fit_unpooled
from mlm_core.inference.comparison import compare
from mlm_core.inference.random_terms import compare_with_pooled, drop_random_terms
from mlm_core.inference.shares import icc

SES_SCHOOL = "mathkind ~ ses + (1 | schoolid)"
SCHOOL = "mathkind ~ (1 | schoolid)"
CLASS = "mathkind ~ (1 | classid)"
NESTED = "mathkind ~ (1 | schoolid/classid)"
SES_NESTED = "mathkind ~ ses + (1 | schoolid/classid)"
INNER = "classid:schoolid"
NEAR = 1e-4

# formula: criterion, scaled residuals, variances with SDs, fixed effects with SE, df and t
PRINTED = {
    SES_SCHOOL: (
        "12038.7",
        "-4.7423 -0.5716 0.0188 0.6343 3.7763",
        {"schoolid": "309 17.58", "Residual": "1308 36.16"},
        {"(Intercept)": "465.746 2.058 98.752 226.337", "ses": "10.722 1.589 1187.995 6.747"},
    ),
    SCHOOL: (
        "12085.7",
        "-4.8223 -0.5749 0.0005 0.6454 3.6237",
        {"schoolid": "364.3 19.09", "Residual": "1344.5 36.67"},
        {"(Intercept)": "465.23 2.19 103.20 212.4"},
    ),
    CLASS: (
        "12149.4",
        "-4.5541 -0.5719 -0.0173 0.6295 3.5807",
        {"classid": "425.5 20.63", "Residual": "1305.8 36.14"},
        {"(Intercept)": "465.866 1.629 272.864 285.9"},
    ),
    NESTED: (
        "12085.1",
        "-4.8198 -0.5749 0.0012 0.6303 3.5893",
        {INNER: "32.0 5.657", "schoolid": "352.8 18.784", "Residual": "1323.4 36.379"},
        {"(Intercept)": "465.220 2.191 103.579 212.4"},
    ),
    SES_NESTED: (
        "12038.4",
        "-4.7444 -0.5722 0.0112 0.6320 3.7507",
        {INNER: "20.44 4.521", "schoolid": "301.52 17.364", "Residual": "1294.08 35.973"},
        {"(Intercept)": "465.749 2.058 99.030 226.344", "ses": "10.684 1.589 1187.053 6.725"},
    ),
}


def as_printed(values, text, rel=0.0):
    """Hold values against printed numbers: to half a unit of the last digit, or to a share."""
    for value, shown in zip(np.atleast_1d(values), text.split(), strict=True):
        decimals = len(shown.partition(".")[2])
        allowed = max(0.5001 * 10.0**-decimals, rel * abs(float(shown)))
        assert value == pytest.approx(float(shown), abs=allowed, rel=0), (value, shown)


def test_rows_of_groups(fitted):
    sizes = fitted(SES_NESTED).group_sizes.set_index("level")
    as_printed(sizes.loc["schoolid"].astype(float), "107 2 11.1215 31")
    as_printed(sizes.loc[INNER].astype(float), "312 1 3.814103 10")


def test_pooled_line(classroom):
    fit = fit_pooled(Model("mathkind ~ ses"), classroom)
    as_printed(fit.residual_quantiles, "-174.835 -26.399 1.065 26.529 161.150")
    table = fit.coefficients
    as_printed(table["estimate"], "466.84525 14.35929")
    as_printed(table["se"], "1.162 1.568")
    as_printed(table["t"], "401.70 9.16")
    as_printed([fit.sigma, fit.r2, fit.adjusted_r2], "40.08 0.06596 0.06518")
    as_printed([fit.f_statistic, *fit.f_df], "83.9 1 1188")
    assert fit.f_p < 2.2e-16


def test_slopes_of_single_schools_averaged(classroom):
    averages = fit_unpooled(Model(SES_SCHOOL), classroom).averages.set_index("term").loc["ses"]
    as_printed([averages["mean"], averages["size_weighted"]], "8.6352 10.27034")
    as_printed(averages["median"], "8.3")
    assert averages["n_groups"] == 107


@pytest.mark.parametrize("formula", PRINTED)
def test_mixed_models(formula, fitted):
    fit, (criterion, scaled, variances, coefficients) = fitted(formula), PRINTED[formula]
    as_printed(fit.criterion, criterion)
    as_printed(fit.residual_quantiles, scaled, rel=NEAR)
    table = fit.variances.set_index("level")
    for level, text in variances.items():
        as_printed(table.loc[level, ["variance", "sd"]].astype(float), text)
    table = fit.coefficients.set_index("term")
    for term, text in coefficients.items():
        estimate, se, df, t = text.split()
        as_printed(table.loc[term, ["estimate", "se"]], f"{estimate} {se}")
        as_printed(table.loc[term, ["df", "t"]], f"{df} {t}", rel=NEAR)


def test_correlations_of_fixed_effects_and_p_values(fitted):
    as_printed(fitted(SES_SCHOOL).correlations[0, 1], "0.034")
    as_printed(fitted(SES_NESTED).correlations[0, 1], "0.035")
    assert fitted(SES_SCHOOL).coefficients["p"][1] == pytest.approx(2.35e-11, rel=2e-3)
    assert fitted(SES_NESTED).coefficients["p"][1] == pytest.approx(2.72e-11, rel=2e-3)


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        (SES_SCHOOL, {"<none>": "4 -6019.3 12047", "(1 | schoolid)": "3 -6077.4 12161 116.1 1"}),
        (SCHOOL, {"<none>": "3 -6042.8 12092", "(1 | schoolid)": "2 -6119.3 12243 152.96 1"}),
        (CLASS, {"<none>": "3 -6074.7 12155", "(1 | classid)": "2 -6119.3 12243 89.221 1"}),
        (
            SES_NESTED,
            {
                "<none>": "5 -6019.2 12048",
                f"(1 | {INNER})": "4 -6019.3 12047 0.257 1",
                "(1 | schoolid)": "4 -6045.9 12100 53.359 1",
            },
        ),
    ],
)
def test_random_terms_dropped(formula, printed, fitted):
    table = drop_random_terms(fitted(formula)).table.set_index("term")
    assert list(table.index) == list(printed)
    columns = ["n_parameters", "log_likelihood", "aic", "statistic", "df"]
    for term, text in printed.items():
        as_printed(table.loc[term, columns[: len(text.split())]].astype(float), text)


def test_p_values_of_dropped_terms(fitted):
    p = drop_random_terms(fitted(SES_NESTED)).table.set_index("term")["p"]
    as_printed(p[f"(1 | {INNER})"], "0.6125")
    assert p["(1 | schoolid)"] == pytest.approx(2.778e-13, rel=1e-3)
    for formula in (SES_SCHOOL, SCHOOL, CLASS):
        assert drop_random_terms(fitted(formula)).table["p"][1] < 2.2e-16


@pytest.mark.parametrize(
    ("formula", "pooled", "mixed", "chisq", "alike"),
    [
        (NESTED, "2 12245 12255 -6120.4 12241", "4 12093 12113 -6042.5 12085", "155.78", 153.58),
        (
            SES_NESTED,
            "3 12166 12181 -6079.8 12160",
            "5 12048 12074 -6019.2 12038",
            "121.23",
            116.36,
        ),
    ],
)
def test_both_variances_against_the_linear_model(formula, pooled, mixed, chisq, alike, fitted):
    found = compare_with_pooled(fitted(formula))
    columns = ["n_parameters", "aic", "bic", "log_likelihood", "deviance"]
    for row, text in enumerate((pooled, mixed)):
        as_printed(found.as_printed.table.loc[row, columns].astype(float), text)
    as_printed([found.as_printed.statistic, found.as_printed.df], f"{chisq} 2")
    assert found.as_printed.p < 2.2e-16
    # Like with like, both restricted: R's logLik(lm, REML = TRUE) against the mixed fit.
    assert found.like_with_like.statistic == pytest.approx(alike, abs=0.01)
    assert (found.like_with_like.df, found.like_with_like.method) == (2, "REML")
    assert chisq in found.note.message
    assert f"{found.like_with_like.statistic:.2f}" in found.note.message


def test_classes_within_schools_are_not_needed(fitted):
    found = compare(fitted(SES_SCHOOL), fitted(SES_NESTED))
    as_printed([found.statistic, found.df, found.p], "0.2565 1 0.6125")
    columns = ["n_parameters", "aic", "bic", "log_likelihood", "deviance"]
    for row, text in enumerate(("4 12047 12067 -6019.3 12039", "5 12048 12074 -6019.2 12038")):
        as_printed(found.table.loc[row, columns].astype(float), text)
    # "But a better p-value divides this by two" (Stram & Lee 1994).
    assert found.p_boundary == pytest.approx(found.p / 2.0, rel=1e-12)
    assert "does not vary between classid:schoolid" in found.null_hypothesis


@pytest.mark.parametrize(
    ("formula", "printed"),
    [
        (SES_SCHOOL, {"schoolid": "0.19"}),
        (SCHOOL, {"schoolid": "0.21"}),
        (CLASS, {"classid": "0.25"}),
        (NESTED, {"schoolid": "0.21", INNER: "0.02"}),
        (SES_NESTED, {"schoolid": "0.19", INNER: "0.01"}),
    ],
)
def test_shares_of_variance(formula, printed, fitted):
    shares = icc(fitted(formula)).shares.set_index("level")["share"]
    for level, text in printed.items():
        assert f"{shares[level]:.2f}" == text
