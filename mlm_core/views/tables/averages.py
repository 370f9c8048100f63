"""Six answers to one question, by how much the outcome rises with the predictor."""

from __future__ import annotations

import math

from mlm_core.fits.mixed import MixedFit
from mlm_core.fits.pooled import PooledFit
from mlm_core.fits.unpooled import UnpooledFit
from mlm_core.views.numbers import column, count
from mlm_core.views.tables.table import Table, frame_of, records

ASSUMPTIONS = {
    "pooled": "Rows are independent; differences between groups count like differences within.",
    "mean": "Every group counts the same, however few rows it has.",
    "median": "As the mean, but extreme slopes of small groups carry no weight.",
    "size_weighted": "A group counts by its rows, however little its predictor varies.",
    "precision_weighted": "One slope holds in all groups; a group counts by how well it shows it.",
    "mixed": "Groups are a sample with normally distributed levels; the variances set the weights.",
    "mixed_slopes": "Groups are a sample; their levels and slopes are normally distributed.",
}


def averages(
    term: str, *, pooled: PooledFit, unpooled: UnpooledFit, mixed: MixedFit | None = None
) -> Table:
    """Set the slopes of the pooled, unpooled and mixed fits side by side.

    Parameters
    ----------
    term : str
        A coefficient that all fits have.
    pooled, unpooled, mixed : fits
        Of the same model on the same table.
    """
    own = next(row for row in records(unpooled.averages) if row["term"] == term)
    used, weighted = count(own["n_groups"]), count(own["n_weighted"])
    every = f"{count(unpooled.n_obs)} rows"
    rows = [
        ("Pooled (one line for all rows)", _estimate(pooled, term), every, "pooled"),
        ("Mean of the groups' slopes", own["mean"], f"{used} groups", "mean"),
        ("Median of the groups' slopes", own["median"], f"{used} groups", "median"),
        ("Mean weighted by size", own["size_weighted"], f"{used} groups", "size_weighted"),
        ("Mean weighted by precision", own["precision_weighted"], f"{weighted} groups",
         "precision_weighted"),
    ]  # fmt: skip
    if mixed is not None:
        kind = "mixed_slopes" if term in set(mixed.variances["term"]) else "mixed"
        rows.append(("Mixed model (partial pooling)", _estimate(mixed, term), every, kind))
    cells = {
        "Estimate": [name for name, *_ in rows],
        "Slope": column([value for _, value, *_ in rows]),
        "From": [source for _, _, source, _ in rows],
        "What it takes for granted": [ASSUMPTIONS[kind] for *_, kind in rows],
    }
    caption = f"Slope of {term}, six ways" if mixed is not None else f"Slope of {term}, five ways"
    return Table(frame_of(cells), caption, _footnotes(unpooled), "slopes-compared")


def _estimate(fit: PooledFit | MixedFit, term: str) -> float:
    found = fit.coefficients.set_index("term")["estimate"]
    return float(found[term]) if term in found else math.nan


def _footnotes(unpooled: UnpooledFit) -> tuple[str, ...]:
    missing = len(unpooled.missing_groups)
    if not missing:
        return ()
    return (
        f"{count(missing)} of {count(unpooled.n_groups)} groups of {unpooled.level} cannot carry a"
        " line of their own and are left out of the means; the pooled and mixed estimates use their"
        " rows all the same.",
    )
