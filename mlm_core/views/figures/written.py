"""Parts of a figure as they are written: plain lists and mappings, or numbers packed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_PACKED = ("f4", "f8", "i1", "i2", "i4")  # a browser has no whole numbers of eight bytes


def scatter(**look: Any) -> dict[str, Any]:
    """Return a trace of points, lines or both."""
    return {"type": "scatter", **look}


def bar(**look: Any) -> dict[str, Any]:
    """Return a trace of bars."""
    return {"type": "bar", **look}


def box(**look: Any) -> dict[str, Any]:
    """Return a trace of boxes with whiskers."""
    return {"type": "box", **look}


def heatmap(**look: Any) -> dict[str, Any]:
    """Return a trace of a field of coloured cells."""
    return {"type": "heatmap", **look}


def contour(**look: Any) -> dict[str, Any]:
    """Return a trace of lines of equal height."""
    return {"type": "contour", **look}


def plain(part: Any) -> Any:
    """Return a part of a figure as lists and mappings: arrays are written, None is left out."""
    if (kind := type(part)) is str or kind is int:  # most of what there is, so asked first
        return part
    if kind is float:
        return part if isfinite(part) else None
    if isinstance(part, Mapping):
        return {name: plain(value) for name, value in part.items() if value is not None}
    if isinstance(part, (pd.Series, pd.Index)):
        part = part.to_numpy()
    if isinstance(part, np.ndarray):
        return _listed(part)
    if isinstance(part, (list, tuple)):
        return [plain(each) for each in part]
    if isinstance(part, np.generic):
        return plain(part.item())
    return part


def _listed(values: NDArray[Any]) -> list[Any]:
    """Return numbers or texts as a list; what is missing or infinite is null to a browser."""
    # The encoder would read all text again for a NaN.
    if values.dtype.kind == "f" and not (is_known := np.isfinite(values)).all():
        values = values.astype(object)
        values[~is_known] = None
        return list(values.tolist())
    found: list[Any] = values.tolist()
    if values.dtype.kind != "O" or _is_written(values.ravel().tolist()):
        return found
    return [plain(each) for each in found]


def _is_written(parts: list[Any]) -> bool:
    """Tell whether parts are texts and known numbers: asked of all at once, it costs little."""
    kinds = set(map(type, parts))
    if not kinds <= {str, int, float}:
        return False
    return float not in kinds or all(isfinite(part) for part in parts if type(part) is float)


def packed(part: Any) -> Any:
    """Return a part of a figure with arrays of numbers packed (base64), as plotly reads them."""
    if isinstance(part, Mapping):
        return {name: packed(value) for name, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [packed(each) for each in part]
    if isinstance(part, np.ndarray) and part.dtype.str[1:] in _PACKED:
        words = base64.b64encode(part.tobytes()).decode("ascii")
        return {"dtype": part.dtype.str[1:], "bdata": words}
    return plain(part)


def unpacked(part: Any) -> Any:
    """Return a part that plotly wrote, with lists in the place of packed arrays."""
    if isinstance(part, list):
        return [unpacked(each) for each in part]
    if isinstance(part, dict):
        if "bdata" in part:
            return _numbers(part)
        return {key: unpacked(value) for key, value in part.items()}
    return part


def _numbers(given: Mapping[str, str]) -> list[Any]:
    values = np.frombuffer(base64.b64decode(given["bdata"]), given["dtype"])
    if "shape" in given:
        values = values.reshape([int(side) for side in given["shape"].split(",")])
    return _listed(values)


def joined(given: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part with what more is said about it; None takes back what was said."""
    found = dict(given)
    for name, value in more.items():
        if isinstance(value, Mapping):
            found[name] = joined(found.get(name) or {}, value)
        elif value is None:
            found.pop(name, None)
        else:
            found[name] = value
    return found


def completed(given: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a layout with what it does not say itself."""
    return joined(usual, given)
