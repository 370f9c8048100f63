"""Every error this package raises on purpose: one root, one branch per stage of the work.

A message names the column, row or group concerned, the value seen, and what to do about it.
Branches follow the path of a request: reading a file, understanding a model, laying it over a
table, fitting, comparing. Callers that want to show any of them catch :class:`MlmError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class MlmError(Exception):
    """Root of all errors raised on purpose; ``str(error)`` is fit to be shown to a user."""


# --- reading a file -------------------------------------------------------------------------------


class ReadError(MlmError):
    """The bytes handed in could not be read as a table."""


class EmptyFileError(ReadError):
    """The file holds no bytes, or only blanks."""


class HeaderOnlyError(ReadError):
    """The file names its columns but has no row."""


class NotATableError(ReadError):
    """The bytes are not a table in any format that is read here."""


class UnknownDatasetError(ReadError):
    """No bundled data set has that name."""

    def __init__(self, name: str, available: Iterable[str]) -> None:
        names = sorted(available)
        super().__init__(
            f"There is no bundled data set named {name!r}{_closest(name, names)}."
            f" Bundled sets: {', '.join(names)}. To read a file, give its path."
        )


# --- understanding a model ------------------------------------------------------------------------


class ModelError(MlmError):
    """The model, as written, has no meaning here, whatever the table."""


class FormulaError(ModelError):
    """A formula could not be parsed; ``position`` is the offset of the offending character."""

    def __init__(self, formula: str, position: int, reason: str) -> None:
        self.formula = formula
        self.position = position
        pointer = " " * position + "^"
        super().__init__(f"The formula could not be read: {reason}\n    {formula}\n    {pointer}")


class OutcomeIsPredictorError(ModelError):
    """The outcome also stands among the predictors."""

    def __init__(self, outcome: str) -> None:
        super().__init__(
            f"The outcome {outcome!r} is also chosen as a predictor: it would explain itself."
            " Remove it from the predictors, or choose another outcome."
        )


class DuplicateLevelError(ModelError):
    """One grouping level is given twice, under the same or under another name."""

    def __init__(self, first: str, second: str) -> None:
        reason = (
            f"The grouping level {first!r} is listed twice."
            if first == second
            else f"The levels {first!r} and {second!r} divide the rows into the same groups."
        )
        super().__init__(f"{reason} Their variances cannot be told apart: keep one of them.")


# --- laying the model over a table ----------------------------------------------------------------


class TableError(MlmError):
    """The table at hand cannot carry the model."""


class UnknownColumnError(TableError):
    """The model names a column that the table lacks."""

    def __init__(self, name: str, available: Iterable[str]) -> None:
        names = [str(column) for column in available]
        super().__init__(
            f"There is no column {name!r}{_closest(name, names)}. Columns here: {_listed(names)}."
        )


class AmbiguousColumnError(TableError):
    """Two columns of the table share the name the model uses."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Two or more columns are named {name!r}: rename all but one of them.")


class CellError(TableError):
    """A cell does not fit its use; ``row`` counts data rows from 1.

    Parameters
    ----------
    subject : str
        Column or expression concerned.
    row : int
    value : object
        What the cell holds.
    """

    wording = "{subject} cannot be used in data row {row} ({value})."

    def __init__(self, subject: str, row: int, value: object) -> None:
        self.subject, self.row, self.value = subject, row, value
        super().__init__(self.wording.format(subject=subject, row=row, value=value))

    def in_row(self, row: int) -> CellError:
        """Return the same error for another row: where the table was cut, for the uncut one."""
        return type(self)(self.subject, row, self.value)


class NotNumericError(CellError):
    """A column that must be numeric holds text."""

    wording = (
        "The column {subject!r} must be numeric, but data row {row} holds {value!r}. Correct or"
        " empty that cell (an empty cell is a missing value), or choose another column."
    )


class InfiniteValueError(CellError):
    """A numeric column holds an infinity."""

    wording = (
        "The column {subject!r} holds an infinite value in data row {row} ({value}). Replace it,"
        " or leave the cell empty."
    )


class DomainError(CellError):
    """A transformation is not defined for a value of the column."""

    wording = (
        "{subject} is not defined for the value {value} in data row {row}. Leave that cell empty,"
        " or use another transformation."
    )


class AllMissingError(TableError):
    """A column of the model has no value at all."""

    def __init__(self, column: str) -> None:
        super().__init__(f"The column {column!r} is empty: every value is missing. Choose another.")


class NoCompleteRowsError(TableError):
    """No row has a value in every column of the model."""

    def __init__(self, missing: dict[str, int], n_rows: int) -> None:
        counts = ", ".join(f"{name!r} lacks {count}" for name, count in missing.items() if count)
        super().__init__(
            f"None of the {n_rows} rows has a value in every chosen column ({counts})."
            " Remove the column with most missing values."
        )


class TooFewRowsError(TableError):
    """Fewer rows than the model has parameters."""

    def __init__(self, n_rows: int, n_parameters: int) -> None:
        super().__init__(
            f"There are {n_rows} complete rows for {n_parameters} parameters."
            " Use fewer predictors or more data."
        )


