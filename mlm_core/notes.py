"""Notes: what a result wants its reader to know, as data first and as a sentence second.

A :class:`Note` travels with a table, a fit or a comparison. Its ``code`` and ``numbers`` are for
programs (and tests); its ``message`` says what happened, what it means and what can be done.
Screens show notes in three grades: note, caution, stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Severity = Literal["note", "caution", "stop"]


@dataclass(frozen=True, eq=False)
class Note:
    """One remark on a result.

    Attributes
    ----------
    code : str
        Stable identifier in kebab case, for example ``"singular"`` or ``"rows-lost"``.
    severity : {"note", "caution", "stop"}
        How much the remark matters to the reader.
    message : str
        The remark in plain words, ending in what can be done where something can.
    numbers : Mapping[str, object]
        The values the message speaks of, read-only.
    """

    code: str
    severity: Severity
    message: str
    numbers: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", MappingProxyType(dict(self.numbers)))
