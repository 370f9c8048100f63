"""Three notations of a model: indices, symbols, what stands at which level, escaping."""

import re

import numpy as np
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.fits.pooled import fit_pooled
from mlm_core.views.equation import equations

CLASSES = r"\eta_{jk}"
SCHOOLS = r"\zeta_{k}"


def test_the_nested_model_of_the_handout():
    found = equations(Model("mathkind ~ ses + (1 | schoolid/classid)"))
    assert found.combined == (
        r"\text{mathkind}_{ijk} = b_{0} + b_{1}\,\text{ses}_{ijk} + \eta_{jk} + \zeta_{k}"
        r" + \varepsilon_{ijk}"
    )
    assert found.distributions.split(r",\quad ") == [
        r"\zeta_{k} \sim N(0, \sigma_{\zeta}^2)",
        r"\eta_{jk} \sim N(0, \sigma_{\eta}^2)",
        r"\varepsilon_{ijk} \sim N(0, \sigma_{\varepsilon}^2)",
    ]
    assert found.by_level == (
        (
            "Level 1 (rows)",
            r"\text{mathkind}_{ijk} = \beta_{0jk} + b_{1}\,\text{ses}_{ijk} + \varepsilon_{ijk}",
        ),
        ("Level 2 (classid within schoolid)", r"\beta_{0jk} = \delta_{0k} + \eta_{jk}"),
        ("Level 3 (schoolid)", r"\delta_{0k} = b_{0} + \zeta_{k}"),
    )
    assert found.formula == "mathkind ~ ses + (1 | schoolid/classid)"


def test_two_levels_use_zeta_and_j():
    assert equations(Model("y ~ 1 + (1 | g)")).combined == (
        r"\text{y}_{ij} = b_{0} + \zeta_{j} + \varepsilon_{ij}"
    )


def test_a_pooled_model_has_no_groups(school):
    for model in (school.pooled, school.model.pooled()):
        found = equations(model)
        assert found.combined == (
            r"\text{mathkind}_{i} = b_{0} + b_{1}\,\text{ses}_{i} + \varepsilon_{i}"
        )
        assert len(found.by_level) == 1
        assert found.formula == "mathkind ~ ses"


def test_a_fit_writes_the_equations_of_its_model(school):
    assert equations(school.mixed) == equations(school.model)


def test_slopes_vary_with_their_intercept():
    found = equations(Model("y ~ x + (x | g)"))
    assert r"\zeta_{0j} + \zeta_{1j}\,\text{x}_{ij}" in found.combined
    assert found.distributions.startswith(r"(\zeta_{0j}, \zeta_{1j}) \sim N(0, \Sigma_{\zeta})")
    assert found.by_level[0][1] == (
        r"\text{y}_{ij} = \beta_{0j} + \beta_{1j}\,\text{x}_{ij} + \varepsilon_{ij}"
    )
    assert r"\beta_{1j} = b_{1} + \zeta_{1j}" in found.by_level[1][1]


def test_uncorrelated_slopes_have_variances_of_their_own():
    found = equations(Model("y ~ x + (x || g)"))
    assert r"\sigma_{\zeta 0}^2" in found.distributions
    assert r"\sigma_{\zeta 1}^2" in found.distributions
    assert r"\Sigma" not in found.distributions


def test_a_slope_without_a_fixed_part_has_only_its_effect():
    found = equations(Model("y ~ 1 + (0 + x | g)"))
    assert found.combined.endswith(r"\zeta_{1j}\,\text{x}_{ij} + \varepsilon_{ij}")
    assert found.by_level[1][1] == r"\beta_{1j} = \zeta_{1j}"


def test_several_blocks_of_one_level_are_told_apart():
    found = equations(Model("y ~ x + z + (x | g) + (0 + z + w | g)"))
    assert r"\Sigma_{\zeta 1}" in found.distributions
    assert r"\Sigma_{\zeta 2}" in found.distributions
    one = equations(Model("y ~ x + z + (x | g) + (0 + z | g)")).distributions
    assert r"(\zeta_{0j}, \zeta_{1j}) \sim N(0, \Sigma_{\zeta})" in one


def test_a_product_varies_where_its_innermost_factor_does():
    varies_at = {"old": "s", "large": "c"}
    found = equations(Model("y ~ x:old + old:large + (1 | s/c)"), varies_at=varies_at)
    assert r"\text{x}_{ijk}\,\text{old}_{ijk}" in found.combined
    assert r"\text{old}_{jk}\,\text{large}_{jk}" in found.combined
    rows, classes, schools = (text for _, text in found.by_level)
    assert r"\text{x}_{ijk}" in rows
    assert "large" in classes
    assert "text" not in schools


def test_predictors_of_groups_stand_in_the_groups_equation():
    model = Model("y ~ x + housepov + yearstea + (1 | s/c)")
    found = equations(model, varies_at={"housepov": "s", "yearstea": "c"})
    assert r"\text{housepov}_{k}" in found.combined
    assert r"\text{yearstea}_{jk}" in found.combined
    rows, classes, schools = (text for _, text in found.by_level)
    assert "housepov" not in rows
    assert r"b_{3}\,\text{yearstea}_{jk}" in classes
    assert r"b_{2}\,\text{housepov}_{k}" in schools


