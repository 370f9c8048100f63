"""Errors of working with moments: they cannot be added up, or their file cannot be read."""

from __future__ import annotations

from mlm_core.errors.base import MlmError
from mlm_core.errors.reading import ReadError


class NotMergeableError(MlmError):
    """The moments of two tables cannot be added up."""


class MomentsFileError(ReadError):
    """A file does not hold moments that can be read here."""
