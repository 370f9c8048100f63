"""Tests of fixed effects: single contrasts, blocks of coefficients, and every term in turn.

Of a hypothesis L beta = 0 with q independent rows the Wald statistic over q is an F statistic. Its
denominator degrees of freedom are Satterthwaite's, combined over the independent directions of L
as lmerTest combines them (Fai & Cornelius 1996), or Kenward and Roger's with their scaled F; or the
statistic is held against chi-square / q, which takes the variances as known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from mlm_core.errors import ModelError, UnknownColumnError
from mlm_core.fits.estimates import t_table
from mlm_core.fits.mixed import MixedFit
from mlm_core.inference.hypotheses import HypothesisType, fixed_terms, hypotheses
from mlm_core.inference.kenward_roger import KenwardRoger, kenward_roger
from mlm_core.notes import Note

FloatArray = NDArray[np.float64]
DfMethod = Literal["Satterthwaite", "Kenward-Roger", "asymptotic"]
# Share of the largest variance below which a direction of L is a combination of the others.
_DEPENDENT = 1e-8
# Degrees of freedom this near to one another are the same.
_SAME_DF = 1e-8


@dataclass(frozen=True, eq=False)
class FixedTest:
    """A test of a hypothesis on fixed effects.

    Attributes
    ----------
    null_hypothesis : str
        In words.
    statistic : float
        F; scaled, by Kenward and Roger's method.
    df : int
        Numerator degrees of freedom: independent rows of the hypothesis.
    df_denominator : float
        Infinite for the asymptotic test.
    p : float
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}
    """

    null_hypothesis: str
    statistic: float
    df: int
    df_denominator: float
    p: float
    method: DfMethod


@dataclass(frozen=True, eq=False)
class TermTests:
    """F tests of all terms of the fixed part.

    Attributes
    ----------
    table : DataFrame
        Columns term, df, df_denominator, statistic, p; a row a term.
    kind : {"I", "II", "III"}
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}
    notes : tuple of Note
    """

    table: pd.DataFrame
    kind: HypothesisType
    method: DfMethod
    notes: tuple[Note, ...]


class FixedInference:
    """Tests and intervals of contrasts of one fit by one method.

    Parameters
    ----------
    fit : MixedFit
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}

    Raises
    ------
    ModelError
        The method is none of these.
    """

    def __init__(self, fit: MixedFit, method: DfMethod) -> None:
        if method not in get_args(DfMethod):
            known = ", ".join(repr(name) for name in get_args(DfMethod))
            raise ModelError(f"The degrees of freedom can be {known}, not {method!r}.")
        self.fit, self.method = fit, method
        self._adjusted: KenwardRoger | None = None
        if method == "Kenward-Roger":
            self._adjusted = kenward_roger(fit)

    @property
    def beta(self) -> FloatArray:
        """Coefficients, shape (p,)."""
        return self.fit.beta if self._adjusted is None else self._adjusted.beta

    @property
    def vcov(self) -> FloatArray:
        """Covariance of the coefficients, shape (p, p)."""
        return self.fit.vcov if self._adjusted is None else self._adjusted.vcov

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the method has to say."""
        return () if self._adjusted is None else self._adjusted.notes

    def table(self, labels: Sequence[str], contrasts: FloatArray) -> pd.DataFrame:
        """Return estimates of the rows of ``contrasts``, shape (rows, p).

        Columns: term, estimate, se, df, t, p, lower, upper.
        """
        variance = ((contrasts @ self.vcov) * contrasts).sum(axis=1)
        return t_table(
            tuple(labels), contrasts @ self.beta, np.sqrt(variance), self._single_df(contrasts)
        )

    def test(self, null: str, contrasts: FloatArray) -> FixedTest:
        """Test that all of ``contrasts`` (rows, p) times beta are zero."""
        rows = _independent(contrasts, self.fit.vcov)
        q = len(rows)
        value = rows @ self.beta
        statistic = float(value @ np.linalg.solve(rows @ self.vcov @ rows.T, value)) / q
        if self._adjusted is not None:
            reference = self._adjusted.reference(rows)
            statistic, df = statistic * reference.scale, reference.df
        else:
            df = np.inf if self.method == "asymptotic" else _combined(self._single_df(rows))
        return FixedTest(null, statistic, q, df, f_tail(statistic, q, df), self.method)

    def _single_df(self, contrasts: FloatArray) -> FloatArray:
        if self._adjusted is not None:
            return np.array([self._adjusted.reference(row[None]).df for row in contrasts])
        if self.method == "asymptotic":
            return np.full(len(contrasts), np.inf)
        return self.fit.information.degrees_of_freedom(contrasts)