def test_a_predictor_of_a_level_whose_intercept_does_not_vary_stays_with_the_rows():
    found = equations(Model("y ~ z + (0 + x | g)"), varies_at={"z": "g"})
    assert r"b_{1}\,\text{z}_{j}" in found.by_level[0][1]


def test_functions_are_written_out():
    model = Model(
        "log(y) ~ center(x) + scale(x) + I(x^2) + group_mean(x, g) + group_center(x, g)"
        " + group_mean(x, h) + (1 | g)"
    )
    text = equations(model).combined
    for part in (
        r"\log\left(\text{y}_{ij}\right)",
        r"\left(\text{x}_{ij} - \overline{\text{x}}\right)",
        r"\mathrm{scale}\left(\text{x}_{ij}\right)",
        r"\left(\text{x}_{ij}\right)^{2}",
        r"\overline{\text{x}}_{j}",
        r"\left(\text{x}_{ij} - \overline{\text{x}}_{j}\right)",
        r"\overline{\text{x}}_{ij}",
    ):
        assert part in text


@pytest.mark.parametrize(("n", "is_broken"), [(6, False), (10, True)])
def test_long_equations_are_broken(n, is_broken):
    names = " + ".join(f"x{k}" for k in range(n))
    assert (r"\\" in equations(Model(f"y ~ {names}")).combined) == is_broken


@pytest.mark.parametrize(
    ("name", "is_broken"), [("income", False), ("income of the parents", True)]
)
def test_equations_with_long_names_are_broken_earlier(name, is_broken):
    formula = " + ".join(f"`{name} {k}`" for k in range(3))
    assert (r"\\" in equations(Model(f"y ~ {formula}")).combined) == is_broken


@pytest.mark.parametrize(
    ("outcome", "is_broken"), [("y", False), ("score at the end of school", True)]
)
def test_a_long_outcome_leaves_less_room(outcome, is_broken):
    formula = " + ".join(f"`income {k}`" for k in range(5))
    assert (r"\\" in equations(Model(f"`{outcome}` ~ {formula}")).combined) == is_broken


def test_long_equations_of_a_level_are_broken_as_well():
    names = [f"x{k}" for k in range(10)]
    model = Model(f"y ~ {' + '.join(names)} + (1 | g)")
    rows, groups = (
        text for _, text in equations(model, varies_at=dict.fromkeys(names, "g")).by_level
    )
    assert r"\\" not in rows
    assert groups.startswith(r"\begin{aligned} \beta_{0j} &= b_{0} + ")
    assert r"\\ &\quad + " in groups


def test_categories_show_in_the_equation_of_a_fit(hsb82):
    data = hsb82.assign(sector=np.where(hsb82["catholic"] == 1, "Catholic", "Public"))
    fit = fit_mixed(Model("mAch ~ sector + (1 | school)"), data)
    assert r"[\text{sector}_{ij} = \text{Public}]" in equations(fit).combined
    assert r"\text{Public}" in equations(fit_pooled(fit.model, data)).combined
    data["sector"] = data["sector"].replace("Public", "$P_1$")
    hostile = equations(fit_pooled(Model("mAch ~ sector", reference={"sector": "Catholic"}), data))
    assert r"= \text{\textdollar{}P\_1\textdollar{}}]" in hostile.combined


def test_every_level_rests_on_the_next_one_outside():
    _, *levels = (text for _, text in equations(Model("y ~ 1 + (1 | a/b/c)")).by_level)
    assert [text.rpartition(" + ")[0] for text in levels] == [
        r"\beta_{0jkl} = \delta_{0kl}",
        r"\delta_{0kl} = \gamma_{0l}",
        r"\gamma_{0l} = b_{0}",
    ]


def test_means_of_groups_that_are_no_level_have_the_index_of_the_rows():
    found = equations(Model("y ~ group_mean(x, c) + group_mean(x, s:c) + (1 | s/c)")).combined
    assert r"\overline{\text{x}}_{ijk}" in found  # of all classes numbered alike
    assert r"\overline{\text{x}}_{jk}" in found


def test_very_deep_nesting_still_has_symbols():
    groups = "/".join("abcdefg")
    found = equations(Model(f"y ~ 1 + (1 | {groups})"))
    assert "u^{(7)}" in found.combined
    assert r"\text{y}_{ijklmnpq}" in found.combined


def test_names_are_escaped(hostile):
    found = equations(hostile.mixed)
    texts = [found.combined, *(text for _, text in found.by_level)]
    for text in texts:
        inside = re.sub(r"\\[a-zA-Z]+\{\}|\\[{}&#%_,]", "", text)
        assert "$" not in inside
        assert "<" not in inside
        assert "%" not in inside
    assert r"\textless{}b\textgreater{}*x*" in found.combined
