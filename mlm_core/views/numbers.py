"""Numbers as they are printed: significant digits, one precision per column, a true minus sign.

Every number on a screen or in a report is formatted here, so that the same value looks the same in
a sentence, a table and a figure. ``digits`` always means significant digits, ``decimals`` digits
after the point. A number that does not exist prints as :data:`MISSING`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

MINUS = "\u2212"
ROUNDING = 1e-12
"""A share below is rounding, not variation."""

MISSING = "n/a"
SMALLEST_P = 0.001
"""p-values below are printed as ``<.001``: their digits depend on the tail of an approximation."""
LARGEST_DIGITS = 7
"""No column prints more significant digits than this, whatever its smallest entry asks for."""
MOST_DECIMALS = 10
LARGEST_PLAIN = 1e9
SMALLEST_PLAIN = 1e-4


def fixed(value: float | None, decimals: int) -> str:
    """Print a number with a given count of decimals, thousands separated.

    Parameters
    ----------
    value : float or None
        ``None`` and NaN print as ``n/a``, infinities as ``∞``.
    decimals : int
        Digits after the point.
    """
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{abs(value):,.{decimals}f}"
    is_zero = not text.strip("0.,")
    return text if value >= 0 or is_zero else MINUS + text


def number(value: float | None, digits: int = 3) -> str:
    """Print one number with significant digits; whole parts are never rounded away.

    ``number(10.684)`` is ``10.7``, ``number(0.00123)`` is ``0.00123``, ``number(12085.06)`` is
    ``12,085``; very small or large magnitudes are written as a multiple of a power of ten.
    """
    if value is None or not math.isfinite(value):
        return fixed(value, 0)
    size = abs(value)
    if size != 0 and not SMALLEST_PLAIN <= size < LARGEST_PLAIN:
        return scientific(value, digits)
    return fixed(value, _decimals_of(value, digits))


def scientific(value: float, digits: int = 3) -> str:
    """Print a number as a multiple of a power of ten: ``1.23×10⁻⁷``."""
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{MINUS if value < 0 else ''}{mantissa}×10{raised}"


def chosen(value: float) -> str:
    """Print a number somebody has set, without more digits than they gave it: ``2``, ``−0.5``."""
    text = f"{abs(value):.10g}"
    return MINUS + text if value < 0 else text


def count(value: float) -> str:
    """Print a count: ``1,190``."""
    return fixed(float(value), 0)


def p_value(p: float | None) -> str:
    """Print a p-value: three decimals without a leading zero, ``<.001`` below that."""
    if p is None or math.isnan(p):
        return MISSING
    if p < SMALLEST_P:
        return f"<{SMALLEST_P:.3f}".replace("0.", ".")
    return "1.000" if p >= 1 - SMALLEST_P / 2 else f"{p:.3f}".removeprefix("0")


def p_equals(p: float | None) -> str:
    """Print a p-value with its relation, to follow the letter p: ``= .613`` or ``< .001``."""
    text = p_value(p)
    return f"< {text[1:]}" if text.startswith("<") else f"= {text}"


def percent(share: float | None, decimals: int = 0) -> str:
    """Print a share of one as a percentage; a share above rounding never prints as ``0%``."""
    if share is None or math.isnan(share):
        return MISSING
    smallest = 10.0**-decimals
    if ROUNDING < share <= smallest / 200:
        return f"<{smallest:.{decimals}f}%"
    return f"{fixed(100 * share, decimals)}%"


def percent_below(share: float, limit: float) -> str:
    """Print a share of one as a percentage, as precisely as it takes not to look like the limit.

    A share that reaches the limit prints as :func:`percent` does.
    """
    decimals = 0
    while share < limit - ROUNDING and percent(share, decimals) == percent(limit, decimals):
        decimals += 1
    return percent(share, decimals)


def percents(shares: Sequence[float], decimals: int = 0) -> list[str]:
    """Print shares that add to one as percentages that add to 100.

    Rounded down first; the units left over go to the largest remainders.
    """
    if any(math.isnan(share) for share in shares) or not math.isclose(sum(shares), 1, abs_tol=1e-6):
        return [percent(share, decimals) for share in shares]
    scale = 10**decimals
    exact = [100 * scale * share for share in shares]
    units = [math.floor(value) for value in exact]
    spare = round(100 * scale) - sum(units)
    by_remainder = sorted(range(len(exact)), key=lambda k: units[k] - exact[k])
    for index in by_remainder[:spare]:
        units[index] += 1
    # A share that got no unit is more than nothing, but must not be rounded up to one again.
    return [
        percent(unit / (100 * scale) if unit else min(share, 0.005 / scale), decimals)
        for unit, share in zip(units, shares, strict=True)
    ]


def interval(lower: float | None, upper: float | None, digits: int = 3) -> str:
    """Print an interval as ``7.6 to 13.8``, both ends with the precision of the finer one."""
    ends = [float("nan") if end is None else end for end in (lower, upper)]
    decimals = decimals_for(ends, digits=digits)
    return f"{fixed(ends[0], decimals)} to {fixed(ends[1], decimals)}"


def decimals_for(values: Iterable[float | None], digits: int = 4) -> int:
    """Return the decimals with which every entry of a column shows enough significant digits.

    The smallest entry gets ``digits`` of them, unless the largest would then print more than
    :data:`LARGEST_DIGITS`; two digits of the smallest are kept in any case.
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value]
    if not sizes:
        return 0
    smallest, largest = min(sizes), max(sizes)
    wanted = _decimals_of(smallest, digits)
    bearable = max(_decimals_of(largest, LARGEST_DIGITS), _decimals_of(smallest, 2))
    return min(wanted, bearable, MOST_DECIMALS)


def decimals_of_many(values: Iterable[float | None], digits: int = 4) -> int:
    """Return the decimals with which the typical entry of a long column shows enough digits.

    The smallest of many entries is often next to nothing, and its digits nobody's concern.
    """
    sizes = [abs(value) for value in values if value is not None and math.isfinite(value) and value]
    return min(_decimals_of(statistics.median(sizes), digits), MOST_DECIMALS) if sizes else 0


def column(
    values: Iterable[float | None], *, digits: int = 4, decimals: int | None = None
) -> list[str]:
    """Print a column of numbers with one precision, so that the points stand under each other.

    Parameters
    ----------
    values : iterable of float or None
        The entries; ``None`` prints as an empty cell, NaN as ``n/a``.
    digits : int
        Significant digits of the smallest entry, see :func:`decimals_for`.
    decimals : int, optional
        Overrides ``digits``.
    """
    entries = list(values)
    places = decimals_for(entries, digits=digits) if decimals is None else decimals
    return ["" if entry is None else fixed(entry, places) for entry in entries]


def _decimals_of(value: float, digits: int) -> int:
    """Return the decimals that show ``digits`` significant digits of one value."""
    if value == 0:
        return 0
    exponent = int(f"{abs(value):.{digits - 1}e}".split("e")[1])
    return max(0, digits - 1 - exponent)
