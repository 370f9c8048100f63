"""The choices of a session as one frozen record, and the same record as the query of a link.

A link is user text: it may be old, cut, mistyped or hostile. :func:`from_query` accepts anything
and returns a record; :func:`tidied` then drops, with a sentence each, what the table at hand does
not have. Nothing here knows of Streamlit.

In a link, names stand as they are, repeated keys in order (``level=schoolid&level=classid``).
Slopes and reference categories point to a level or predictor by its number in that order
(``slope=1:ses`` is the slope of ses over the groups of the first level), since names may hold any
separator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mlm_core.data.model import Model

SlopeCovariance = Literal["unstructured", "diagonal"]
Method = Literal["REML", "ML"]

UPLOAD = "upload"
SIMULATED = "simulated"
KEYS = (
    "data",
    "file",
    "draw",
    "outcome",
    "predictor",
    "level",
    "slope",
    "covariance",
    "method",
    "reference",
)
# Nobody chooses more; a link that does is not one of ours.
MOST_VALUES = 100
LONGEST_VALUE = 1000

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class AppState:
    """Everything a person has chosen.

    Attributes
    ----------
    dataset : str
        Name of a bundled set or fingerprint of an uploaded file; empty while a link waits for its
        file.
    file : str
        File name of an upload; empty for a bundled set.
    draw : str
        What simulated data were drawn from; empty for all other data.
    outcome : str
        Column to be explained; empty while nothing is chosen.
    predictors : tuple of str
        Columns of the fixed part.
    levels : tuple of str
        Grouping columns, outermost first.
    slopes : tuple of (level, predictors)
        Predictors whose slope varies over the groups of a level; levels without any are left out.
    slope_covariance : {"unstructured", "diagonal"}
        Whether intercept and slopes of a level are correlated.
    method : {"REML", "ML"}
        Estimation of the mixed model.
    reference : tuple of (predictor, category)
        Reference categories that differ from the default.
    """

    dataset: str = ""
    file: str = ""
    draw: str = ""
    outcome: str = ""
    predictors: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    slopes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    slope_covariance: SlopeCovariance = "unstructured"
    method: Method = "REML"
    reference: tuple[tuple[str, str], ...] = ()

    @property
    def is_upload(self) -> bool:
        """Whether the data are a person's own file."""
        return bool(self.file)

    @property
    def model(self) -> Model:
        """The model these choices describe.

        Raises
        ------
        ModelError
            The choices contradict each other, or there is no outcome yet.
        """
        return Model(
            outcome=self.outcome,
            predictors=self.predictors,
            levels=self.levels,
            slopes=dict(self.slopes),
            slope_covariance=self.slope_covariance,
            reference=dict(self.reference),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column chosen so far."""
        names = (self.outcome, *self.predictors, *self.levels)
        return tuple(dict.fromkeys(name for name in names if name))

    def without(self, predictors: Sequence[str] = (), levels: Sequence[str] = ()) -> AppState:
        """Return the choices without some predictors and levels, and what hangs on them."""
        kept = tuple(name for name in self.predictors if name not in predictors)
        return replace(
            self,
            predictors=kept,
            levels=tuple(name for name in self.levels if name not in levels),
            slopes=tuple(
                (level, own)
                for level, names in self.slopes
                if level not in levels and (own := tuple(n for n in names if n in kept))
            ),
            reference=tuple(pair for pair in self.reference if pair[0] in kept),
        )

    def slopes_at(self, level: str) -> tuple[str, ...]:
        """Return the predictors whose slope varies at a level."""
        return dict(self.slopes).get(level, ())


def to_query(state: AppState) -> dict[str, list[str]]:
    """Write the choices as query parameters; what equals the default is left out."""
    default = AppState()
    query = {
        "data": [UPLOAD if state.is_upload else state.dataset],
        "file": [state.file],
        "draw": [state.draw],
        "outcome": [state.outcome],
        "predictor": list(state.predictors),
        "level": list(state.levels),
        "slope": [
            f"{number}:{name}"
            for number, level in enumerate(state.levels, start=1)
            for name in state.slopes_at(level)
        ],
        "covariance": [_unless(state.slope_covariance, default.slope_covariance)],
        "method": [_unless(state.method, default.method)],
        "reference": [
            f"{number}:{category}"
            for number, name in enumerate(state.predictors, start=1)
            for column, category in state.reference
            if column == name
        ],
    }
    kept = {key: [value for value in values if value] for key, values in query.items()}
    return {key: values for key, values in kept.items() if values}


def from_query(query: Query) -> AppState:
    """Read choices from query parameters; what cannot be read is left at its default."""
    predictors, levels = _names(query, "predictor"), _names(query, "level")
    data = _first(query, "data")
    is_upload = data == UPLOAD
    slopes: dict[str, tuple[str, ...]] = {}
    for level, name in _numbered(query, "slope", levels):
        slopes[level] = (*slopes.get(level, ()), name)
    covariance, method = _first(query, "covariance"), _first(query, "method")
    return AppState(
        dataset="" if is_upload else data,
        file=(_first(query, "file") or "your file") if is_upload else "",
        draw=_first(query, "draw") if data == SIMULATED else "",
        outcome=_first(query, "outcome"),
        predictors=predictors,
        levels=levels,
        slopes=tuple(slopes.items()),
        slope_covariance="diagonal" if covariance == "diagonal" else "unstructured",
        method="ML" if method == "ML" else "REML",
        reference=tuple(_numbered(query, "reference", predictors)),
    )


def names_choices(query: Query) -> bool:
    """Tell whether a link says more than which data to open."""
    return any(query.get(key) for key in KEYS if key not in ("data", "file", "draw"))


def tidied(state: AppState, columns: Iterable[str]) -> tuple[AppState, tuple[str, ...]]:
    """Fit choices to the columns at hand.

    Parameters
    ----------
    state : AppState
        Choices, perhaps made for another table.
    columns : iterable of str
        Columns of the table in use.

    Returns
    -------
    tuple of (AppState, tuple of str)
        Choices that name existing columns only, each in one role, and the names that were dropped
        because the table lacks them.
    """
    known = set(columns)
    asked = [state.outcome, *state.predictors, *state.levels]
    dropped = tuple(dict.fromkeys(name for name in asked if name and name not in known))
    outcome = state.outcome if state.outcome in known else ""
    levels = tuple(n for n in dict.fromkeys(state.levels) if n in known and n != outcome)
    taken = {outcome, *levels}
    predictors = tuple(n for n in dict.fromkeys(state.predictors) if n in known and n not in taken)
    slopes = tuple(
        (level, names)
        for level, wanted in state.slopes
        if level in levels and (names := tuple(n for n in dict.fromkeys(wanted) if n in predictors))
    )
    reference = tuple(pair for pair in dict(state.reference).items() if pair[0] in predictors)
    tidy = replace(
        state,
        outcome=outcome,
        levels=levels,
        predictors=predictors,
        slopes=slopes,
        reference=reference,
    )
    return tidy, dropped


def doubled(state: AppState) -> tuple[str, ...]:
    """Return the names that stand in more than one place of the choices."""
    asked = [name for name in (state.outcome, *state.predictors, *state.levels) if name]
    return tuple(name for name in dict.fromkeys(asked) if asked.count(name) > 1)


def _unless(value: str, default: str) -> str:
    return "" if value == default else value


def _names(query: Query, key: str) -> tuple[str, ...]:
    values = list(query.get(key, ()))[:MOST_VALUES]
    return tuple(value for value in values if value and len(value) <= LONGEST_VALUE)


def _first(query: Query, key: str) -> str:
    return next(iter(_names(query, key)), "")


def _numbered(query: Query, key: str, targets: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield ``(target, text)`` for every ``number:text`` that points to a target."""
    for value in _names(query, key):
        number, _, text = value.partition(":")
        is_number = number.isascii() and number.isdigit() and len(number) < 4
        if is_number and 1 <= int(number) <= len(targets) and text:
            yield targets[int(number) - 1], text
