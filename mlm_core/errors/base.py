"""The root of all errors raised on purpose, and how their texts name things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class MlmError(Exception):
    """Root of all errors raised on purpose; ``str(error)`` is fit to be shown to a user."""


def closest(name: str, names: Iterable[str]) -> str:
    """Return ``", did you mean 'x'?"``-style advice, or nothing when no name is near."""
    names = list(names)
    folded = {candidate.casefold(): candidate for candidate in names}
    found = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f" (did you mean {folded[found[0]]!r}?)" if found else ""


def listed(names: Sequence[str], limit: int = 20) -> str:
    """Join names for a message, cutting a long list short."""
    shown = ", ".join(repr(name) for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"
