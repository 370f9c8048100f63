"""Nested designs with a known truth: how many groups, which effects, which variances.

A design says how data come about:

    y = intercept + slope x + contextual (mean of x in the outermost group)
        + sum over levels of (effect w + u_0 + u_1 x) + e,

w a predictor of each level, normal and standardised over its groups, (u_0, u_1) its random
intercept and slope, e the residual. A design is a frozen record of numbers and our own names; it
can be written as a short text and read back, so that a link or a seed reproduces everything drawn
from it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

from mlm_core.data.model import Model
from mlm_core.errors import DesignError

Sizes = Literal["fixed", "poisson", "unbalanced"]
Predictor = Literal["normal", "uniform"]
MOST_ROWS = 200_000
MOST_GROUPS = 5_000
OUTCOME, PUPIL = "y", "x"
UNIT = "points"
LONGEST_UNIT = 30  # characters


@dataclass(frozen=True, slots=True)
class LevelDesign:
    """One level of groups.

    Attributes
    ----------
    name : str
    groups : float
        Groups in each group of the level outside (in all, for the outermost); a mean unless
        ``sizes`` is "fixed".
    sizes : {"fixed", "poisson", "unbalanced"}
        How the number of groups varies: not, as 1 + Poisson, or as a geometric distribution (many
        small, few large).
    intercept_sd, slope_sd, correlation : float
        Of the level's random intercept and slope of x.
    effect : float
        Coefficient of the level's own predictor.
    """

    name: str
    groups: float
    sizes: Sizes = "fixed"
    intercept_sd: float = 0.0
    slope_sd: float = 0.0
    correlation: float = 0.0
    effect: float = 0.0

    @property
    def predictor(self) -> str:
        """Name of the level's own predictor."""
        return f"w_{self.name}"


@dataclass(frozen=True, slots=True)
class NestedDesign:
    """A nested design and its truth.

    Attributes
    ----------
    levels : tuple of LevelDesign
        Outermost first.
    rows : float
        Rows in each innermost group; a mean unless ``row_sizes`` is "fixed".
    row_sizes : {"fixed", "poisson", "unbalanced"}
    intercept, slope : float
    predictor : {"normal", "uniform"}
        Distribution of x: normal with variance one, or uniform on [0, 1].
    between : float
        Share of x's variance between outermost groups (normal x only).
    contextual : float
        What a unit of the group's mean of x adds, beside the slope.
    models_mean : bool
        Whether the models fitted know of the group's mean of x.
    residual_sd : float
    unit : str
        Unit of the outcome, on one line; a person's own text.
    """

    levels: tuple[LevelDesign, ...]
    rows: float
    row_sizes: Sizes = "fixed"
    intercept: float = 0.0
    slope: float = 1.0
    predictor: Predictor = "normal"
    between: float = 0.0
    contextual: float = 0.0
    models_mean: bool = False
    residual_sd: float = 1.0
    unit: str = UNIT

    def __post_init__(self) -> None:
        _check(self)

    @property
    def outer(self) -> LevelDesign:
        """The outermost level."""
        return self.levels[0]

    @property
    def expected_rows(self) -> float:
        """Rows expected in all."""
        return self.rows * math.prod(level.groups for level in self.levels)

    @property
    def icc(self) -> float:
        """Share of the variance between the outermost groups, at x = 0 and given predictors."""
        variances = [level.intercept_sd**2 for level in self.levels]
        return variances[0] / (sum(variances) + self.residual_sd**2)

    @property
    def mean_term(self) -> str:
        """The group's mean of x as a term of a formula."""
        return f"group_mean({PUPIL}, {self.outer.name})"

    @property
    def coefficients(self) -> dict[str, float]:
        """The true fixed coefficients by term, in the order of the model's."""
        found = {"(Intercept)": self.intercept, PUPIL: self.slope}
        found |= {level.predictor: level.effect for level in self.levels}
        if self.models_mean:
            found[self.mean_term] = self.contextual
        return found

    @property
    def model(self) -> Model:
        """The mixed model of this design."""
        fixed = list(self.coefficients)[1:]
        names = [level.name for level in self.levels]
        random = [
            f"({'1 + ' + PUPIL if level.slope_sd else '1'} | {':'.join(names[: depth + 1])})"
            for depth, level in enumerate(self.levels)
        ]
        return Model(f"{OUTCOME} ~ {' + '.join(fixed + random)}")

    def written(self) -> str:
        """Return the design as a short text; :mod:`mlm_core.inference.simulation_text` reads it."""
        head = [self.rows, self.row_sizes, self.intercept, self.slope, self.predictor, self.between,
                self.contextual, int(self.models_mean), self.residual_sd]  # fmt: skip
        # Quoted it holds no comma, semicolon or at sign.
        unit = [] if self.unit == UNIT else [quote(self.unit, safe="")]
        parts = [",".join([*map(_text, head), *unit])]
        for level in self.levels:
            own = [level.name, level.groups, level.sizes, level.intercept_sd, level.slope_sd,
                   level.correlation, level.effect]  # fmt: skip
            parts.append(",".join(map(_text, own)))
        return ";".join(parts)


