"""One Python program in a process of its own: ``python -m benchmarks.worker <engine>``.

It reads a request a line from standard input, words separated by tabs, and replies with a line that
starts with ``reply`` and goes on in JSON (``worker.R`` does the same for R):

    load <folder> <formula>    read a table; what reading costs is nobody's affair
    time <warm> <count>        fit <warm> times untimed, then <count> times by the clock; the reply
                               has [seconds of the fit, seconds of fit and table] for each
    answer                     estimates and criterion of a fit
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd

from benchmarks import tables
from benchmarks.engines import ENGINES, Engine


def main() -> None:
    """Answer requests until the input ends."""
    # What programs print must not mix with the replies.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")

    def reply(content: Any) -> None:
        replies.write(f"reply {json.dumps(content)}\n")
        replies.flush()

    try:
        engine = ENGINES[sys.argv[1]]()
    except ImportError as error:
        reply({"missing": f"{error.name or error} is not installed"})
        return
    reply({"versions": dict(engine.versions)})
    formula, frame = "", pd.DataFrame()
    for line in sys.stdin:
        request, *words = line.rstrip("\n").split("\t")
        if request == "load":
            frame, formula = tables.read(Path(words[0])), words[1]
            reply({})
        elif request == "time":
            warm, count = (int(word) for word in words)
            for _ in range(warm):
                _timed(engine, formula, frame)
            reply({"seconds": [_timed(engine, formula, frame) for _ in range(count)]})
        else:
            reply(engine.answer(engine.fit(formula, frame)))


def _timed(engine: Engine, formula: str, frame: pd.DataFrame) -> tuple[float, float]:
    start = perf_counter()
    fit = engine.fit(formula, frame)
    fitted = perf_counter()
    engine.table(fit)
    return fitted - start, perf_counter() - start


if __name__ == "__main__":
    main()
