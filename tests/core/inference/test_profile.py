"""Profile intervals: as lme4 prints them, by brute force, and under changes that change nothing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import optimize

from mlm_core.data.model import Model
from mlm_core.errors import ModelError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference import profile as module
from mlm_core.inference.profile import is_quick, profile
from tests.core import dense
from tests.core.lmer_record import reference

# lme4 stops each of its minimisations early, then interpolates: what it prints is good to this.
AS_LME4 = 1e-4
# Where the fit is singular, or a correlation cannot be told, lme4's profile stops at points that
# are not the lowest; ours are lower there (see test_no_profile_of_lme4s_is_lower).
LME4_IS_TOO_NARROW = {
    ("C5", "sd_(Intercept)|schoolid"),
    ("C5", "sd_ses|schoolid"),
    ("C5", "sigma"),
    ("C5", "(Intercept)"),
    ("C5", "ses"),
    ("C6", "sd_(Intercept)|schoolid"),
}
INTERPOLATED = 1e-3
MODELS = {
    name: record
    for name, record in reference("inference")["models"].items()
    if record["inference"] and "profile" in record["inference"]
}


def test_the_references_are_here():
    assert list(MODELS) == ["C1", "C2", "C3", "C5", "C6", "S1", "S2"]


@pytest.mark.parametrize("name", MODELS)
def test_intervals_as_lme4(name, fitted):
    record = MODELS[name]["inference"]["profile"]
    table = profile(fitted(MODELS[name]["formula"], MODELS[name]["data"])).intervals()
    assert sorted(table["parameter"]) == sorted(record["rn"])
    own = table.set_index("parameter").loc[record["rn"], ["lower", "upper"]]
    compared = 0
    for label, lower, upper in zip(record["rn"], record["lo"], record["hi"], strict=True):
        if (name, label) not in LME4_IS_TOO_NARROW:
            assert_allclose(own.loc[label], [lower, upper], rtol=AS_LME4, err_msg=label)
            compared += 1
    assert compared >= 1


@pytest.mark.parametrize("name", ["umm_school", "umm_nested", "ses_school", "ses_nested"])
def test_intervals_of_the_class_set(name, fitted):
    record = reference("classroom")["mixed"][name]
    table = profile(fitted(record["formula"])).intervals().set_index("parameter")
    for entry in record["profile_ci"]:
        found = table.loc[entry["name"], ["lower", "upper"]]
        assert_allclose(found, [entry["lower"], entry["upper"]], rtol=AS_LME4)


def test_variances_of_the_nested_model(fitted):
    # The intervals of variances as a course would print them.
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    table = profile(fit).intervals(scale="variance").set_index("parameter")
    expected = {
        "var_(Intercept)|classid:schoolid": (0.0, 114.89),
        "var_(Intercept)|schoolid": (190.7, 446.6),
        "sigma^2": (1179.5, 1418.8),
    }
    for label, ends in expected.items():
        assert_allclose(table.loc[label, ["lower", "upper"]].astype(float), ends, rtol=3e-4)
    assert table.loc["var_(Intercept)|classid:schoolid", "lower"] == 0.0
    assert table.loc["ses", "lower"] == pytest.approx(7.5605631, rel=1e-6)


def lowest_with(frame, case, label, value):
    """Minimise over all parameters but one: two random effects in one block, or one in each."""
    x, y = dense.matrix(frame, case.fixed), frame["y"].to_numpy()
    if label in case.fixed:
        y = y - value * x[:, case.fixed.index(label)]
        x = np.delete(x, case.fixed.index(label), axis=1)
    loadings = [dense.loadings(frame, *block) for block in case.blocks]
    correlated = len(case.blocks) == 1
    names = (
        ["sd_(Intercept)|s:d", "sd_x|s:d", "sigma", "cor_x.(Intercept)|s:d"]
        if correlated
        else [f"sd_(Intercept)|{':'.join(reversed(groups))}" for groups, _ in case.blocks]
        + ["sigma"]
    )
    free = [name for name in names if name != label]

    def at(theta):
        first, second, sigma, *cosine = (
            value
            if name == label
            else np.sin(theta[free.index(name)])
            if name.startswith("cor_")
            else np.exp(theta[free.index(name)])
            for name in names
        )
        v = np.eye(len(y))
        if correlated:
            root = np.diag([first, second]) / sigma
            block = root @ np.array([[1.0, *cosine], [*cosine, 1.0]]) @ root
            v += loadings[0] @ np.kron(np.eye(loadings[0].shape[1] // 2), block) @ loadings[0].T
        else:
            for z, deviation in zip(loadings, (first, second), strict=True):
                v += (deviation / sigma) ** 2 * z @ z.T
        return full_deviance(x, y, v, sigma)

    found = [
        optimize.minimize(
            at,
            [{"sigma": 0.5}.get(name, start) for name in free],
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-10, "maxfev": 4000},
        )
        for start in (-1.0, 0.3)
    ]
    return min(one.fun for one in found)


def full_deviance(x, y, v, sigma):
    """Return -2 log-likelihood with beta at its best, V relative to sigma^2."""
    solved = np.linalg.solve(v, np.column_stack([x, y]))
    beta = np.linalg.solve(x.T @ solved[:, :-1], x.T @ solved[:, -1])
    r2 = (y - x @ beta) @ (solved[:, -1] - solved[:, :-1] @ beta)
    return np.linalg.slogdet(v)[1] + len(y) * np.log(2.0 * np.pi * sigma**2) + r2 / sigma**2


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("two levels", "sd_(Intercept)|c:s:d"),
        ("two levels", "sd_(Intercept)|s:d"),
        ("two levels", "sigma"),
        ("two levels", "x"),
        ("slope", "sd_(Intercept)|s:d"),
        ("slope", "sd_x|s:d"),
        ("slope", "sigma"),
        ("slope", "x"),
    ],
)
def test_ends_by_brute_force(name, label, pupils):
    case = dense.CASES[name]
    fit = fit_mixed(Model(case.formula), pupils, method="ML")
    table = profile(fit).intervals(0.9).set_index("parameter")
    value = table.loc[label, "upper"]
    rise = lowest_with(pupils, case, label, value) - fit.criterion
    assert rise == pytest.approx(1.6448536269514722**2, abs=1e-5)


@pytest.mark.slow
def test_a_correlation_by_brute_force():
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(20), 5)
    x = rng.normal(size=len(group))
    intercept, other = 2.0 * rng.normal(size=(2, 20))
    y = intercept[group] + (0.5 + 0.4 * intercept + 0.8 * other)[group] * x
    y += rng.normal(size=len(group))
    frame = pd.DataFrame({"y": y, "x": x, "d": group // 5, "s": group})
    case = dense.CASES["slope"]
    fit = fit_mixed(Model(case.formula), frame, method="ML")
    label = "cor_x.(Intercept)|s:d"
    row = profile(fit).intervals().set_index("parameter").loc[label]
    assert -1.0 < row["lower"] < row["estimate"] < row["upper"] < 1.0
    for end in ("lower", "upper"):
        rise = lowest_with(frame, case, label, row[end]) - fit.criterion
        assert rise == pytest.approx(1.959963984540054**2, abs=1e-5)


@pytest.mark.parametrize(("name", "label"), sorted(LME4_IS_TOO_NARROW))
def test_no_profile_of_lme4s_is_lower(name, label, fitted):
    record = MODELS[name]
    found = profile(fitted(record["formula"], record["data"]))
    own = found.intervals().set_index("parameter").loc[label]
    where = record["inference"]["profile"]["rn"].index(label)
    lower, upper = (record["inference"]["profile"][end][where] for end in ("lo", "hi"))
    # A profile minimises: at an end of ours the deviance is as high as it is at that very point,
    # so an interval that reaches less far (beyond what lme4's interpolation loses) is too narrow.
    assert own["lower"] <= lower + INTERPOLATED * abs(lower)
    assert own["upper"] >= upper - INTERPOLATED * abs(upper)


@pytest.mark.parametrize("name", dense.CASES)
def test_every_model_has_its_profile(name, pupils):
    found = profile(fit_mixed(Model(dense.CASES[name].formula), pupils))
    table = found.intervals(0.99)
    assert (table["lower"] <= table["upper"]).all()
    known = table["estimate"].notna()
    assert (table["lower"] <= table["estimate"])[known].all()
    assert (table["estimate"] <= table["upper"])[known].all()
    for curve in found.curves:
        assert (np.diff(curve.values) > 0.0).all()
        assert (np.diff(curve.zeta) >= 0.0).all()
        unbounded = curve.parameter.kind in ("sigma", "fixed")
        assert not unbounded or (curve.zeta[0] < -2.9 and curve.zeta[-1] > 2.9)


def test_wider_levels_than_the_curves_reach(fitted):
    found = profile(fitted("mathkind ~ ses + (1 | schoolid)"))
    levels = [0.5, 0.95, 0.997, 0.99999]
    widths = [found.intervals(level) for level in levels]
    for narrow, wide in pairwise(widths):
        assert (wide["lower"] < narrow["lower"]).all()
        assert (wide["upper"] > narrow["upper"]).all()
    # A normal mean given the variances: far out the t-like profile is wider than a normal one's.
    fixed = widths[-1].set_index("parameter").loc["ses"]
    assert fixed["upper"] - fixed["estimate"] > 4.4 * 1.587


@pytest.mark.parametrize(("shift", "factor"), [(0.0, 1e6), (0.0, 1e-6)])
def test_units_do_not_matter(shift, factor, sleepstudy, fitted):
    formula = "Reaction ~ Days + (Days | Subject)"
    plain = profile(fitted(formula, "sleepstudy")).intervals().set_index("parameter")
    moved = fit_mixed(Model(formula), sleepstudy.assign(Days=shift + factor * sleepstudy["Days"]))
    table = profile(moved).intervals().set_index("parameter")
    unit = np.array(
        [factor if label in ("sd_Days|Subject", "Days") else 1.0 for label in table.index]
    )
    assert_allclose(table["lower"] * unit, plain["lower"], rtol=1e-5)
    assert_allclose(table["upper"] * unit, plain["upper"], rtol=1e-5)


def test_a_far_origin_does_not_matter(sleepstudy, fitted):
    formula = "Reaction ~ Days + (Days | Subject)"
    plain = profile(fitted(formula, "sleepstudy")).intervals().set_index("parameter")
    moved = fit_mixed(Model(formula), sleepstudy.assign(Days=2015 + sleepstudy["Days"]))
    table = profile(moved).intervals().set_index("parameter")
    same = ["sd_Days|Subject", "sigma", "Days"]
    assert_allclose(
        table.loc[same, ["lower", "upper"]], plain.loc[same, ["lower", "upper"]], rtol=1e-5
    )


def test_by_either_method_the_same(fitted):
    formula = "mathkind ~ ses + (1 | schoolid)"
    tables = [
        profile(fitted(formula, "classroom", method)).intervals() for method in ("REML", "ML")
    ]
    assert_allclose(tables[0].iloc[:, 1:], tables[1].iloc[:, 1:], rtol=1e-6)


def test_parameters_are_described(fitted):
    found = profile(fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy"))
    told = [(one.kind, one.level, one.terms) for one in found.parameters]
    assert told == [
        ("sd", "Subject", ("(Intercept)",)),
        ("correlation", "Subject", ("(Intercept)", "Days")),
        ("sd", "Subject", ("Days",)),
        ("sigma", "", ()),
        ("fixed", "", ("(Intercept)",)),
        ("fixed", "", ("Days",)),
    ]


def test_a_level_must_be_a_share(fitted):
    found = profile(fitted("mathkind ~ ses + (1 | schoolid)"))
    for level in (0.0, 1.0, 95.0):
        with pytest.raises(ModelError, match="between 0 and 1"):
            found.intervals(level)


def test_what_is_quick(fitted, monkeypatch):
    fit = fitted("mathkind ~ ses + (1 | schoolid/classid)")
    monkeypatch.setattr(module, "_QUICK", 312 * 5)
    assert is_quick(fit)
    monkeypatch.setattr(module, "_QUICK", 312 * 5 - 1)
    assert not is_quick(fit)
