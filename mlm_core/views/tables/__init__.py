"""Results as tables fit to be printed: every cell a text, every column of one precision."""

from mlm_core.views.tables.averages import averages
from mlm_core.views.tables.checks import (
    influential_groups,
    residual_correlations,
    standard_errors,
)
from mlm_core.views.tables.coefficients import (
    fixed_correlations,
    mixed_coefficients,
    mixed_facts,
    pooled_coefficients,
    pooled_facts,
    residual_quantiles,
)
from mlm_core.views.tables.comparisons import likelihood_ratio, pooled_comparison, random_terms
from mlm_core.views.tables.groups import group_effects, group_sizes, group_slopes
from mlm_core.views.tables.intervals import (
    design_effect,
    profile_intervals,
    reliability,
    variance_points,
)
from mlm_core.views.tables.sequences import (
    block_tests,
    marginal_means,
    mean_differences,
    model_list,
    term_tests,
    variance_changes,
)
from mlm_core.views.tables.simulated import simulated_terms
from mlm_core.views.tables.standing import group_standing
from mlm_core.views.tables.table import Table
from mlm_core.views.tables.variances import correlations, shares, variances

__all__ = [
    "Table",
    "averages",
    "block_tests",
    "correlations",
    "design_effect",
    "fixed_correlations",
    "group_effects",
    "group_sizes",
    "group_slopes",
    "group_standing",
    "influential_groups",
    "likelihood_ratio",
    "marginal_means",
    "mean_differences",
    "mixed_coefficients",
    "mixed_facts",
    "model_list",
    "pooled_coefficients",
    "pooled_comparison",
    "pooled_facts",
    "profile_intervals",
    "random_terms",
    "reliability",
    "residual_correlations",
    "residual_quantiles",
    "shares",
    "simulated_terms",
    "standard_errors",
    "term_tests",
    "variance_changes",
    "variance_points",
    "variances",
]
