"""The search: one optimum from wherever it starts, few evaluations, no false zero."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from mlm_core.errors import NotConvergedError
from mlm_core.fits import search
from mlm_core.fits.certificate import find_escape
from mlm_core.fits.search import minimise
from mlm_core.fits.start import find_start
from tests.core import dense
from tests.core.problems import METHODS, problem_of, random_theta, relative_covariances
from tests.core.tolerances import MOST_EVALUATIONS, SAME_OPTIMUM


@pytest.fixture(params=["few groups", "many groups"])
def strategy(request, monkeypatch):
    """Search as where groups are few (exact Newton) or many (quasi-Newton first)."""
    monkeypatch.setattr(search, "_SMALL", 0 if request.param == "many groups" else 10**9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", dense.CASES)
@pytest.mark.usefixtures("strategy")
def test_brute_force_finds_nothing_lower(name, method, pupils):
    case = dense.CASES[name]
    problem = problem_of(case.formula, pupils, method)
    found = minimise(problem, find_start(problem)[0])

    def brute_force(theta):
        return dense.solve(pupils, case, relative_covariances(problem, theta), method).criterion

    tried = optimize.minimize(
        brute_force, found.at.theta + 0.05, method="Nelder-Mead", options={"maxfev": 250}
    )
    assert found.at.value <= tried.fun + SAME_OPTIMUM
    assert found.evaluations <= MOST_EVALUATIONS


@pytest.mark.parametrize("name", ["two levels", "slope", "uncorrelated", "slope of a category"])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.usefixtures("strategy")
def test_the_start_does_not_matter(name, seed, pupils):
    problem = problem_of(dense.CASES[name].formula, pupils)
    usual = minimise(problem, find_start(problem)[0]).at.value
    start = 3.0 * random_theta(problem, seed=seed)
    assert minimise(problem, start).at.value == pytest.approx(usual, abs=SAME_OPTIMUM)


@pytest.mark.parametrize(
    ("formula", "table"),
    [
        ("mathkind ~ ses + (1 | schoolid/classid)", "classroom"),
        ("mathkind ~ ses + (ses | schoolid)", "classroom"),
        ("Reaction ~ Days + (Days || Subject)", "sleepstudy"),
        ("mAch ~ cses * meanses + cses * catholic + (cses | school)", "hsb82"),
    ],
)
@pytest.mark.usefixtures("strategy")
def test_zero_is_left_where_it_is_false(formula, table, tables):
    problem = problem_of(formula, tables[table])
    zero = np.zeros(problem.structure.n_theta)
    from_zero = minimise(problem, zero)
    usual = minimise(problem, find_start(problem)[0])
    assert from_zero.at.value == pytest.approx(usual.at.value, abs=SAME_OPTIMUM)
    assert find_escape(problem, from_zero.at) is None


@pytest.mark.parametrize("size", [1e-3, 30.0, 1000.0])
@pytest.mark.usefixtures("strategy")
def test_starts_far_off_find_home(size, classroom):
    problem = problem_of("mathkind ~ ses + (1 | schoolid/classid)", classroom)
    usual = minimise(problem, find_start(problem)[0]).at.value
    found = minimise(problem, np.full(2, size)).at.value
    assert found == pytest.approx(usual, abs=SAME_OPTIMUM)


def test_without_variance_parameters_there_is_nothing_to_search(pupils):
    problem = problem_of("y ~ x", pupils)
    found = minimise(problem, np.zeros(0))
    assert found.evaluations == 1
    assert found.curvature.hessian(problem, found.at).shape == (0, 0)


def test_a_search_that_is_cut_short_says_so(pupils, monkeypatch):
    monkeypatch.setattr(search, "_MAX_EVALUATIONS", 0)
    problem = problem_of("y ~ x + (1 | s:d)", pupils)
    with pytest.raises(NotConvergedError, match="No certified optimum after 0 evaluations"):
        minimise(problem, find_start(problem)[0])
