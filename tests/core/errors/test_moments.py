"""Errors of moments stand where callers look for them."""

from __future__ import annotations

from mlm_core.errors import MlmError, MomentsFileError, NotMergeableError, ReadError


def test_a_file_without_moments_is_an_error_of_reading():
    assert issubclass(MomentsFileError, ReadError)


def test_moments_that_do_not_add_up_are_an_error_of_their_own():
    assert NotMergeableError.__bases__ == (MlmError,)
