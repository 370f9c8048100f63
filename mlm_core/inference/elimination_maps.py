"""Eliminated effects as linear maps: what they do to cross-products and to coefficients.

An effect that enters with loading z is integrated out of M by N = M - W W' / A, W = M z and A = 1 +
z'Mz. With T = I - z W' / A a small change of M goes through as dN = T'dM T, and the covariance of
coefficients comes down the hierarchy as G <- T G T' + z z' / A.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlm_core.fits.elimination import Elimination

FloatArray = NDArray[np.float64]


def elimination_map(record: Elimination) -> tuple[FloatArray, FloatArray]:
    """Return z (K, G) and T (K, K, G) of an elimination.

    The diagonal of T is (A - z_i W_i) / A with the difference formed by leaving a term out of A:
    of a large effect nothing else would be left than rounding.
    """
    before, (constant, columns) = record.before, record.loading
    k, n_groups = before.k, before.weight.shape[-1]
    z, w = np.zeros((k, n_groups)), np.empty((k, n_groups))
    z[0] = constant
    for index, weight in columns:
        z[1 + index] = weight
    w[0] = before.weight * record.t
    w[1:] = w[0] * before.means[:-1]
    if record.slope is not None:
        w[1:] += record.slope[:-1]
    entering = [0, *(1 + index for index, _ in columns)]
    transform = np.zeros((k, k, n_groups))
    transform[range(k), range(k)] = 1.0
    for row in entering:
        transform[row] -= z[row] * w / record.pivot
        rest = 1.0 + sum((z[other] * w[other] for other in entering if other != row), np.zeros(1))
        transform[row, row] = rest / record.pivot
    return z, transform