def wald_test(
    fit: MixedFit, terms: Sequence[str], *, method: DfMethod = "Satterthwaite"
) -> FixedTest:
    """Test that the coefficients of several terms are all zero.

    Parameters
    ----------
    fit : MixedFit
    terms : sequence of str
        Names of coefficients, or of terms with all their coefficients.
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}
        Where the degrees of freedom come from.

    Raises
    ------
    UnknownColumnError
        The model has no such term.
    """
    if not terms:
        raise ModelError("There is nothing to test: name at least one term of the fixed part.")
    by_term = {term.label: term.positions for term in fixed_terms(fit)}
    positions: list[int] = []
    for name in terms:
        if name in fit.terms:
            positions.append(fit.terms.index(name))
        elif name in by_term:
            positions += by_term[name]
        else:
            raise UnknownColumnError(name, [*by_term, *fit.terms])
    contrasts = np.eye(len(fit.terms))[list(dict.fromkeys(positions))]
    names = ", ".join(dict.fromkeys(terms))
    null = f"the coefficients of {names} are zero"
    return FixedInference(fit, method).test(null, contrasts)


def block_tests(fit: MixedFit, terms: Sequence[str]) -> tuple[FixedTest, ...]:
    """Test that the coefficients of several terms are all zero, by every method.

    See :func:`wald_test`.
    """
    return tuple(wald_test(fit, terms, method=method) for method in get_args(DfMethod))


def contrast(
    fit: MixedFit,
    weights: Mapping[str, float],
    *,
    method: DfMethod = "Satterthwaite",
) -> pd.DataFrame:
    """Estimate a weighted sum of fixed coefficients.

    Parameters
    ----------
    fit : MixedFit
    weights : Mapping[str, float]
        Weight of each coefficient, by its name; the others count nothing.
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}

    Returns
    -------
    DataFrame
        One row: term (the sum in words), estimate, se, df, t, p, lower, upper.
    """
    row = np.zeros(len(fit.terms))
    for name, weight in weights.items():
        if name not in fit.terms:
            raise UnknownColumnError(name, list(fit.terms))
        row[fit.terms.index(name)] = weight
    if not row.any():
        raise ModelError("A contrast needs at least one coefficient with a weight that is not 0.")
    label = " + ".join(f"{weight:g} {name}" for name, weight in weights.items())
    return FixedInference(fit, method).table([label], row[None])


def term_tests(
    fit: MixedFit, *, kind: HypothesisType = "III", method: DfMethod = "Satterthwaite"
) -> TermTests:
    """Test every term of the fixed part, as lmerTest's ``anova`` does.

    Parameters
    ----------
    fit : MixedFit
    kind : {"I", "II", "III"}
        What a term is tested after; see :mod:`mlm_core.inference.hypotheses`.
    method : {"Satterthwaite", "Kenward-Roger", "asymptotic"}
    """
    inference = FixedInference(fit, method)
    records = []
    for hypothesis in hypotheses(fit, kind):
        test = inference.test(f"{hypothesis.term} has no effect", hypothesis.contrasts)
        records.append((hypothesis.term, test.df, test.df_denominator, test.statistic, test.p))
    columns = ["term", "df", "df_denominator", "statistic", "p"]
    table = pd.DataFrame.from_records(records, columns=columns)
    return TermTests(table, kind, method, inference.notes)


def f_tail(statistic: float, df: int, df_denominator: float) -> float:
    """Return the upper tail of F; of chi-square / df where the denominator is infinite."""
    if np.isinf(df_denominator):
        return float(special.chdtrc(df, df * statistic))
    share = df_denominator / (df_denominator + df * statistic)
    return float(special.betainc(df_denominator / 2.0, df / 2.0, share))


def _independent(contrasts: FloatArray, vcov: FloatArray) -> FloatArray:
    """Return the independent directions of a hypothesis: uncorrelated combinations of its rows."""
    length = np.sqrt(((contrasts @ vcov) * contrasts).sum(axis=1))
    unit = contrasts / length[:, None]
    values, vectors = np.linalg.eigh(unit @ vcov @ unit.T)
    is_kept = values > _DEPENDENT * values[-1]
    if is_kept.all():
        # lmerTest's directions, which feel the length of the rows; whether there are fewer than
        # rows must not, so it is judged on rows of one length.
        _, vectors = np.linalg.eigh(contrasts @ vcov @ contrasts.T)
        return np.asarray(vectors.T @ contrasts)
    return np.asarray(vectors[:, is_kept].T @ unit)


def _combined(df: FloatArray) -> float:
    """Return the degrees of freedom of an F of independent t statistics (Fai & Cornelius)."""
    if np.ptp(df) < _SAME_DF:
        return float(df.mean())
    if (df <= 2.0).any():
        return 2.0
    expected = float((df / (df - 2.0)).sum())
    return 2.0 * expected / (expected - len(df))
