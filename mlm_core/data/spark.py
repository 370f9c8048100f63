"""A Spark session at work on one table: opened, watched, stopped, and started anew after it died.

A session is slow to start and stays; one with a master of its own (``local[4]``) belongs to this
process and talks to nobody but this machine. Where its Java process has gone, killed or out of
memory, the next piece of work starts another.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import TimeoutExpired
from typing import Any
from uuid import uuid4

from mlm_core.data.engines import Source, engine_errors, source_of
from mlm_core.errors import EngineError, ReadError

# Of a session of our own: no page that shows paths to the network, no bars in the log.
_OWN = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
_TO_END = 0.3  # seconds in which a process that no longer answers is gone


@dataclass(frozen=True, eq=False)
class SparkWork:
    """A table of Spark, and the work that is done on it.

    Attributes
    ----------
    source : Source
    progress : callable
        Share of the tasks under way that are done; None where Spark does not tell.
    stop : callable
        Let Spark stop what it does for this work.
    """

    source: Source
    progress: Callable[[], float | None]
    stop: Callable[[], None]


@contextmanager
def spark_at_work(address: str, *, table: str, files: str) -> Iterator[SparkWork]:
    """Open a table, or Parquet files, of a Spark session for one piece of work.

    Parameters
    ----------
    address : str
        Of a server (``"sc://..."``), or a master such as ``"local[4]"``.
    table, files : str
        One of them is empty.

    Raises
    ------
    ReadError
        Spark is not installed, does not answer, or has no such table.
    """
    import narwhals as nw

    with _death_named():
        with engine_errors("Spark"):
            session = _session(address)
            frame = session.read.parquet(files) if files else session.table(table)
            source = source_of(nw.from_native(frame))
        at_work = _served if address.startswith("sc://") else _own
        with at_work(session, source) as work:
            yield work


def _session(address: str) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise ReadError(
            "Tables of Spark need the package pyspark where this runs: pip install pyspark."
        ) from None
    builder: Any = SparkSession.builder
    if address.startswith("sc://"):
        return builder.remote(address).getOrCreate()
    if not is_alive():
        _forget()
    if address.startswith("local"):
        builder = builder.config(map=_OWN)
    return builder.master(address).getOrCreate()


@contextmanager
def _served(session: Any, source: Source) -> Iterator[SparkWork]:
    """Give the work its mark in a session that a server keeps, and that tells no progress."""
    mark = f"work-{uuid4().hex}"
    session.addTag(mark)
    try:
        yield SparkWork(source, lambda: None, lambda: session.interruptTag(mark))
    finally:
        session.removeTag(mark)


@contextmanager
def _own(session: Any, source: Source) -> Iterator[SparkWork]:
    """Give the work its mark in a session that runs in a process of ours."""
    from py4j.protocol import Py4JError

    mark = f"work-{uuid4().hex}"
    context = session.sparkContext
    context.setJobGroup(mark, "multilevel models", True)  # lasts until the thread sets another
    tracker = context.statusTracker()

    def progress() -> float | None:
        if not is_alive():
            return None
        try:
            jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(mark)]
            running = [job for job in jobs if job is not None and job.status == "RUNNING"]
            stages = [tracker.getStageInfo(stage) for job in running for stage in job.stageIds]
        except (Py4JError, OSError):  # it died just now, which the thread that waits for it is told
            return None
        tasks = [(stage.numCompletedTasks, stage.numTasks) for stage in stages if stage]
        n_tasks = sum(of for _, of in tasks)
        return sum(done for done, _ in tasks) / n_tasks if n_tasks else None

    def stop() -> None:
        if is_alive():
            with suppress(Py4JError, OSError):  # it died just now, and so did its jobs
                context.cancelJobGroup(mark)

    yield SparkWork(source, progress, stop)


@contextmanager
def _death_named() -> Iterator[None]:
    """Say that the Java process has gone where that is why something failed."""
    try:
        yield
    except Exception as error:  # the engine's own, or an answer that never came
        if not _has_ended():
            raise
        raise EngineError(
            "Spark", "Its process ended: it was stopped from outside, or ran out of memory."
        ) from error


def _has_ended() -> bool:
    """Tell whether the Java process has gone, or goes just now."""
    process = _process()
    try:
        return process is not None and process.wait(_TO_END) is not None
    except TimeoutExpired:
        return False


def is_alive() -> bool:
    """Tell whether the Java process that was started here is there; true where there is none."""
    process = _process()
    return process is None or process.poll() is None


def _process() -> Any:
    context = getattr(sys.modules.get("pyspark"), "SparkContext", None)
    return getattr(getattr(context, "_gateway", None), "proc", None)


def _forget() -> None:
    """Forget a session whose Java process has gone; Spark itself would ask it for ever."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if (process := _process()) is not None and process.stdin is not None:
        process.stdin.close()
    if (context := SparkContext._active_spark_context) is not None:
        context._jsc = None  # there is nobody left to be told
        context.stop()
    SparkContext._gateway = SparkContext._jvm = None
    SparkSession._instantiatedSession = SparkSession._activeSession = None
