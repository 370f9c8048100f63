from mlm_core.errors import DesignError, MlmError


def test_a_design_error_is_raised_on_purpose() -> None:
    assert issubclass(DesignError, MlmError)
