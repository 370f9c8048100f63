"""The model as a frozen record: what is to be explained, by what, and what varies between groups.

A :class:`Model` comes from a formula or from plain arguments and is the same object either way,
equal and hashable by value, so that fits can be compared and cached by it. It knows no table:
whether its columns exist and can carry it is decided in :mod:`mlm_core.data.design`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from mlm_core.data.canonical import canonical_random, canonical_terms, formula_text
from mlm_core.data.expressions import (
    Expression,
    RandomTerm,
    Term,
    Transform,
    Variable,
    checked_name,
    measured,
    variables,
)
from mlm_core.data.formula import ParsedFormula, parse
from mlm_core.data.tokens import MAX_LENGTH, refusal
from mlm_core.errors import (
    DuplicateLevelError,
    ModelError,
    OutcomeIsPredictorError,
    UnknownColumnError,
    closest,
)

SlopeCovariance = Literal["unstructured", "diagonal"]
Predictor = str | Variable | Transform | Term


@dataclass(frozen=True, init=False, repr=False)
class Model:
    """A multilevel model, from a formula or from plain arguments.

    Parameters
    ----------
    formula : str, optional
        As in lme4: ``"mathkind ~ ses + (1 | schoolid/classid)"``. Either this or ``outcome``.
    outcome : str or Expression, optional
        The column to explain, by its exact name, whatever characters that holds.
    predictors : sequence of str, Expression or Term
        Exact column names, or records for functions and interactions of columns.
    levels : sequence of str
        Grouping columns, outermost first, each nested in the one before.
    slopes : mapping of str to sequence of str, Expression or Term, optional
        For a level, the predictors whose coefficient varies between its groups.
    slope_covariance : {"unstructured", "diagonal"}
        Whether intercepts and slopes of a level may be correlated.
    reference : mapping of str to str, optional
        Reference category of categorical predictors; by default the first.

    Attributes
    ----------
    outcome : Expression
        What is explained.
    fixed : tuple of Term
        Fixed terms, main effects before interactions.
    has_intercept : bool
        Whether the fixed part has an intercept.
    random : tuple of RandomTerm
        What varies between groups, outermost level first; empty for a pooled model.
    reference : tuple of (str, str)
        Column and reference category, sorted.

    Examples
    --------
    >>> written = Model("mathkind ~ ses + (1 | schoolid/classid)")
    >>> written == Model(outcome="mathkind", predictors=["ses"], levels=["schoolid", "classid"])
    True
    >>> written.levels
    ('schoolid', 'classid:schoolid')
    """

    outcome: Expression
    fixed: tuple[Term, ...]
    has_intercept: bool
    random: tuple[RandomTerm, ...]
    reference: tuple[tuple[str, str], ...]

    def __init__(
        self,
        formula: str | None = None,
        *,
        outcome: str | Variable | Transform | None = None,
        predictors: Iterable[Predictor] = (),
        levels: Iterable[str] = (),
        slopes: Mapping[str, Iterable[Predictor]] | None = None,
        slope_covariance: SlopeCovariance = "unstructured",
        reference: Mapping[str, str] | None = None,
    ) -> None:
        items, columns = _listed(predictors, "predictors"), _listed(levels, "levels")
        if formula is None:
            parts = ParsedFormula(
                outcome=_outcome(outcome),
                fixed=tuple(_term(item) for item in items),
                has_intercept=True,
                random=_random_terms(columns, slopes or {}, slope_covariance),
            )
        elif outcome is not None or items or columns or slopes:
            raise ModelError(
                "A model was given both as a formula and as outcome, predictors, levels or slopes."
                " Give one or the other."
            )
        else:
            parts = parse(formula)
        self._set(parts, _checked_reference(reference or {}))
        if formula is not None and len(self.formula) > MAX_LENGTH:
            raise refusal(
                formula,
                0,
                f"written out, its terms take over {MAX_LENGTH:,} characters. Use fewer.",
            )

    def _set(self, parts: ParsedFormula, reference: tuple[tuple[str, str], ...]) -> None:
        """Bring the parts into their canonical form, keep them, and check them together."""
        put = object.__setattr__
        put(self, "outcome", parts.outcome)
        put(self, "fixed", canonical_terms(parts.fixed))
        put(self, "has_intercept", parts.has_intercept)
        put(self, "random", canonical_random(parts.random))
        put(self, "reference", reference)
        self._check_outcome()

    def _check_outcome(self) -> None:
        """Refuse an outcome that would explain itself, as it is or through a function of it."""
        name = measured(self.outcome)
        slopes = tuple(slope for term in self.random for slope in term.slopes)
        if any(measured(factor) == name for term in self.fixed + slopes for factor in term.factors):
            raise OutcomeIsPredictorError(name)
        if any(name in term.groups for term in self.random):
            raise ModelError(
                f"The outcome {name!r} is also chosen as a grouping level: within a group it would"
                " not vary. Choose another outcome, or remove the level."
            )

    # --- what the model says ----------------------------------------------------------------------

    @property
    def formula(self) -> str:
        """The model as formula text; reading it gives an equal model (``reference`` apart).

        Text beyond 10,000 characters or 512 terms, which plain arguments can lead to, is not read.
        """
        return formula_text(self.outcome, self.fixed, self.has_intercept, self.random)

    @property
    def outcome_label(self) -> str:
        """The outcome as people name it: the column's own name, or the function of it."""
        return self.outcome.name if isinstance(self.outcome, Variable) else str(self.outcome)

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the grouping levels, outermost first, as R writes them: ``"b:a"``."""
        return tuple(dict.fromkeys(term.level for term in self.random))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of the table that the model needs, the outcome first."""
        names = list(variables(self.outcome))
        terms = [*self.fixed, *(slope for term in self.random for slope in term.slopes)]
        for term in terms:
            for factor in term.factors:
                names.extend(variables(factor))
        for random_term in self.random:
            names.extend(random_term.groups)
        return tuple(dict.fromkeys(names))

    def groups_of(self, level: str) -> tuple[str, ...]:
        """Return the columns that identify the groups of a level, outermost first.

        Raises
        ------
        UnknownColumnError
            The model has no level of that name.
        """
        found = {term.level: term.groups for term in self.random}
        if level not in found:
            raise UnknownColumnError(level, self.levels)
        return found[level]

    # --- other models made of this one ------------------------------------------------------------

    def replace_random(self, random: Iterable[RandomTerm]) -> Model:
        """Return the model with the same fixed part and this random part."""
        changed = object.__new__(type(self))
        parts = ParsedFormula(self.outcome, self.fixed, self.has_intercept, tuple(random))
        changed._set(parts, self.reference)
        return changed

    def pooled(self) -> Model:
        """Return the model without its random part."""
        return self.replace_random(())

    def __repr__(self) -> str:
        reference = f", reference={dict(self.reference)!r}" if self.reference else ""
        return f"Model({self.formula!r}{reference})"

    def __str__(self) -> str:
        return self.formula


