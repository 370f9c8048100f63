"""How long a start takes: importing the package, and the app until its server says it is well."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median

_ROOT = Path(__file__).resolve().parent.parent
_LIMIT_SECONDS = 60.0


def starts(repeats: int) -> dict[str, dict[str, float]]:
    """Return best and median seconds by name, after one start of each that is not counted."""
    measures = {
        "import mlm_core, as -X importtime counts": lambda: _importing()[0],
        "of which in the package's own modules": lambda: _importing()[1],
        "python -c 'import mlm_core', the whole process": lambda: _process("import mlm_core"),
        "python -c 'pass'": lambda: _process("pass"),
        "streamlit run app.py, until healthy": _app,
    }
    found = {}
    for name, measure in measures.items():
        measure()
        seconds = [measure() for _ in range(repeats)]
        found[name] = {"best": min(seconds), "median": median(seconds)}
    return found


def _importing() -> tuple[float, float]:
    """Return seconds of the import in all, and in modules of the package itself."""
    command = [sys.executable, "-X", "importtime", "-c", "import mlm_core"]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    total = own = 0.0
    for itself, cumulative, name in re.findall(r"(\d+) \|\s+(\d+) \|\s+(\S+)", done.stderr):
        if name == "mlm_core":
            total = int(cumulative) / 1e6
        if name == "mlm_core" or name.startswith("mlm_core."):
            own += int(itself) / 1e6
    return total, own


def _process(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=_ROOT, check=True)
    return time.perf_counter() - start


def _app() -> float:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    start = time.perf_counter()
    app = subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return _until_healthy(app, port, start)
    finally:
        app.terminate()
        try:
            app.wait(timeout=10)
        except subprocess.TimeoutExpired:
            app.kill()
            app.wait()


def _until_healthy(app: subprocess.Popen[bytes], port: int, start: float) -> float:
    address = f"http://127.0.0.1:{port}/_stcore/health"
    while time.perf_counter() - start < _LIMIT_SECONDS and app.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the app did not start")
