"""Code of the lessons: it parses, runs and gives the numbers on the screen."""

import ast
import contextlib
import io
import shutil
import subprocess

import pytest

from mlm_core.data.bundled import bundled_path
from mlm_core.likelihood.normal import draw_normal, mean_likelihood, normal_tail
from mlm_core.likelihood.poisson_repeats import repeat_poisson
from mlm_core.views import lesson_code

TAIL = normal_tail(mean=0.5, sd=1.0, threshold=2.0)
MEAN = mean_likelihood(draw_normal(30, mean=0.0, sd=1.0, seed=3), true_mean=0.0, sd=1.0)
REPEATS = repeat_poisson(seed=2, repeats=5, rows=200)
CODES = {
    "normal_tail": lesson_code.normal_tail(TAIL),
    "mean_likelihood": lesson_code.mean_likelihood(MEAN, seed=3),
    "poisson": lesson_code.poisson(),
    "poisson_repeats": lesson_code.poisson_repeats(REPEATS),
}
PRINTED = {"normal_tail": "0.0668", "mean_likelihood": repr(MEAN.estimate), "poisson": "-0.487"}


@pytest.mark.parametrize("name", CODES)
def test_python_parses_and_prints_the_number_shown(name):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(ast.unparse(ast.parse(CODES[name].python)), {})  # noqa: S102 (our own text)
    assert PRINTED.get(name, "least squares, robust") in printed.getvalue()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("name", CODES)
def test_r_runs(name):
    folder = bundled_path("poisson_seed3").parent
    done = subprocess.run(
        ["Rscript", "-e", CODES[name].r], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {"normal_tail": "0.0668", "poisson": "3521.1"}.get(name, "") in done.stdout
