"""Files as people really hand them in: unreadable, readable with a remark, and hostile.

Each :class:`BadFile` says what the app must say about it. The tables have an outcome ``y``, a
predictor ``x`` and groups ``g``: twelve of five rows, with real differences between them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

_RANDOM = np.random.default_rng(1)
ROWS = 60
_G = np.repeat(np.arange(12), 5)
_X = _RANDOM.normal(size=ROWS)
_Y = _X + _RANDOM.normal(size=12)[_G] + _RANDOM.normal(size=ROWS)
GOOD = pd.DataFrame({"y": _Y.round(3), "x": _X.round(3), "g": _G})
_NOISE = bytes(_RANDOM.integers(0, 256, 3000, dtype=np.uint8))
_HEAD = b"y,x,g"

OUTCOME = 'out <b>come</b> $a$ "q"'
PREDICTOR = "my `x` *ü* :red[z]"
OUTER = "![](http://evil.example/a.png) <script>alert(1)</script>"
INNER = "a:b|c/d [k](http://evil.example)"
LABEL = "<img src=x onerror=alert(1)>"
HOSTILE_NAME = "<img src=x>![](x.png)`$.csv"


def csv(frame: pd.DataFrame, *, sep: str = ",", decimal: str = ".") -> bytes:
    """Write a table as bytes."""
    return frame.to_csv(index=False, sep=sep, decimal=decimal, lineterminator="\n").encode()


@dataclass(frozen=True)
class BadFile:
    """A file, the choices made for it, and what has to be said.

    Attributes
    ----------
    content, name : bytes, str
        What is handed in.
    says : tuple of str
        Parts of the one message that names what is wrong.
    choices : dict
        A link's parameters; what the app guesses is used where there are none.
    """

    content: bytes
    says: tuple[str, ...] = ()
    name: str = "table.csv"
    choices: dict[str, str | list[str]] = field(default_factory=dict)


def _chosen(predictors: str = "x", **more: str | list[str]) -> dict[str, str | list[str]]:
    return {"outcome": "y", "predictor": predictors.split(), "level": "g", **more}


def _with(choices: dict[str, str | list[str]] | None = None, **columns: object) -> BadFile:
    frame = GOOD.assign(**columns)
    return BadFile(csv(frame), choices=_chosen() if choices is None else choices)


def _cell(value: object, row: int) -> pd.Series:
    return GOOD["x"].astype(object).where(GOOD.index != row, value)


REFUSED = {
    "empty": BadFile(b"", ("'table.csv'", "empty")),
    "blanks": BadFile(b" \n\n \n", ("'table.csv'", "empty")),
    "header only": BadFile(b"y,x,g\n", ("'y', 'x', 'g'", "no row")),
    "junk": BadFile(_NOISE, ("'table.csv'", "not a text file")),
    "picture": BadFile(b"\x89PNG\r\n\x1a\n" + _NOISE, ("'table.csv'", "PNG")),
    "no workbook": BadFile(_NOISE, ("'book.xlsx'",), name="book.xlsx"),
    "no parquet": BadFile(_NOISE, ("'table.parquet'",), name="table.parquet"),
    "hostile name": BadFile(b"", (HOSTILE_NAME, "empty"), name=HOSTILE_NAME),
}
"""Files that cannot be read: the earlier table stays in use."""

READ = {
    "latin 1": BadFile(
        csv(GOOD.rename(columns={"g": "Schüler"})).decode().encode("cp1252"), ("cp1252", "Schüler")
    ),
    "byte order mark": BadFile(b"\xef\xbb\xbf" + csv(GOOD)),
    "utf 16": BadFile(csv(GOOD).decode().encode("utf-16")),
    "semicolons": BadFile(csv(GOOD, sep=";", decimal=","), ("decimal comma", "'y', 'x'")),
    "same name twice": BadFile(csv(GOOD).replace(_HEAD, b"y,y,g"), ("same name", "'y (2)'")),
    "no name": BadFile(csv(GOOD).replace(_HEAD, b"y,,g"), ("without a name", "'column 2'")),
}
"""Files that are read as they were meant, most with a remark."""


def _says(file: BadFile, *says: str) -> BadFile:
    return BadFile(file.content, says, choices=file.choices)


STOPPED = {
    "text in a number": _says(_with(x=_cell("oops", 6)), "'x'", "data row 7", "'oops'"),
    "infinity": _says(_with(x=_cell("inf", 3)), "'x'", "data row 4", "inf"),
    "text in the outcome": _says(
        _with(_chosen(), y=GOOD["y"].astype(object).where(GOOD.index != 8, "n.k.")),
        "'y'",
        "data row 9",
        "'n.k.'",
    ),
    "infinite outcome": _says(_with(y=GOOD["y"].where(GOOD.index != 8, np.inf)), "'y'", "row 9"),
    "constant outcome": _says(_with(y=5), "outcome 'y'", "5 in every row"),
    "empty column": _says(_with(x=np.nan), "'x' is empty"),
    "groups as unique as rows": _says(_with(g=np.arange(ROWS)), "'g'", "exactly one row"),
    "one group": _says(_with(g=1), "one group of 'g'"),
    "two rows": BadFile(csv(GOOD.iloc[:2]), ("one group of 'g'",), choices=_chosen()),
    "two rows in two groups": BadFile(
        csv(GOOD.iloc[[0, 9]]), ("'g' has exactly one row",), choices=_chosen()
    ),
    "more parameters than rows": BadFile(
        csv(GOOD.iloc[[0, 1, 5, 6]].assign(a=[1, 2, 4, 9], b=[3, 1, 0, 7], c=[5, 1, 1, 2])),
        ("4 complete rows",),
        choices=_chosen("x a b c"),
    ),
    "no complete row": _says(
        _with(_chosen("x z"), x=_X * np.where(_G % 2, 1, np.nan), z=np.where(_G % 2, np.nan, _X)),
        "None of the 60 rows",
        "'z' lacks",
    ),
    "slope without variation": _says(
        _with(_chosen("x z", slope="1:z"), z=_G**2), "'z' is constant within", "'g'"
    ),
    "a copy of the outcome": _says(_with(_chosen("x"), x=GOOD["y"]), "'y' exactly"),
}
"""Tables that cannot carry the model chosen for them: every page that fits it says why."""

DROPPED = _with(_chosen("x c x2"), c=1, x2=2 * GOOD["x"] + 1)
"""A constant predictor and one that repeats another."""

HOSTILE = BadFile(
    csv(
        pd.DataFrame(
            {
                OUTCOME: GOOD["y"],
                PREDICTOR: GOOD["x"],
                OUTER: [f"{LABEL} {g // 3}" for g in _G],
                INNER: [f"=cmd|' /C calc'!A{g}" for g in _G],
            }
        )
    ),
    name=HOSTILE_NAME,
    choices={"outcome": OUTCOME, "predictor": PREDICTOR, "level": [OUTER, INNER], "slope": ""},
)
"""Names of columns, groups and file that some place or other would run, fetch or format."""
