"""Missing outcomes: what is lost by chance, by a predictor, or by the outcome itself.

Each row of a drawn table loses its outcome with probability expit(a + b z): z is nothing at all
(missing completely at random), x (at random, given what is seen), or y (not at random), in standard
deviations; a is set so that the share asked for is lost on average. Rows without an outcome are
left out, as every fit here does, and the estimates before and after are held against the truth.

References
----------
Rubin (1976), Biometrika 63(3).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, special

from mlm_core.errors import DesignError, MlmError
from mlm_core.fits.mixed import fit_mixed
from mlm_core.inference.simulation import OUTCOME, PUPIL, NestedDesign
from mlm_core.inference.simulation_draws import draw_table

Floats = NDArray[np.float64]
Mechanism = Literal["MCAR", "MAR", "MNAR"]
Progress = Callable[[int, int], None]

MECHANISMS: tuple[Mechanism, ...] = ("MCAR", "MAR", "MNAR")
DRIVERS: dict[Mechanism, str] = {"MCAR": "", "MAR": PUPIL, "MNAR": OUTCOME}
# Logits by which the odds of being missing rise with a standard deviation of x or y.
STRENGTH = 1.5


@dataclass(frozen=True, slots=True)
class Estimate:
    """One coefficient with its 95% interval, before or after rows were lost.

    Attributes
    ----------
    term : str
    truth, estimate, se, lower, upper : float
    """

    term: str
    truth: float
    estimate: float
    se: float
    lower: float
    upper: float

    @property
    def covers(self) -> bool:
        """Whether the interval holds the truth."""
        return self.lower <= self.truth <= self.upper


@dataclass(frozen=True, eq=False)
class MissingData:
    """One table before and after rows were lost.

    Attributes
    ----------
    design : NestedDesign
    mechanism : {"MCAR", "MAR", "MNAR"}
    share : float
        Asked for.
    seed : int
    n_rows, n_lost : int
    probability : DataFrame
        driver, probability: how likely a row is lost, over the range of what drives it.
    before, after : tuple of Estimate
    """

    design: NestedDesign
    mechanism: Mechanism
    share: float
    seed: int
    n_rows: int
    n_lost: int
    probability: pd.DataFrame
    before: tuple[Estimate, ...]
    after: tuple[Estimate, ...]


@dataclass(frozen=True, eq=False)
class MissingRepeats:
    """Many tables before and after rows were lost.

    Attributes
    ----------
    terms : tuple of str
    truths : ndarray (terms,)
    before, after : ndarray (R, terms, 3)
        Estimate, lower and upper end.
    seed : int
    """

    terms: tuple[str, ...]
    truths: Floats
    before: Floats
    after: Floats
    seed: int

    @property
    def n_repeats(self) -> int:
        """Number of tables."""
        return len(self.before)

    @property
    def summary(self) -> pd.DataFrame:
        """Columns term, truth, then mean and coverage before and after; a row for each term."""
        records = {"term": self.terms, "truth": self.truths}
        for name, found in (("before", self.before), ("after", self.after)):
            held = (found[:, :, 1] <= self.truths) & (self.truths <= found[:, :, 2])
            records[f"mean_{name}"] = found[:, :, 0].mean(axis=0)
            records[f"coverage_{name}"] = held.mean(axis=0)
        return pd.DataFrame(records)


def lose_rows(
    frame: pd.DataFrame, mechanism: Mechanism, *, share: float, generator: np.random.Generator
) -> pd.DataFrame:
    """Return the table without the outcomes that got lost (as missing values)."""
    return _without(frame, loss_probability(frame, mechanism, share), generator)


def _without(
    frame: pd.DataFrame, probability: Floats, generator: np.random.Generator
) -> pd.DataFrame:
    lost = generator.random(len(frame)) < probability
    return frame.assign(**{OUTCOME: np.where(lost, np.nan, frame[OUTCOME])})


def loss_probability(frame: pd.DataFrame, mechanism: Mechanism, share: float) -> Floats:
    """Return how likely each row loses its outcome, ``share`` on average."""
    if mechanism == "MCAR":
        return np.full(len(frame), share)
    driver = frame[DRIVERS[mechanism]].to_numpy(np.float64)
    z = STRENGTH * (driver - driver.mean()) / driver.std()

    def excess(a: float) -> float:
        return float(special.expit(a + z).mean()) - share

    even = special.logit(share)  # at either end nobody is lost more, or less, often than asked
    a = optimize.brentq(excess, even - z.max(), even - z.min())
    return np.asarray(special.expit(a + z))


def missing_data(
    design: NestedDesign, *, mechanism: Mechanism, share: float, seed: int
) -> MissingData:
    """Draw a table, lose rows, and fit the mixed model before and after.

    Raises
    ------
    MlmError
        What is left cannot carry the model.
    """
    frame = draw_table(design, seed=seed)
    probability = loss_probability(frame, mechanism, share)
    left = _without(frame, probability, _losses(seed))
    return MissingData(
        design=design,
        mechanism=mechanism,
        share=share,
        seed=seed,
        n_rows=len(frame),
        n_lost=int(left[OUTCOME].isna().sum()),
        probability=_curve(frame[DRIVERS[mechanism] or PUPIL].to_numpy(), probability),
        before=_estimates(design, frame),
        after=_estimates(design, left),
    )


def repeat_missing(
    design: NestedDesign,
    *,
    mechanism: Mechanism,
    share: float,
    seed: int,
    repeats: int = 100,
    progress: Progress | None = None,
) -> MissingRepeats:
    """Repeat :func:`missing_data` with new tables; the first is that of the seed itself.

    Tables of which too little is left for an estimate are not counted.

    Raises
    ------
    DesignError
        No table is counted.
    """
    before, after = [], []
    for repeat in range(repeats):
        frame = draw_table(design, seed=seed + repeat)
        left = lose_rows(frame, mechanism, share=share, generator=_losses(seed + repeat))
        with suppress(MlmError):
            pair = _estimates(design, frame), _estimates(design, left)
            before.append(pair[0])
            after.append(pair[1])
        if progress is not None:
            progress(repeat + 1, repeats)
    if not before:
        raise DesignError(
            f"In none of {repeats:,} tables is enough left for an estimate. Draw more rows, or let"
            " fewer outcomes get lost."
        )
    terms = tuple(design.coefficients)
    truths = np.array(list(design.coefficients.values()))
    return MissingRepeats(terms, truths, _array(before), _array(after), seed)


def _losses(seed: int) -> np.random.Generator:
    """Return the generator of the losses: another stream than that of the table."""
    return np.random.default_rng([seed, 1])


def _array(estimates: list[tuple[Estimate, ...]]) -> Floats:
    return np.array([[(one.estimate, one.lower, one.upper) for one in row] for row in estimates])


def _estimates(design: NestedDesign, frame: pd.DataFrame) -> tuple[Estimate, ...]:
    table = fit_mixed(design.model, frame).coefficients
    columns = (table[name].tolist() for name in ("term", "estimate", "se", "lower", "upper"))
    truths = design.coefficients
    return tuple(Estimate(term, truths[term], *rest) for term, *rest in zip(*columns, strict=True))


def _curve(driver: Floats, probability: Floats) -> pd.DataFrame:
    """Return the probability of loss over the range of its driver."""
    order = np.argsort(driver)
    picked = order[np.unique(np.linspace(0, len(order) - 1, 200).astype(np.intp))]
    return pd.DataFrame({"driver": driver[picked], "probability": probability[picked]})