class NoFixedEffectsError(TableError):
    """Nothing is left of the fixed part."""

    def __init__(self) -> None:
        super().__init__(
            "The fixed part of the model is empty: it has no intercept and no predictor"
            " that varies."
            " Add the intercept or a predictor."
        )


class ConstantOutcomeError(TableError):
    """The outcome has one value only."""

    def __init__(self, outcome: str, value: float) -> None:
        super().__init__(
            f"The outcome {outcome!r} is {value:g} in every row: there is no variation to explain."
            " Choose another outcome."
        )


class GroupOutcomeError(TableError):
    """The outcome has one value in each group, so nothing is left inside the groups."""

    def __init__(self, outcome: str, level: str) -> None:
        super().__init__(
            f"The outcome {outcome!r} has one value in each group of {level!r}: it describes these"
            " groups, and nothing varies inside them. Choose another outcome, or leave"
            " this level out."
        )


class OneGroupError(TableError):
    """A grouping level has a single group."""

    def __init__(self, level: str, group: object) -> None:
        super().__init__(
            f"All rows belong to one group of {level!r} ({group!r}): the variance between groups"
            " cannot be estimated. Leave this level out."
        )


class SingletonGroupsError(TableError):
    """Every group of a level has one row."""

    def __init__(self, level: str, n_groups: int) -> None:
        super().__init__(
            f"Every one of the {n_groups} groups of {level!r} has exactly one row, so group and row"
            " cannot be told apart. Is this an identifier of the rows? Choose a coarser grouping."
        )


class CrossedGroupsError(TableError):
    """Two grouping columns are crossed where nesting is needed."""

    def __init__(self, inner: str, outer: str, group: object, parents: Sequence[object]) -> None:
        self.inner, self.outer, self.group, self.parents = inner, outer, group, tuple(parents)
        where = " and ".join(str(parent) for parent in parents)
        super().__init__(
            f"{inner} {group} occurs in {outer} {where}: write (1 | {outer}/{inner}) if these are"
            f" different groups of {inner} that share a label. Truly crossed groups are"
            " not fitted here."
        )


class TooManyRandomEffectsError(TableError):
    """As many random effects as rows, or more."""

    def __init__(self, level: str, n_effects: int, n_rows: int) -> None:
        super().__init__(
            f"The level {level!r} asks for {n_effects} random effects, but there are only {n_rows}"
            " rows: they cannot be told from the residual. Remove a slope or use larger groups."
        )


class ConstantSlopeError(TableError):
    """A random slope is asked for a variable that does not vary inside any group."""

    def __init__(self, variable: str, level: str) -> None:
        super().__init__(
            f"{variable!r} is constant within every group of {level!r}, so its slope cannot vary"
            f" between these groups. Remove the random slope of {variable!r} at {level!r}."
        )


class UnknownReferenceError(TableError):
    """The reference category asked for does not occur."""

    def __init__(self, column: str, reference: str, categories: Sequence[str]) -> None:
        super().__init__(
            f"{reference!r} is not a category of {column!r}{_closest(reference, categories)}."
            f" Categories: {_listed(categories)}."
        )


class UnseenCategoryError(TableError):
    """Rows to predict for hold a category that the fit has never seen."""

    def __init__(self, column: str, category: object, categories: Sequence[str]) -> None:
        super().__init__(
            f"The category {category!r} of {column!r} does not occur in the fitted data, so nothing"
            f" is known of it. Known: {_listed(categories)}."
        )


class TooManyCategoriesError(TableError):
    """A categorical predictor has nearly as many categories as there are rows."""

    def __init__(self, column: str, n_categories: int, n_rows: int) -> None:
        super().__init__(
            f"{column!r} has {n_categories} different texts in {n_rows} rows: as a categorical"
            " predictor each would need a coefficient of its own. Is it a name or an identifier?"
            " Use it as a grouping level, or leave it out."
        )


# --- fitting --------------------------------------------------------------------------------------


class FitError(MlmError):
    """The model and the table agree, but no estimate exists."""


class PerfectFitError(FitError):
    """The residual variance is exactly zero."""

    def __init__(self, outcome: str) -> None:
        super().__init__(
            f"Predictors and groups reproduce {outcome!r} exactly: the residual variance"
            " is zero and"
            " the likelihood has no maximum. Is the outcome computed from a predictor?"
        )


class NotConvergedError(FitError):
    """The search stopped before its certificate of optimality was met."""


# --- comparing ------------------------------------------------------------------------------------


class ComparisonError(MlmError):
    """Two fits cannot be compared."""


class DifferentRowsError(ComparisonError):
    """The two models were fitted to different rows or outcomes."""


class NotNestedError(ComparisonError):
    """Neither model is a special case of the other."""


# --- wording --------------------------------------------------------------------------------------


def _closest(name: str, names: Iterable[str]) -> str:
    """Return ``", did you mean 'x'?"``-style advice, or nothing when no name is near."""
    names = list(names)
    folded = {candidate.casefold(): candidate for candidate in names}
    found = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f" (did you mean {folded[found[0]]!r}?)" if found else ""


def _listed(names: Sequence[str], limit: int = 20) -> str:
    """Join names for a message, cutting a long list short."""
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
