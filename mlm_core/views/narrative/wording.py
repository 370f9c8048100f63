"""Words that all sentences share.

Every sentence of this package is *Markdown-safe*: it is Markdown, and whatever a user named stands
in it through :func:`name`, shown letter by letter. Sentences say what the data show and how sure
that is; they give no verdict of significance, and no p-value is turned into "no effect".
"""

from __future__ import annotations

from collections.abc import Sequence

from mlm_core.data.expressions import level_columns
from mlm_core.views.escape import for_markdown
from mlm_core.views.numbers import count, decimals_for, fixed
from mlm_core.views.words import INTERCEPT

VERY_RARE = 0.001
"""A p-value below is put as "fewer than 1 in 1,000 samples"."""
RARE = 0.05
"""A p-value below lets the sentence say that the data speak against the null hypothesis."""
FEW_IN_A_HUNDRED = 0.0095
"""A p-value below is counted per 1,000 samples, above per 100 (it rounds to at least 1)."""


def name(text: object) -> str:
    """Return a user's name of something, as Markdown that shows it letter by letter."""
    return for_markdown(text)


def level_name(level: str) -> str:
    """Return a level in words: ``classid:schoolid`` is read *classid within schoolid*."""
    return " within ".join(name(part) for part in level_columns(level))


def term_name(term: str) -> str:
    """Return a term in words: ``intercept``, ``slope of ses``."""
    return "intercept" if term == INTERCEPT else f"slope of {name(term)}"


def bounds(lower: float, upper: float, se: float) -> str:
    """Return a 95% interval in words, with two digits of the standard error."""
    places = decimals_for([se], digits=2)
    return f"95% interval {fixed(lower, places)} to {fixed(upper, places)}"


def estimated(estimate: float, se: float) -> str:
    """Return an estimate, with two digits of its standard error."""
    return fixed(estimate, decimals_for([se], digits=2))


def more_or_fewer(estimate: float, se: float) -> str:
    """Return a difference in points with its direction."""
    return f"{estimated(abs(estimate), se)} {'fewer' if estimate < 0 else 'more'} points"


def how_often(p: float) -> str:
    """Return how often chance alone would do this, in samples."""
    if p < VERY_RARE:
        return "in fewer than 1 of 1,000 samples"
    if p < FEW_IN_A_HUNDRED:
        return f"in about {count(round(1000 * p))} of 1,000 samples"
    return f"in about {count(round(100 * p))} of 100 samples"


def listed(parts: Sequence[str]) -> str:
    """Join parts: ``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(n: float, singular: str, plural: str) -> str:
    """Return a count with its noun: ``1 row``, ``31 rows``."""
    return f"{count(n)} {singular if n == 1 else plural}"
