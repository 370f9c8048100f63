"""Errors of laying a model over a table: this table cannot carry this model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mlm_core.errors.base import MlmError, closest, listed


class TableError(MlmError):
    """The table at hand cannot carry the model."""


class UnknownColumnError(TableError):
    """The model names a column that the table lacks."""

    def __init__(self, name: str, available: Iterable[str]) -> None:
        names = [str(column) for column in available]
        super().__init__(
            f"There is no column {name!r}{closest(name, names)}. Columns here: {listed(names)}."
        )


class AmbiguousColumnError(TableError):
    """Two columns of the table share the name the model uses."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Two or more columns are named {name!r}: rename all but one of them.")


class CellError(TableError):
    """A cell does not fit its use; ``row`` counts data rows from 1.

    Engines that work on rows in no order cannot name one: ``row`` is None then.

    Parameters
    ----------
    subject : str
        Column or expression concerned.
    row : int or None
    value : object
        What the cell holds.
    """

    wording = "{subject} cannot be used in {place} ({value})."

    def __init__(self, subject: str, row: int | None, value: object) -> None:
        self.subject, self.row, self.value = subject, row, value
        place = "one of the rows" if row is None else f"data row {row}"
        super().__init__(self.wording.format(subject=subject, place=place, value=value))

    def in_row(self, row: int | None) -> CellError:
        """Return the same error for another row: where the table was cut, for the uncut one."""
        return type(self)(self.subject, row, self.value)


class NotNumericError(CellError):
    """A column that must be numeric holds text."""

    wording = (
        "The column {subject!r} must be numeric, but {place} holds {value!r}. Correct or"
        " empty that cell (an empty cell is a missing value), or choose another column."
    )


class InfiniteValueError(CellError):
    """A numeric column holds an infinity."""

    wording = (
        "The column {subject!r} holds an infinite value in {place} ({value}). Replace it,"
        " or leave the cell empty."
    )


class DomainError(CellError):
    """A transformation is not defined for a value of the column."""

    wording = (
        "{subject} is not defined for the value {value} in {place}. Leave that cell empty,"
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
            f"None of the {n_rows:,} rows has a value in every chosen column ({counts})."
            " Remove the column with most missing values."
        )


class TooFewRowsError(TableError):
    """Fewer rows than the model has parameters."""

    def __init__(self, n_rows: int, n_parameters: int) -> None:
        super().__init__(
            f"There are {n_rows:,} complete rows for {n_parameters:,} parameters."
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
            f"All rows belong to one group of {level!r} ({group}): the variance between groups"
            " cannot be estimated. Leave this level out."
        )


class SingletonGroupsError(TableError):
    """Every group of a level has one row."""

    def __init__(self, level: str, n_groups: int) -> None:
        super().__init__(
            f"Every one of the {n_groups:,} groups of {level!r} has exactly one row, so group and"
            " row cannot be told apart. Is this an identifier of the rows? Choose a coarser"
            " grouping."
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
            f"The level {level!r} asks for {n_effects:,} random effects, but there are only"
            f" {n_rows:,} rows: they cannot be told from the residual. Remove a slope or use"
            " larger groups."
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
            f"{reference!r} is not a category of {column!r}{closest(reference, categories)}."
            f" Categories: {listed(categories)}."
        )


class UnseenCategoryError(TableError):
    """Rows to predict for hold a category that the fit has never seen."""

    def __init__(self, column: str, category: object, categories: Sequence[str]) -> None:
        super().__init__(
            f"The category {category!r} of {column!r} does not occur in the fitted data, so nothing"
            f" is known of it. Known: {listed(categories)}."
        )


class TooManyCategoriesError(TableError):
    """A categorical predictor has nearly as many categories as there are rows."""

    def __init__(self, column: str, n_categories: int, n_rows: int) -> None:
        super().__init__(
            f"{column!r} has {n_categories:,} different texts in {n_rows:,} rows: as a categorical"
            " predictor each would need a coefficient of its own. Is it a name or an identifier?"
            " Use it as a grouping level, or leave it out."
        )


class MomentsLackError(TableError):
    """A model asks for something that is not among the moments."""

    def __init__(self, wanted: str, available: Iterable[str]) -> None:
        super().__init__(
            f"These moments do not hold {wanted!r}, and the rows are gone. They hold:"
            f" {listed(list(available))}. Make moments of a model that has it."
        )
