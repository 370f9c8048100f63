"""Designs and draws as short texts, written and read back: what a link says of simulated data.

A text is user text: it may be old, cut, mistyped or hostile. What is read is a design like any
other, or a :class:`~mlm_core.errors.DesignError`; nothing but numbers, our own names and a unit,
which is shown as it stands, is taken.
"""

from __future__ import annotations

from urllib.parse import unquote

from mlm_core.errors import DesignError
from mlm_core.inference.simulation import LEVEL_NAMES, UNIT, LevelDesign, NestedDesign, Sizes

LONGEST_SEED = 9


def read_design(text: str) -> NestedDesign:
    """Read a design from its text.

    Raises
    ------
    DesignError
        The text is no design, or one that nothing can be drawn from.
    """
    try:
        head, *levels = (part.split(",") for part in text.split(";"))
        rows, row_sizes, intercept, slope, predictor, between, contextual, mean, residual, *own = (
            head
        )
        (unit,) = own or [UNIT]
        return NestedDesign(
            levels=tuple(_read_level(part) for part in levels),
            rows=float(rows),
            row_sizes=_one_of(row_sizes),
            intercept=float(intercept),
            slope=float(slope),
            predictor="uniform" if predictor == "uniform" else "normal",
            between=float(between),
            contextual=float(contextual),
            models_mean=mean == "1",
            residual_sd=float(residual),
            unit=unquote(unit, errors="strict"),
        )
    except ValueError as error:
        raise DesignError(f"{text[:60]!r} describes no design: {error}.") from error


def written_draw(design: NestedDesign, seed: int) -> str:
    """Return what a table was drawn from as a short text; :func:`read_draw` reads it back."""
    return f"{seed:d}@{design.written()}"


def read_draw(text: str) -> tuple[NestedDesign, int]:
    """Read a design and a seed from their text.

    Raises
    ------
    DesignError
        The text holds no seed, or no design.
    """
    seed, _, rest = text.partition("@")
    if not (seed.isascii() and seed.isdigit() and len(seed) <= LONGEST_SEED):
        raise DesignError(f"{seed[:20]!r} is no seed: a seed is a whole number.")
    return read_design(rest), int(seed)


def _read_level(part: list[str]) -> LevelDesign:
    name, groups, sizes, intercept_sd, slope_sd, correlation, effect = part
    if name not in LEVEL_NAMES:
        raise ValueError(f"no level is called {name[:20]!r}")
    return LevelDesign(
        name=name,
        groups=float(groups),
        sizes=_one_of(sizes),
        intercept_sd=float(intercept_sd),
        slope_sd=float(slope_sd),
        correlation=float(correlation),
        effect=float(effect),
    )


def _one_of(text: str) -> Sizes:
    sizes: dict[str, Sizes] = {"fixed": "fixed", "poisson": "poisson", "unbalanced": "unbalanced"}
    if text not in sizes:
        raise ValueError(f"sizes cannot be {text[:20]!r}")
    return sizes[text]
