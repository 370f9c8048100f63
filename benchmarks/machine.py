"""Where the numbers were measured, in words that name no machine and no place."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def description(versions: Mapping[str, str]) -> dict[str, str]:
    """Return cores, versions and threads; ``versions`` are what the programs said of themselves."""
    found = {"cores": str(os.cpu_count()), "Python": platform.python_version()}
    found |= {name: version(name) for name in ("numpy", "pandas", "scipy", "streamlit")}
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    found["BLAS of numpy"] = f"{blas['name']} {blas['version']}"
    found |= dict(versions)
    set_here = [f"{name}={os.environ[name]}" for name in _THREADS if name in os.environ]
    found["threads"] = ", ".join(set_here) or "as every program chooses (nothing set)"
    return found