def _text(value: object) -> str:
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _check(design: NestedDesign) -> None:
    if not 0 < len(design.unit) <= LONGEST_UNIT or design.unit != " ".join(design.unit.split()):
        raise DesignError(f"A unit is a text of 1 to {LONGEST_UNIT} characters on one line.")
    numbers = [design.rows, design.intercept, design.slope, design.between, design.contextual,
               design.residual_sd]  # fmt: skip
    for level in design.levels:
        numbers += [level.groups, level.intercept_sd, level.slope_sd, level.correlation,
                    level.effect]  # fmt: skip
        if not -1.0 <= level.correlation <= 1.0:
            raise DesignError(f"A correlation lies between -1 and 1, not at {level.correlation:g}.")
        if min(level.intercept_sd, level.slope_sd) < 0.0:
            raise DesignError(f"A standard deviation of level {level.name!r} is below zero.")
        if level.groups < 1.0:
            raise DesignError(f"There must be at least one group of {level.name!r} in each parent.")
    if not all(map(math.isfinite, numbers)):
        raise DesignError("All numbers of a design must be finite.")
    if not design.levels or design.outer.groups < 2.0:
        raise DesignError("A nested design has at least two groups at its outermost level.")
    if design.rows < 1.0 or design.residual_sd <= 0.0:
        raise DesignError("A group has at least one row, and the residual deviation is above zero.")
    if not 0.0 <= design.between <= 1.0:
        raise DesignError(f"A share lies between 0 and 1, not at {design.between:g}.")
    _check_size(design)


def _check_size(design: NestedDesign) -> None:
    n_groups = math.prod(level.groups for level in design.levels)
    if design.expected_rows > MOST_ROWS or n_groups > MOST_GROUPS:
        raise DesignError(
            f"This design has about {design.expected_rows:,.0f} rows in {n_groups:,.0f} groups; the"
            f" simulation takes up to {MOST_ROWS:,} rows in {MOST_GROUPS:,} groups."
        )
    if design.expected_rows < 2.0 * n_groups:
        raise DesignError(
            "Groups of one row on average cannot show what varies inside them: take at least two"
            " rows a group."
        )


LEVEL_NAMES = ("district", "school", "class")
PRESETS: Mapping[str, NestedDesign] = MappingProxyType(
    {
        "100 classes of 200 pupils": NestedDesign(
            levels=(LevelDesign("class", 100, intercept_sd=2.0**0.5),),
            rows=200,
            predictor="uniform",
            residual_sd=2.0**0.5,
        ),
        "107 schools, as in the class set": NestedDesign(
            levels=(
                LevelDesign("school", 107, intercept_sd=17.4),
                LevelDesign("class", 2.9, "poisson", intercept_sd=4.5),
            ),
            rows=3.8,
            row_sizes="poisson",
            intercept=466.0,
            slope=8.0,
            between=0.15,
            residual_sd=36.0,
        ),
        "Few groups": NestedDesign(
            levels=(LevelDesign("school", 8, intercept_sd=0.7),), rows=30, slope=0.3
        ),
        "Simpson's paradox": NestedDesign(
            levels=(LevelDesign("school", 12, intercept_sd=0.3),),
            rows=40,
            between=0.8,
            contextual=-2.5,
        ),
        "A contextual effect": NestedDesign(
            levels=(LevelDesign("school", 60, "fixed", intercept_sd=0.5),),
            rows=25,
            row_sizes="poisson",
            slope=0.5,
            between=0.3,
            contextual=1.0,
            models_mean=True,
        ),
        "Slopes that differ": NestedDesign(
            levels=(LevelDesign("school", 40, "fixed", 0.6, 0.4, -0.3),),
            rows=20,
            row_sizes="poisson",
            slope=0.5,
        ),
    }
)


def changed_level(design: NestedDesign, depth: int, **changes: float | str) -> NestedDesign:
    """Return the design with some numbers of one level changed (0 the outermost)."""
    levels = list(design.levels)
    levels[depth] = replace(levels[depth], **changes)  # type: ignore[arg-type]
    return replace(design, levels=tuple(levels))
