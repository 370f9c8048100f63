"""The picture of growth: seconds over rows and over groups, both axes logarithmic, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from benchmarks.scale_report import (
    HELD_CLASSES,
    Measured,
    by_groups,
    by_rows,
    by_rows_alone,
    most_groups,
)

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 340, 300, 70, 60, 90
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_INK, _QUIET, _GRID = "#1f2933", "#5f6b7a", "#dfe4ea"
_LINES: tuple[tuple[str, str, Callable[[Measured], float]], ...] = (
    ("whole fit", "#0b5fa5", lambda size: size.total),
    ("GROUP BY alone, into arrays", "#b4540a", lambda size: size.floor),
    ("fit from the moments", "#3d7a4b", lambda size: size.best["fit"]["fit"]),
)


def svg(found: Sequence[Measured]) -> str:
    """Return the picture."""
    panels = [("Rows (25 a class)", by_rows(found), lambda size: size.n_rows)]
    if len(by_rows_alone(found)) > 1:
        title = f"Rows ({HELD_CLASSES:,} classes)"
        panels.append((title, by_rows_alone(found), lambda size: size.n_rows))
    groups = [*by_groups(found), *most_groups(found)]
    if len(groups) > 1:
        title = "Classes (10 million rows"
        title += ", 20 million for the most)" if most_groups(found) else ")"
        panels.append((title, groups, lambda size: size.n_classes))
    width = _LEFT + len(panels) * (_WIDTH + _GAP)
    height = _TOP + _HEIGHT + 90
    body = []
    for number, (title, sizes, size_of) in enumerate(panels):
        body += _panel(_LEFT + number * (_WIDTH + _GAP), title, sizes, size_of)
    for number, (name, color, _) in enumerate(_LINES):
        x, y = _LEFT + 240 * number, height - 18
        body.append(f'<circle cx="{x}" cy="{y - 5}" r="5" fill="{color}"/>')
        body.append(_text(x + 12, y, name, fill=color))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" font-family="system-ui, sans-serif" font-size="14" role="img">'
    )
    title = "<title>Seconds of a fit over rows and over classes, on logarithmic axes</title>"
    paper = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, title, paper, *body, "</svg>"]) + "\n"


def _panel(
    left: float, title: str, sizes: Sequence[Measured], size_of: Callable[[Measured], float]
) -> Iterator[str]:
    times = [value(size) for size in sizes for _, _, value in _LINES]
    low_x, high_x = _decades([size_of(size) for size in sizes])
    low_y, high_y = _decades(times)

    def x(value: float) -> float:
        return left + _WIDTH * (log10(value) - low_x) / (high_x - low_x)

    def y(value: float) -> float:
        return _TOP + _HEIGHT * (1 - (log10(value) - low_y) / (high_y - low_y))

    yield _text(left, _TOP - 24, f"Seconds over {title[0].lower()}{title[1:]}", weight="600")
    for decade in range(low_x, high_x + 1):
        place = x(10.0**decade)
        yield _line(place, _TOP, place, _TOP + _HEIGHT, _GRID, 1)
        yield _text(place, _TOP + _HEIGHT + 20, _power(decade), fill=_QUIET, anchor="middle")
    for decade in range(low_y, high_y + 1):
        place = y(10.0**decade)
        yield _line(left, place, left + _WIDTH, place, _GRID, 1)
        yield _text(left - 10, place + 5, f"{10.0**decade:g}", fill=_QUIET, anchor="end")
    for _, color, value in _LINES:
        points = [(x(size_of(size)), y(value(size))) for size in sizes]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>'
        for a, b in points:
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4.5" fill="{color}"/>'


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten around all values, at least one decade apart."""
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return low, max(high, low + 1)


def _power(decade: int) -> str:
    return f"{10**decade:,}" if decade < 4 else f"10{_RAISED[decade]}"


def _line(x1: float, y1: float, x2: float, y2: float, color: str, width: int) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"'
        f' stroke-width="{width}"/>'
    )


def _text(
    x: float, y: float, words: str, *, fill: str = _INK, anchor: str = "start", weight: str = "400"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" text-anchor="{anchor}"'
        f' font-weight="{weight}">{escape(words)}</text>'
    )