# --- from plain arguments -------------------------------------------------------------------------


def _listed(given: object, argument: str) -> tuple[Predictor, ...]:
    """Return the items of an argument; one item may stand without a list around it."""
    if isinstance(given, Predictor):
        return (given,)
    if not isinstance(given, Iterable) or isinstance(given, (bytes, Mapping)):
        raise ModelError(f"{argument} must be a list of column names, not {given!r}.")
    return tuple(given)


def _outcome(given: object) -> Expression:
    if given is None:
        raise ModelError(
            "A model needs a formula or an outcome: Model('y ~ x + (1 | group)') or"
            " Model(outcome='y', predictors=['x'], levels=['group'])."
        )
    return _expression(given)


def _expression(given: object) -> Expression:
    return given if isinstance(given, Expression) else Variable(checked_name(given))


def _term(given: object) -> Term:
    return given if isinstance(given, Term) else Term((_expression(given),))


def _random_terms(
    levels: tuple[object, ...], slopes: Mapping[str, Iterable[Predictor]], covariance: str
) -> tuple[RandomTerm, ...]:
    """Make one random term a level, each level identified by its own column and all outer ones."""
    columns = tuple(checked_name(level) for level in levels)
    for name in columns:
        if columns.count(name) > 1:
            raise DuplicateLevelError(name, name)
    if covariance not in get_args(SlopeCovariance):
        raise ModelError(
            f"slope_covariance is {covariance!r}: it must be 'unstructured' or 'diagonal'."
        )
    if not isinstance(slopes, Mapping):
        raise ModelError(f"slopes must map a level to a list of predictors, not {slopes!r}.")
    for name in slopes:
        if name not in columns:
            known = ", ".join(map(repr, columns)) or "none"
            raise ModelError(
                f"slopes names the level {name!r}{closest(str(name), columns)}, which is not among"
                f" the levels ({known}). Add it to levels, or remove its slopes."
            )
    return tuple(
        RandomTerm(
            columns[: depth + 1],
            has_intercept=True,
            slopes=tuple(_term(slope) for slope in _listed(slopes.get(name, ()), "slopes")),
            is_correlated=covariance == "unstructured",
        )
        for depth, name in enumerate(columns)
    )


def _checked_reference(reference: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    if not isinstance(reference, Mapping):
        raise ModelError(f"reference must map a column to its category, not {reference!r}.")
    for column, category in reference.items():
        if not isinstance(category, str):
            raise ModelError(
                f"The reference category of {column!r} is {category!r}: categories are texts, give"
                f" {str(category)!r}."
            )
    return tuple(sorted((checked_name(name), str(text)) for name, text in reference.items()))
