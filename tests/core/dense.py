"""The mixed model by brute force: dense matrices, no moments, no hierarchy, no cleverness.

V = I + sum over blocks of Z D Z', with D = Cov(b) / sigma^2 on the user's columns. Matrices are
built here from plain tables and lists of column names, independently of the package's own design.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """One model, written for the package and, apart from that, for brute force.

    ``fixed`` and the columns of ``blocks`` name columns of the table, ``"1"`` the constant and
    ``"x:w"`` a product; ``blocks`` are in the package's order, innermost level first.
    """

    formula: str
    fixed: tuple[str, ...]
    blocks: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]


@dataclass(frozen=True)
class Solution:
    """Generalised least squares given V; criterion, beta, sigma^2 and Cov(beta)."""

    criterion: float
    beta: FloatArray
    sigma2: float
    vcov: FloatArray
    residual: FloatArray
    covariance: FloatArray


def values(frame: pd.DataFrame, name: str) -> FloatArray:
    """Return a column by its name, the constant or a product."""
    product = np.ones(len(frame))
    for factor in name.split(":"):
        if factor != "1":
            product = product * frame[factor].to_numpy(dtype=float)
    return product


def matrix(frame: pd.DataFrame, names: Sequence[str]) -> FloatArray:
    """Return columns side by side, shape (n, len(names))."""
    return np.column_stack([values(frame, name) for name in names])


def loadings(frame: pd.DataFrame, groups: Sequence[str], names: Sequence[str]) -> FloatArray:
    """Return Z of one block, group after group in key order, shape (n, groups * q)."""
    codes = frame.groupby(list(groups)).ngroup().to_numpy()
    columns = matrix(frame, names)
    z = np.zeros((len(frame), (codes.max() + 1) * len(names)))
    for row, code in enumerate(codes):
        z[row, code * len(names) : (code + 1) * len(names)] = columns[row]
    return z


def relative_covariance(
    frame: pd.DataFrame, case: Case, blocks: Sequence[FloatArray]
) -> FloatArray:
    """Return V, shape (n, n)."""
    v = np.eye(len(frame))
    for (groups, names), d in zip(case.blocks, blocks, strict=True):
        z = loadings(frame, groups, names)
        n_groups = z.shape[1] // len(names)
        v += z @ np.kron(np.eye(n_groups), d) @ z.T
    return v


def solve(frame: pd.DataFrame, case: Case, blocks: Sequence[FloatArray], method: str) -> Solution:
    """Return the profiled criterion and what goes with it at given relative covariances."""
    x, y = matrix(frame, case.fixed), frame["y"].to_numpy()
    v = relative_covariance(frame, case, blocks)
    factor = linalg.cho_factor(v, lower=True)
    info = x.T @ linalg.cho_solve(factor, x)
    beta = np.linalg.solve(info, x.T @ linalg.cho_solve(factor, y))
    residual = y - x @ beta
    r2 = float(residual @ linalg.cho_solve(factor, residual))
    n, p = x.shape
    df = n - p if method == "REML" else n
    log_det = 2.0 * np.log(np.diag(factor[0])).sum()
    if method == "REML":
        log_det += np.linalg.slogdet(info)[1]
    value = log_det + df * (1.0 + np.log(2.0 * np.pi * r2 / df))
    sigma2 = r2 / df
    return Solution(value, beta, sigma2, sigma2 * np.linalg.inv(info), residual, v)


def modes(
    frame: pd.DataFrame, case: Case, blocks: Sequence[FloatArray], at: Solution, which: int
) -> tuple[FloatArray, FloatArray]:
    """Return conditional means and SDs of a block's effects given y and beta, group after group."""
    groups, names = case.blocks[which]
    z = loadings(frame, groups, names)
    prior = np.kron(np.eye(z.shape[1] // len(names)), blocks[which])
    weight = prior @ z.T @ np.linalg.inv(at.covariance)
    spread = at.sigma2 * (prior - weight @ z @ prior)
    return weight @ at.residual, np.sqrt(np.clip(np.diag(spread), 0.0, None))


_S, _C = ("d", "s"), ("d", "s", "c")
CASES = {
    "intercept": Case("y ~ x + (1 | s:d)", ("1", "x"), ((_S, ("1",)),)),
    "two levels": Case("y ~ x + (1 | s:d/c)", ("1", "x"), ((_C, ("1",)), (_S, ("1",)))),
    "three levels": Case(
        "y ~ x + w + (1 | d/s/c)",
        ("1", "x", "w"),
        ((_C, ("1",)), (_S, ("1",)), (("d",), ("1",))),
    ),
    "slope": Case("y ~ x + (x | s:d)", ("1", "x"), ((_S, ("1", "x")),)),
    "slopes at two levels": Case(
        "y ~ x + (x | s:d/c)", ("1", "x"), ((_C, ("1", "x")), (_S, ("1", "x")))
    ),
    "two slopes": Case("y ~ x + w + (x + w | s:d)", ("1", "x", "w"), ((_S, ("1", "x", "w")),)),
    "uncorrelated": Case("y ~ x + (x || s:d)", ("1", "x"), ((_S, ("1",)), (_S, ("x",)))),
    "slope only": Case("y ~ x + (0 + x | c:s:d)", ("1", "x"), ((_C, ("x",)),)),
    "outer slope, inner intercept": Case(
        "y ~ x + (0 + x | s:d) + (1 | c:s:d)", ("1", "x"), ((_C, ("1",)), (_S, ("x",)))
    ),
    "no fixed intercept": Case("y ~ 0 + x + w + (1 | s:d)", ("x", "w"), ((_S, ("1",)),)),
    "no intercept anywhere": Case("y ~ 0 + x + (0 + x | s:d)", ("x",), ((_S, ("x",)),)),
    "slope without fixed part": Case(
        "y ~ 1 + (0 + w | s:d/c)", ("1",), ((_C, ("w",)), (_S, ("w",)))
    ),
    "category": Case("y ~ k + x + (1 | s:d)", ("1", "kb", "kc", "x"), ((_S, ("1",)),)),
    "indicators": Case("y ~ 0 + k + (x | s:d)", ("ka", "kb", "kc"), ((_S, ("1", "x")),)),
    "interaction": Case(
        "y ~ k * x + (1 | s:d/c)",
        ("1", "kb", "kc", "x", "kb:x", "kc:x"),
        ((_C, ("1",)), (_S, ("1",))),
    ),
    "slope of a product": Case(
        "y ~ x * w + (0 + x:w | s:d)", ("1", "x", "w", "x:w"), ((_S, ("x:w",)),)
    ),
    "slope of a category": Case("y ~ k + (k | s:d)", ("1", "kb", "kc"), ((_S, ("1", "kb", "kc")),)),
}
