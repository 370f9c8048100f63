"""Names of levels and terms in words, the same in sentences, tables and figures."""

from __future__ import annotations

from mlm_core.data.expressions import level_columns

INTERCEPT = "(Intercept)"
RESIDUAL = "Residual"


def level_words(level: str) -> str:
    """Return what the variance of a level lies between: ``between schoolid``.

    A level printed ``classid:schoolid`` is read ``between classid within schoolid``; the residual
    lies ``within groups``. The result is plain text with user names in it, still to be escaped.
    """
    if level == RESIDUAL:
        return "within groups (residual)"
    inner, *outer = level_columns(level)
    return f"between {inner}" + (f" within {' within '.join(outer)}" if outer else "")


def term_words(term: str) -> str:
    """Return a term in words, user names still to be escaped: ``intercept``, ``slope of ses``."""
    return "intercept" if term == INTERCEPT else f"slope of {term}"
