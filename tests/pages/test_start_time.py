"""What the first visitor waits for: heavy packages stay away from the start of the app."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Half a second or more each; a page that needs one imports it where it is used.
HEAVY = ("scipy.stats", "statsmodels.api", "matplotlib")
WARMED_UP = "import app, importlib, sys; [importlib.import_module(name) for name in app.WARM]"


def test_the_start_imports_nothing_heavy() -> None:
    code = f"{WARMED_UP}; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_matrices_are_multiplied_by_one_thread() -> None:
    # It is too late for that where NumPy has been imported before.
    code = "import sys, app, os; print('numpy' in sys.modules, os.environ['OPENBLAS_NUM_THREADS'])"
    environment = {key: value for key, value in os.environ.items() if "NUM_THREADS" not in key}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env=environment,
    )  # fmt: skip
    assert ran.stdout.split() == ["False", "1"]
