"""Errors of simulating: a design nothing can be drawn from."""

from __future__ import annotations

from mlm_core.errors.base import MlmError


class DesignError(MlmError):
    """A nested design contradicts itself, or is too large or too small to draw from."""
