"""Fits of the classroom data that views are drawn from, and a small table with hostile names."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from mlm_core.data.model import Model
from mlm_core.fits.mixed import MixedFit, fit_mixed
from mlm_core.fits.pooled import PooledFit, fit_pooled
from mlm_core.fits.unpooled import UnpooledFit, fit_unpooled
from mlm_core.inference.fitted_lines import FittedLines, fitted_lines
from mlm_core.inference.path_drawing import PathArrows, PathLines, path_arrows, path_lines
from mlm_core.inference.pooling_path import PoolingPath, pooling_path
from mlm_core.inference.random_terms import RandomTermTests, drop_random_terms
from mlm_core.inference.shares import VarianceShares, icc
from mlm_core.views.code import Code

HOSTILE = "<b>*x*</b> %{x} `$1$`"


# Calls of functions named system would show that a name broke out of its quotes.
PARSE = (
    "for (file in commandArgs(TRUE)) {"
    " found <- all.names(parse(file, encoding = 'UTF-8'), unique = TRUE);"
    " if ('system' %in% found) stop(file) }; cat('parsed')"
)


@pytest.fixture
def r_parses(tmp_path: pathlib.Path) -> Callable[[Iterable[Code]], None]:
    """Give a check that R can parse pieces of code, and that no name has become a call."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")

    def check(codes: Iterable[Code]) -> None:
        files = []
        for number, each in enumerate(codes):
            files.append(tmp_path / f"{number}.R")
            files[-1].write_text(each.r, encoding="utf-8")
        done = subprocess.run(
            ["Rscript", "--vanilla", "-e", PARSE, *map(str, files)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.stdout == "parsed", done.stderr

    return check


@dataclass(frozen=True)
class Fits:
    """The three fits of one model, with what is inferred from them."""

    data: pd.DataFrame
    model: Model
    pooled: PooledFit
    unpooled: UnpooledFit
    mixed: MixedFit
    shares: VarianceShares
    tests: RandomTermTests
    lines: FittedLines


def _fits(data: pd.DataFrame, model: Model, predictor: str) -> Fits:
    pooled, unpooled = fit_pooled(model, data), fit_unpooled(model, data)
    mixed = fit_mixed(model, data)
    return Fits(
        data=data,
        model=model,
        pooled=pooled,
        unpooled=unpooled,
        mixed=mixed,
        shares=icc(mixed),
        tests=drop_random_terms(mixed),
        lines=fitted_lines(
            data, predictor=predictor, pooled=pooled, unpooled=unpooled, mixed=mixed
        ),
    )


@pytest.fixture(scope="session")
def school(classroom: pd.DataFrame) -> Fits:
    """Give mathkind ~ ses + (1 | schoolid/classid)."""
    return _fits(classroom, Model("mathkind ~ ses + (1 | schoolid/classid)"), "ses")


@pytest.fixture(scope="session")
def means(classroom: pd.DataFrame) -> MixedFit:
    """Give mathkind ~ 1 + (1 | schoolid)."""
    return fit_mixed(Model("mathkind ~ 1 + (1 | schoolid)"), classroom)


@pytest.fixture(scope="session")
def slopes(classroom: pd.DataFrame) -> MixedFit:
    """Give mathkind ~ ses + (ses | schoolid), which is singular."""
    return fit_mixed(Model("mathkind ~ ses + (ses | schoolid)"), classroom)


@pytest.fixture(scope="session")
def hostile() -> Fits:
    """Give fits of a table whose every name and label is markup of some kind."""
    draw = np.random.default_rng(4)
    group = np.repeat(np.arange(12), 8)
    x = draw.normal(size=96)
    y = 2 * x + draw.normal(size=12)[group] * 3 + draw.normal(size=96)
    labels = np.array([f"{HOSTILE} {code}" for code in group], dtype=object)
    data = pd.DataFrame({f"y {HOSTILE}": y, f"x {HOSTILE}": x, f"g {HOSTILE}": labels})
    outcome, predictor, level = data.columns
    model = Model(outcome=outcome, predictors=[predictor], levels=[level])
    return _fits(data, model, predictor)


@dataclass(frozen=True)
class Path:
    """The way from no pooling to complete pooling, with what is drawn of it."""

    path: PoolingPath
    lines: PathLines
    arrows: PathArrows
    slopes: PathArrows


def _path(fits: Fits) -> Path:
    path = pooling_path(fits.mixed, fits.unpooled.level)
    arrows = (
        path_arrows(path, fits.mixed, fits.unpooled, term=term)
        for term in ("(Intercept)", fits.lines.predictor)
    )
    return Path(path, path_lines(path, fits.lines, fits.unpooled), *arrows)


@pytest.fixture(scope="session")
def school_path(school: Fits) -> Path:
    """Give the way of the schools' lines of mathkind on ses."""
    return _path(school)


@pytest.fixture(scope="session")
def hostile_path(hostile: Fits) -> Path:
    """Give the way of groups whose names are markup."""
    return _path(hostile)
