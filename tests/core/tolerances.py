"""How closely results must agree, each with its reason: one place, no test loosens its own."""

from __future__ import annotations

# --- against the numbers R printed (tests/reference) ----------------------------------------------

# lme4 stops its optimiser when a step changes the criterion by about 1e-6; a fit may lie lower by
# any of that, but never above the reference by more than this.
CRITERION = 1e-5
# Fixed effects are weighted means: an error in theta enters them in second order.
FIXED = 1e-5
# Variances are flat at the optimum: a fall of 1e-6 in the criterion moves them by 1e-3 of
# themselves, or, where they are small, by a share of the residual variance.
VARIANCE = 1e-3
VARIANCE_OF_RESIDUAL = 1e-4
# lmerTest differentiates by finite differences (Richardson) at lme4's theta.
DF = 1e-2
# Twice the tolerance of a criterion, with room for R's own two optimisations.
RANOVA = 1e-4
# A conditional mode moves with theta: this share of the residual standard deviation is not seen.
MODE_OF_SIGMA = 1e-4
# Residuals divided by sigma, whose own relative error is half that of the variance.
SCALED_RESIDUAL = 1e-4
# Closed forms in double precision, printed by R with 12 decimals.
CLOSED_FORM = 1e-9
# The search is meant to need few evaluations of the criterion.
MOST_EVALUATIONS = 20

# --- against brute force and against itself -------------------------------------------------------

# Two exact computations of one number by different orders of summation, relative.
EXACT = 1e-9
# Central differences with a step of 1e-5: the criterion rounds at about 1e-12.
DIFFERENCES = 1e-5
# What a change that changes nothing (order, labels, units) may do to the criterion, relative, ...
SAME_CRITERION = 1e-9
# ... and to estimates, which feel the stopping rule (a fall of 1e-10) as its square root.
SAME_ESTIMATE = 1e-6
# Degrees of freedom by definition: second derivatives may stand one Newton step, an expected fall
# of 1e-7, before the optimum; its square root is what they feel.
DF_EXACT = 1e-3
# Searches from different starts stop within this of one another, absolute.
SAME_OPTIMUM = 1e-8
