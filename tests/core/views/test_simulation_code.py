"""Code of the simulation: it parses, runs and gives the numbers on the screen."""

import ast
import contextlib
import io
import shutil
import subprocess

import pytest

from mlm_core.inference.simulation import PRESETS
from mlm_core.inference.simulation_experiment import repeat_design
from mlm_core.inference.simulation_levels import with_levels
from mlm_core.inference.simulation_missing import missing_data
from mlm_core.inference.simulation_power import PowerGrid, power_cell, power_terms
from mlm_core.views import simulation_code as code


def _codes(name, levels=None):
    design = with_levels(PRESETS[name], levels or len(PRESETS[name].levels))
    term = power_terms(design)[0]
    cell = power_cell(design, term=term, effect=0.3, groups=8, rows=6, seed=1, repeats=4)
    return {
        "drawn": code.drawn(design, seed=2),
        "experiment": code.experiment(repeat_design(design, seed=1, repeats=3)),
        "missing": code.missing(missing_data(design, mechanism="MNAR", share=0.2, seed=1)),
        "power": code.power(PowerGrid(term, 0.3, (8,), (6,), (cell,), 1, 4), design),
    }


@pytest.mark.parametrize("name", ["Few groups", "A contextual effect"])
def test_python_parses_and_runs(name):
    for each in _codes(name).values():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(ast.unparse(ast.parse(each.python)), {})  # noqa: S102 (our own text)
        assert printed.getvalue()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize(
    ("name", "levels"),
    [("107 schools, as in the class set", 2), ("A contextual effect", 1), ("Few groups", 3)],
)
def test_r_runs(name, levels):
    script = "\n".join(each.r for each in _codes(name, levels).values())
    done = subprocess.run(
        ["Rscript", "-e", script], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
