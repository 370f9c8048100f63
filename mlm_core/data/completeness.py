"""Complete rows: how many there are, and which columns cost the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mlm_core.notes import Note


@dataclass(frozen=True, eq=False)
class Completeness:
    """Rows of a table, and those with a value in every column of a model.

    Attributes
    ----------
    n_all, n_complete : int
        All rows, and the complete ones.
    missing : Mapping[str, int]
        Missing values of each column of the model.
    """

    n_all: int
    n_complete: int
    missing: Mapping[str, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "missing", MappingProxyType(dict(self.missing)))

    def __add__(self, other: Completeness) -> Completeness:
        names = dict.fromkeys((*self.missing, *other.missing))
        missing = {name: self.missing.get(name, 0) + other.missing.get(name, 0) for name in names}
        return Completeness(self.n_all + other.n_all, self.n_complete + other.n_complete, missing)

    def notes(self) -> tuple[Note, ...]:
        """Say which rows are left out, and why."""
        if self.n_all == self.n_complete:
            return ()
        counts = {name: count for name, count in self.missing.items() if count}
        listed = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        message = (
            f"{self.n_all - self.n_complete:,} of {self.n_all:,} rows are left out because a value"
            f" is missing ({listed}). All fits of this model use the remaining rows."
        )
        numbers = {"n_all": self.n_all, "n_used": self.n_complete, "missing": counts}
        return (Note("rows-lost", "note", message, numbers),)
