"""A program in its own process, asked in turns, and what its process needs of memory.

Every contestant stays alive for a whole contest, so that a turn costs no start. See ``worker.py``
for requests and replies.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

_HERE = Path(__file__).resolve().parent
_R_PROGRAMS = ("lme4", "lmerTest")
# Longer than any turn on a slow machine.
_LIMIT_SECONDS = 240.0
_MEGABYTE = 1e6


class NotTakingPartError(Exception):
    """A program that is not installed, or that failed; the message says why."""


class Contestant:
    """A running program.

    Parameters
    ----------
    name : str
        A key of ``engines.ENGINES``, or a package of R.
    log : Path
        Takes what the program prints.
    limit : float
        Seconds that a reply may take.

    Raises
    ------
    NotTakingPartError
        The program is not there.
    """

    def __init__(self, name: str, log: Path, *, limit: float = _LIMIT_SECONDS) -> None:
        self.name = name
        self._limit = limit
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                _command(name),
                cwd=_HERE.parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
        greeting = self._reply()
        if "missing" in greeting:
            self.close()
            raise NotTakingPartError(greeting["missing"])
        self.versions: Mapping[str, str] = greeting["versions"]

    def __enter__(self) -> Contestant:
        return self

    def __exit__(
        self, kind: type | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, *words: str | int | Path) -> Any:
        """Send a request and return its reply.

        Raises
        ------
        NotTakingPartError
            The program broke down.
        """
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # the missing reply tells
            self._process.stdin.write("\t".join(str(word) for word in words) + "\n")
            self._process.stdin.flush()
        return self._reply()

    def _reply(self) -> Any:
        assert self._process.stdout is not None
        alarm = threading.Timer(self._limit, self.kill)
        alarm.start()
        try:
            for line in self._process.stdout:
                if line.startswith("reply "):
                    return json.loads(line.removeprefix("reply "))
        finally:
            alarm.cancel()
        self.close()
        raise NotTakingPartError(self._last_words())

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return f"failed: {lines[-1].strip()}" if lines else "ended without a word"

    def kill(self) -> None:
        """End the process at once; who waits for a reply is told."""
        self._process.kill()

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    # --- memory, where the kernel tells (Linux) ---------------------------------------------------

    def forget_peak(self) -> None:
        """Start a new measurement of the peak."""
        with suppress(OSError):
            Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def memory(self) -> tuple[float, float] | None:
        """Return resident memory now and at its peak, in megabytes."""
        try:
            lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        except OSError:
            return None
        found = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS", "VmHWM")))
        if len(found) < 2:
            return None
        now, peak = (int(found[key].split()[0]) * 1024 / _MEGABYTE for key in ("VmRSS", "VmHWM"))
        return now, peak


def _command(name: str) -> list[str]:
    if name not in _R_PROGRAMS:
        return [sys.executable, "-m", "benchmarks.worker", name]
    if shutil.which("Rscript") is None:
        raise NotTakingPartError("R is not installed")
    return ["Rscript", "--vanilla", str(_HERE / "worker.R"), name]
