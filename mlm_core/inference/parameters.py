"""The parameters of a mixed model as its reader knows them: names, order, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mlm_core.fits.criterion import Problem

Kind = Literal["sd", "correlation", "sigma", "fixed"]


@dataclass(frozen=True, eq=False)
class Parameter:
    """A parameter of a mixed model as its reader knows it.

    Attributes
    ----------
    label : str
        As R's ``confint`` writes it: ``sd_(Intercept)|schoolid``, ``cor_x.(Intercept)|schoolid``,
        ``sigma``, or the name of the coefficient.
    kind : {"sd", "correlation", "sigma", "fixed"}
    level : str
        Level of a random effect, empty for others.
    terms : tuple of str
        The effect or effects concerned, or the fixed term.
    block : int
        Index of the covariance block of a random effect, else -1.
    positions : tuple of int
        Places of the effects in their block, or of the coefficient among the fixed ones.
    """

    label: str
    kind: Kind
    level: str
    terms: tuple[str, ...]
    block: int = -1
    positions: tuple[int, ...] = ()


def find_parameters(problem: Problem) -> tuple[Parameter, ...]:
    """Return every parameter: random effects (outermost level first), sigma, coefficients.

    In a block each standard deviation is followed by the correlations with later effects.
    """
    fixed = (
        Parameter(name.label, "fixed", "", (name.label,), positions=(position,))
        for position, name in enumerate(problem.moments.layout.fixed)
    )
    return (*_of_random_effects(problem), Parameter("sigma", "sigma", "", ()), *fixed)


def _of_random_effects(problem: Problem) -> Iterator[Parameter]:
    blocks = sorted(enumerate(problem.structure.blocks), key=lambda pair: pair[1].level)
    for index, block in blocks:
        level = problem.moments.levels[block.level].name
        labels = [column.label for column in block.columns]
        for i, label in enumerate(labels):
            yield Parameter(f"sd_{label}|{level}", "sd", level, (label,), index, (i,))
            for j in range(i + 1, block.q):
                name = f"cor_{labels[j]}.{label}|{level}"
                yield Parameter(name, "correlation", level, (label, labels[j]), index, (i, j))
