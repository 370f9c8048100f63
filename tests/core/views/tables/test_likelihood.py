"""Tables of the lesson on likelihood: the digits of the handout."""

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.likelihood.normal import draw_normal, mean_likelihood
from mlm_core.likelihood.poisson import bundled_surface, fit_bundled
from mlm_core.likelihood.poisson_repeats import repeat_poisson
from mlm_core.views.tables import likelihood as tables


def test_both_criteria_side_by_side():
    sample = draw_normal(30, mean=0.0, sd=1.0, seed=1)
    found = mean_likelihood(sample, true_mean=0.0, sd=1.0)
    table = tables.mean(found)
    assert table.frame["Best exactly"].tolist() == ["−0.066", "−0.066"]
    assert table.frame["Best on the grid"].nunique() == 1
    assert "30 values, standard deviation 1 known" in table.footnotes[0]


def test_the_summary_r_prints():
    table = tables.poisson(fit_bundled())
    assert table.frame["Estimate"].tolist() == ["−0.50108", "0.48534"]
    assert table.frame["Std. error"].tolist() == ["0.02456", "0.02225"]
    assert table.frame["z"].tolist() == ["−20.40", "21.82"]
    assert table.frame["p"].tolist() == ["<.001", "<.001"]
    assert "Null deviance 3,521.1 on 2,999" in table.footnotes[0]
    assert "deviance 3,042.7 on 2,998. AIC 6,206.9." in table.footnotes[0].replace("of freedom", "")
    assert "−2.3266, −1.0397, −0.7155, 0.5440, 3.4077" in table.footnotes[1]


def test_estimates_beside_the_truth():
    table = tables.poisson_estimates(bundled_surface(), fit_bundled())
    assert table.frame["b₀"].tolist() == ["−0.4874", "−0.5025", "−0.5011", "−0.5000"]
    assert table.frame["b₁"].tolist() == ["0.4623", "0.4925", "0.4853", "0.5000"]


def test_claims():
    found = repeat_poisson(seed=4, repeats=20, rows=200)
    table = tables.repeats(found)
    assert table.frame["Coefficient"].tolist() == ["b₀"] * 3 + ["b₁"] * 3
    assert "20 samples of 200 counts, seed 4." in table.footnotes[0]


def test_both_methods_side_by_side(classroom):
    model = Model("mathkind ~ ses + (1 | schoolid/classid)")
    reml, ml = (fit_mixed(model, classroom, method=method) for method in ("REML", "ML"))
    table = tables.methods(reml, ml)
    assert table.frame["Level"].tolist() == ["schoolid", "classid:schoolid", "Residual"]
    assert table.frame["Variance by REML"].tolist() == ["301.52", "20.44", "1,294.08"]
    assert table.frame["Variance by ML"].tolist() == ["296.87", "20.44", "1,293.03"]
    assert "REML 12,038.41, ML 12,044.45" in table.footnotes[0]
