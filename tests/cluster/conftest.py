"""A Spark session on two cores of this machine, for the tests of this folder."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import java
import pytest

MISSING = "Spark needs Java 17 or newer: apt install default-jre-headless, or set JAVA_HOME"
_SKIPPED = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; without Java skip them, or fail where CI asks for all."""
    here = [item for item in items if Path(item.path).is_relative_to(Path(__file__).parent)]
    for item in here:
        item.add_marker(pytest.mark.cluster)
    if here and java.find() is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            raise pytest.UsageError(MISSING)
        for item in here:
            item.add_marker(pytest.mark.skip(reason=MISSING))
        config.stash[_SKIPPED] = len(here)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say loudly, after everything else, that the Spark tests did not run."""
    if count := config.stash.get(_SKIPPED, 0):
        print(f"\n!!! {count} Spark tests SKIPPED: {MISSING} !!!")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a session that talks to nobody but this machine."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with warnings.catch_warnings():
        # Spark warns of pandas 3, which only its own pandas functions have not caught up with.
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.sql import SparkSession

        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
            .getOrCreate()
        )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
