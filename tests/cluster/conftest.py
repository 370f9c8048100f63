"""A Spark session on two cores of this machine, for the tests of this folder."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.java import JAVA


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    JAVA.mark_tests(items, Path(__file__).parent)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """See to it that there is a Java for the test."""
    JAVA.demand()


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a folder for Spark's own tables; end the session after all tests."""
    yield str(tmp_path_factory.mktemp("warehouse"))
    from pyspark.sql import SparkSession

    SparkSession.active().stop()


@pytest.fixture
def spark(warehouse: str) -> Any:
    """Give a session that talks to nobody but this machine; another where one has died."""
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
            .config("spark.sql.warehouse.dir", warehouse)
            .getOrCreate()
        )
    session.sparkContext.setLogLevel("OFF")
    return session
