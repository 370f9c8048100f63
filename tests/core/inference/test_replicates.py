"""Estimates of replicates on the user's scale; their statistics agree with those of a fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlm_core.data.model import Model
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.bootstrap import bootstrap
from mlm_core.inference.parameters import find_parameters
from mlm_core.inference.replicates import icc_of, residual_share, share_of
from mlm_core.inference.shares import icc
from tests.core import dense


@pytest.mark.parametrize("name", dense.CASES)
def test_a_replicate_of_the_fit_is_the_fit(name, pupils):
    fit = fit_mixed(Model(dense.CASES[name].formula), pupils)
    own = bootstrap(fit, 20, seed=1).observed
    assert len(own) == 1
    table = fit.variances.set_index(["level", "term", "other"])
    for parameter in find_parameters(fit.problem):
        value = own.values(parameter)[0]
        if parameter.kind == "sd":
            assert value == pytest.approx(table.loc[(parameter.level, *parameter.terms, ""), "sd"])
        elif parameter.kind == "correlation":
            expected = table.loc[(parameter.level, *parameter.terms), "corr"]
            assert_allclose(value, expected, atol=1e-9)
        elif parameter.kind == "sigma":
            assert value == pytest.approx(fit.sigma)
        else:
            assert value == pytest.approx(fit.estimate(parameter.label))
    shares = icc(fit)
    for level in range(len(fit.levels)):
        assert share_of(level)(own)[0] == pytest.approx(shares.shares["share"][level])
        total = sum(share_of(one)(own)[0] for one in range(len(fit.levels)))
        assert total + residual_share(own)[0] == pytest.approx(1.0)
        assert icc_of(level)(own)[0] == pytest.approx(shares.correlations["icc"][level])


def test_a_correlation_with_nothing_is_not_known(fitted):
    fit = fitted("Reaction ~ Days + (Days | Subject)", "sleepstudy")
    some = bootstrap(fit, 20, seed=2).replicates
    theta = some.theta.copy()
    theta[3, 1:] = 0.0  # the slope does not vary
    changed = replace(some, theta=theta)
    (parameter,) = (p for p in find_parameters(fit.problem) if p.kind == "correlation")
    assert np.flatnonzero(np.isnan(changed.values(parameter))).tolist() == [3]
    assert not np.isnan(some.values(parameter)).any()
