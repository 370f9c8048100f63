"""Names of a model's parameters in words, user names still to be escaped."""

from __future__ import annotations

from mlm_core.inference.parameters import Parameter
from mlm_core.views.words import level_words, term_words


def parameter_words(parameter: Parameter) -> str:
    """Return a parameter in words: ``SD of the intercept between schoolid``."""
    if parameter.kind == "sigma":
        return "residual SD"
    if parameter.kind == "fixed":
        (term,) = parameter.terms
        return "intercept" if term == "(Intercept)" else f"coefficient of {term}"
    where = level_words(parameter.level)
    if parameter.kind == "sd":
        return f"SD of the {term_words(parameter.terms[0])} {where}"
    first, second = (term_words(term) for term in parameter.terms)
    return f"correlation of {first} and {second} {where}"
