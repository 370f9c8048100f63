"""The lessons, whose work is waited for: nobody is there to look again."""

import pytest

from pages._ui import long_work
from tests.pages.conftest import LIMIT


@pytest.fixture(autouse=True)
def _work_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_work, "UNNOTICED", LIMIT)
