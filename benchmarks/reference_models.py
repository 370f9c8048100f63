"""Every reference model of the tests, fitted once: how many evaluations of the criterion it takes.

The models are those of ``tests/reference``; the cases that must be refused are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import mlm_core as mlm

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "reference"
HARD = REFERENCE / "hard"
# First letters of the models in inference.json, and their tables.
_TABLES = {"C": "classroom", "S": "sleepstudy", "H": "hsb82"}


def evaluations() -> pd.DataFrame:
    """Return a row a model. Columns: model, formula, method, evaluations."""
    rows = []
    for name, formula, method, frame in _models():
        fit = mlm.fit_mixed(mlm.Model(formula), frame, method=method)
        rows.append((name, formula, method, fit.evaluations))
    return pd.DataFrame(rows, columns=["model", "formula", "method", "evaluations"])


def _models() -> Iterator[tuple[str, str, str, pd.DataFrame]]:
    tables = {name: mlm.load(name) for name in _TABLES.values()}
    sector = np.where(tables["hsb82"]["catholic"] == 1, "Catholic", "Public")
    tables["hsb82"] = tables["hsb82"].assign(sector=sector)
    for file in tables:
        content = _content(file)
        for name, record in content.get("mixed", content).items():
            method = "REML" if record["REML"] else "ML"
            yield f"{file} {name}", record["formula"], method, tables[file]
    for name, record in _content("inference")["models"].items():
        for method in ("REML", "ML"):
            yield f"inference {name}", record["formula"], method, tables[_TABLES[name[0]]]
    for name, record in _content("hard")["cases"].items():
        if record["gold_reml"] is not None:
            yield f"hard {name}", record["formula"], "REML", pd.read_csv(HARD / f"{name}.csv")


def _content(name: str) -> dict:
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))
