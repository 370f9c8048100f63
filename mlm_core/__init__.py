"""Multilevel models from group moments: pooled, unpooled and mixed fits of nested data.

>>> import mlm_core as mlm
>>> pupils = mlm.load("classroom")
>>> model = mlm.Model("mathkind ~ ses + (1 | schoolid/classid)")
>>> fit = mlm.fit_mixed(model, pupils)
>>> round(fit.criterion, 1)
12038.4
"""

from mlm_core.data.bundled import load
from mlm_core.data.model import Model
from mlm_core.errors import MlmError
from mlm_core.fits.mixed import MixedFit, fit_mixed
from mlm_core.fits.pooled import PooledFit, fit_pooled
from mlm_core.fits.prediction import predict, residuals
from mlm_core.fits.unpooled import UnpooledFit, fit_unpooled
from mlm_core.inference.bootstrap import Bootstrap, bootstrap
from mlm_core.inference.bootstrap_ratio import BootstrapTest, bootstrap_test
from mlm_core.inference.cluster_robust import ClusterRobust, cluster_robust
from mlm_core.inference.comparison import compare
from mlm_core.inference.design_effect import DesignEffect, design_effect
from mlm_core.inference.fixed_tests import FixedTest, TermTests, contrast, term_tests, wald_test
from mlm_core.inference.group_effects import GroupEffects, group_effects
from mlm_core.inference.influence import GroupInfluence, influence
from mlm_core.inference.kenward_roger import KenwardRoger, kenward_roger
from mlm_core.inference.likelihood_ratio import LikelihoodRatioTest
from mlm_core.inference.marginal_means import MarginalMeans, marginal_means
from mlm_core.inference.prediction_intervals import prediction_intervals
from mlm_core.inference.profile import Profile, profile
from mlm_core.inference.r_squared import RSquared, r_squared
from mlm_core.inference.random_terms import (
    PooledComparison,
    RandomTermTests,
    compare_with_pooled,
    drop_random_terms,
)
from mlm_core.inference.reliability import Reliability, reliability
from mlm_core.inference.share_intervals import ShareIntervals, share_intervals
from mlm_core.inference.shares import VarianceShares, icc, unconditional_icc
from mlm_core.inference.simulated_terms import SimulatedTerms, simulate_random_terms
from mlm_core.inference.variance_function import VarianceFunction, variance_function
from mlm_core.inference.variance_paths import VariancePaths, variance_paths
from mlm_core.moments.making import moments
from mlm_core.moments.moments import Moments
from mlm_core.moments.storage import load_moments
from mlm_core.notes import Note

__all__ = [
    "Bootstrap",
    "BootstrapTest",
    "ClusterRobust",
    "DesignEffect",
    "FixedTest",
    "GroupEffects",
    "GroupInfluence",
    "KenwardRoger",
    "LikelihoodRatioTest",
    "MarginalMeans",
    "MixedFit",
    "MlmError",
    "Model",
    "Moments",
    "Note",
    "PooledComparison",
    "PooledFit",
    "Profile",
    "RSquared",
    "RandomTermTests",
    "Reliability",
    "ShareIntervals",
    "SimulatedTerms",
    "TermTests",
    "UnpooledFit",
    "VarianceFunction",
    "VariancePaths",
    "VarianceShares",
    "bootstrap",
    "bootstrap_test",
    "cluster_robust",
    "compare",
    "compare_with_pooled",
    "contrast",
    "design_effect",
    "drop_random_terms",
    "fit_mixed",
    "fit_pooled",
    "fit_unpooled",
    "group_effects",
    "icc",
    "influence",
    "kenward_roger",
    "load",
    "load_moments",
    "marginal_means",
    "moments",
    "predict",
    "prediction_intervals",
    "profile",
    "r_squared",
    "reliability",
    "residuals",
    "share_intervals",
    "simulate_random_terms",
    "term_tests",
    "unconditional_icc",
    "variance_function",
    "variance_paths",
    "wald_test",
]
