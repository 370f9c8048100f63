"""Results as tables fit to be printed: every cell a text, every column of one precision."""

from mlm_core.views.tables.averages import averages
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
from mlm_core.views.tables.table import Table
from mlm_core.views.tables.variances import correlations, shares, variances

__all__ = [
    "Table",
    "averages",
    "correlations",
    "fixed_correlations",
    "group_effects",
    "group_sizes",
    "group_slopes",
    "likelihood_ratio",
    "mixed_coefficients",
    "mixed_facts",
    "pooled_coefficients",
    "pooled_comparison",
    "pooled_facts",
    "random_terms",
    "residual_quantiles",
    "shares",
    "variances",
]
