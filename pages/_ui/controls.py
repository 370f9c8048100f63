"""Controls that are drawn in one place and read in another: those of the lessons.

Each draws itself where the page stands; ``value`` is what it holds, before it was ever drawn what
it begins with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import streamlit as st

from mlm_core.views.escape import for_markdown
from pages._ui import parts, state


class Control(Protocol):
    """What a :class:`~pages._ui.lesson.Lesson` can be made to follow."""

    def draw(self) -> None:
        """Show it where the page stands."""

    @property
    def value(self) -> Any:
        """What it holds."""


@dataclass(frozen=True)
class Slider:
    """A number between two ends."""

    label: str
    low: float
    high: float
    first: float
    step: float
    key: str

    def draw(self) -> None:
        """Show it where the page stands."""
        whole = float(self.step).is_integer()
        st.slider(
            self.label,
            self.low,
            self.high,
            self.first,
            self.step,
            format="%d" if whole else "%.1f" if self.step >= 0.1 else "%.2f",
            key=self.key,
            bind="query-params",
            persist_state="session",
        )

    @property
    def value(self) -> float:
        """Where it stands."""
        found = state.value_of(self.key)
        return self.first if found is None else float(found)


@dataclass(frozen=True)
class Choice:
    """One of a few names; ``shown`` writes a name as Markdown."""

    label: str
    options: Sequence[str]
    key: str
    shown: Callable[[str], str] = for_markdown

    def draw(self) -> None:
        """Show it where the page stands."""
        parts.one_of(self.label, self.options, key=self.key, shown=self.shown)

    @property
    def value(self) -> str:
        """The name that is chosen."""
        found = state.value_of(self.key)
        return found if found in self.options else self.options[0]


@dataclass(frozen=True)
class Word:
    """A name of at most so many characters; nothing stands for the first one."""

    label: str
    first: str
    key: str
    most: int

    def draw(self) -> None:
        """Show it where the page stands."""
        st.text_input(
            self.label,
            self.first,
            key=self.key,
            max_chars=self.most,
            bind="query-params",
            persist_state="session",
        )

    @property
    def value(self) -> str:
        """What was typed, in one line."""
        typed = str(state.value_of(self.key) or "")
        return " ".join(typed.split())[: self.most].strip() or self.first


@dataclass(frozen=True)
class Seed:
    """The seed of all that is random in a lesson."""

    key: str

    def draw(self) -> None:
        """Show it where the page stands."""
        parts.seed(self.key)

    @property
    def value(self) -> int:
        """The seed that is set."""
        return int(state.value_of(self.key) or 1)
