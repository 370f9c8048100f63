"""Sentences on a list of models: whether the last step is worth it, which model is preferred."""

from __future__ import annotations

from collections.abc import Sequence

from mlm_core.inference.model_sequence import ModelSequence
from mlm_core.notes import Note
from mlm_core.views.narrative.wording import RARE, how_often, listed, name
from mlm_core.views.numbers import number, percent
from mlm_core.views.tables.table import records
from mlm_core.views.words import INTERCEPT, level_words, term_words

GROWN = 0.02
"""Share by which a variance must grow before a caution speaks of it."""
CLOSE = 2.0
"""AIC (or BIC) differences below are no reason to prefer a model (Burnham and Anderson 2002)."""


def last_step(found: ModelSequence, names: Sequence[str]) -> str:
    """Say what the step to the last model of the list shows."""
    if len(names) == 1:
        return (
            f"{name(names[0])} is the only model so far. Add another: the two are compared on the"
            " same rows."
        )
    before, after = name(names[-2]), name(names[-1])
    test = found.tests[-1]
    if test is None:
        gain = float(found.table["aic"].iloc[-2] - found.table["aic"].iloc[-1])
        word = "lower" if gain > 0 else "higher"
        return (
            f"Neither {before} nor {after} is a special case of the other, so they cannot be tested"
            f" against each other; the AIC of {after} is {number(abs(gain))} {word}."
        )
    p = test.p if test.p_boundary is None else test.p_boundary
    if found.table["n_parameters"].diff().iloc[-1] > 0:
        clear, open_ = "speak for the step", "do not ask for the step"
    else:  # the list steps down to the smaller of the two
        clear, open_ = "speak against the smaller model", "do not speak against the smaller model"
    reading = f"The data {clear}." if p < RARE else f"These data {open_}."
    return (
        f"From {before} to {after}: if {name(test.null_hypothesis)}, a likelihood-ratio statistic"
        f" of {number(test.statistic)} or more would come up {how_often(p)}. {reading}"
    )


def preferred(found: ModelSequence, names: Sequence[str]) -> str:
    """Say which models AIC and BIC prefer."""
    if len(names) == 1:
        return ""
    near = []
    for criterion in ("aic", "bic"):
        over = found.table[criterion] - found.table[criterion].min()
        near.append(listed([name(names[i]) for i in range(len(names)) if over.iloc[i] < CLOSE]))
    aic, bic = near
    both = f"AIC and BIC prefer {aic}" if aic == bic else f"AIC prefers {aic}; BIC prefers {bic}"
    return f"{both}. Differences below {number(CLOSE, 1)} are no preference."


def grown(found: ModelSequence, names: Sequence[str]) -> Note | None:
    """Return a caution where variances grow from one model to the next; None where none does."""
    paths = found.paths.table
    rows = records(paths[paths["share"] < -GROWN])
    if not rows:
        return None
    parts = [
        f"{_component(row['level'], row['term'])} by {percent(-row['share'])} in"
        f" {names[row['model']]}"
        for row in rows
    ]
    message = (
        f"Variances that grow from one model to the next: {'; '.join(parts)}. That is no error. A"
        " predictor can only explain what varies at its own level; where it explains nothing an"
        " estimate drifts either way. One that varies inside groups also takes away residual"
        " variance, and with it what looked like it between the groups. Read it as nothing"
        " explained at that level, never as a negative share."
    )
    return Note("variance-grown", "caution", message, {"components": len(rows)})


def _component(level: str, term: str) -> str:
    words = level_words(level)
    return words if term in ("", INTERCEPT) else f"{words} ({term_words(term)})"
