"""Sentences of the simulation, on both sides of every threshold."""

from dataclasses import replace

import numpy as np
import pytest

from mlm_core.inference.simulation import PRESETS, changed_level
from mlm_core.inference.simulation_experiment import KINDS, NAIVE, Answers, Experiment
from mlm_core.inference.simulation_lines import drawn_lines
from mlm_core.inference.simulation_missing import repeat_missing
from mlm_core.inference.simulation_power import PowerCell
from mlm_core.views.narrative import simulation as narrative
from tests.core.views.simulated import CLASSES, FEW, experiment, grid, lost

SHARES = (0.30, 0.85, 0.40, 0.95)


def _made(coverage: float, *, sd: float = 1.0, stated: float = 1.0, bias: float = 0.0):
    """Return an experiment of 1,000 repeats with these properties."""
    estimate = np.tile([-sd, sd], 500) + bias
    se = np.full(1000, stated)
    half = np.where(np.arange(1000) < 1000 * coverage, 9.0, 1e-9)
    answers = tuple(
        Answers("w_class", kind, 0.0, estimate, se * half, np.full(1000, 1e9)) for kind in KINDS
    )
    return Experiment(CLASSES, 1, 1000, 20_000, (100,), answers)


def test_what_a_design_draws():
    assert narrative.design(CLASSES).startswith("100 classes, 200 pupils in each: about 20,000")
    assert "correlate at 0.50" in narrative.design(CLASSES)
    schools = PRESETS["107 schools, as in the class set"]
    assert narrative.design(schools).startswith(
        "107 schools, about 2.9 classes in each, about 3.8 pupils in each"
    )


def test_how_the_outcome_of_a_design_comes_about():
    told = narrative.design(PRESETS["Slopes that differ"]).replace("\\", "")
    assert (
        "The outcome, in points, is y = 0 + 0.5 · x + 0 · w_school + what each school adds"
        " (SD 0.600, of its slope 0.400) + chance (SD 1.00)" in told
    )
    assert "x is a predictor of pupils, w_school one of schools." in told
    hostile = replace(PRESETS["Slopes that differ"], unit="<b>$cm$</b>")
    assert r"in \<b\>\$cm\$\</b\>, is" in narrative.design(hostile).replace("\\/", "/")
    assert narrative.outcome(hostile) == "y, in <b>$cm$</b>"
    told = narrative.design(PRESETS["A contextual effect"])
    assert "1 · the school's mean of x" in told
    told = narrative.design(PRESETS["Simpson's paradox"])
    assert "y = 0 + 1 · x − 2.5 · the school's mean of x + 0 · " in told


def test_likeness_depends_on_x_where_slopes_differ():
    told = narrative.design(PRESETS["Slopes that differ"])
    assert "At x = 0, other predictors the same, two pupils of one school correlate" in told
    assert "At the same predictors two pupils of one class correlate" in narrative.design(CLASSES)


def test_one_class_in_each_school():
    schools = PRESETS["107 schools, as in the class set"]
    told = narrative.design(changed_level(schools, 1, groups=1.0, sizes="fixed"))
    assert told.startswith("107 schools, 1 class in each, about 3.8 pupils in each")


def test_levels_of_a_design_are_named_by_their_number():
    named = narrative.levels_of(CLASSES)
    assert [named(n) for n in "123"] == ["classes", "schools, classes",
                                         "districts, schools, classes"]  # fmt: skip


def test_the_answer_of_the_class_set_design():
    found = experiment()
    text = narrative.ignoring(found, "w_class")
    naive = found.answer("w_class", NAIVE).performance
    assert text.startswith("**Ignoring the groups promises more than it keeps.** In 200 repeats")
    assert f"**{100 * naive.coverage:.0f}%**" in text
    assert "times as widely" in text
    assert r"the class-level predictor w\_class" in text


def test_intervals_that_keep_their_promise_and_intervals_that_do_not():
    kept = narrative.ignoring(_made(narrative.HONEST + 0.001), "w_class")
    assert "costs no honesty" in kept
    broken = narrative.ignoring(_made(narrative.HONEST - 0.002), "w_class")
    assert "promises more than it keeps" in broken


def test_too_few_groups_for_any_way():
    words = "not even the mixed model keeps its promise: 100 groups tell too little"
    assert words in narrative.ignoring(_made(narrative.HELPLESS - 0.01), "w_class")
    assert words not in narrative.ignoring(_made(narrative.HELPLESS + 0.01), "w_class")


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (1.15, "1.1 times as widely"),
        (1.14, "about as stated"),
        (0.88, "about as stated"),
        (0.87, "less widely than stated"),
    ],
)
def test_real_against_stated(ratio, words):
    assert words in narrative._times(ratio)


def test_estimates_off_the_mark():
    error = 1.0005 / 1000**0.5
    near = _made(1.0, bias=(narrative.BIASED - 0.1) * error)
    assert "off the mark" not in narrative.ignoring(near, "w_class")
    for sign in (-1, 1):
        far = _made(1.0, bias=sign * (narrative.BIASED + 0.1) * error)
        assert "off the mark" in narrative.ignoring(far, "w_class")


def test_every_way_has_its_own_coverage():
    shares = dict(zip(KINDS, (0.60, 0.80, 0.70, 0.96), strict=True))
    found = _made(1.0)
    answers = tuple(_made(shares[each.kind]).answer("w_class", each.kind) for each in found.answers)
    text = narrative.ignoring(replace(found, answers=answers), "w_class")
    assert "holds the truth in **60%**" in text
    assert "A test at 5% raises a false alarm in 40% of the repeats." in text
    assert "Cluster-robust intervals cover 80%, those of the mixed model 96%." in text


def test_coefficients_in_words():
    assert narrative.told("x") == "the pupil-level predictor x"
    assert narrative.told("(Intercept)") == "the intercept"
    assert narrative.told("group_mean(x, school)") == "the group's mean of x"


@pytest.mark.parametrize(
    ("mechanism", "words"),
    [("MCAR", "by chance alone"), ("MAR", "the higher x"), ("MNAR", "the higher y itself")],
)
def test_losses(mechanism, words):
    found = lost(mechanism)
    text = narrative.missing(found)
    assert words in text
    assert f"{found.n_lost} of 240 outcomes" in text
    before, after = (next(e for e in each if e.term == "x").estimate
                     for each in (found.before, found.after))  # fmt: skip
    assert f"The slope of x was **{before:.3f}** before and is **{after:.3f}** after;" in text
    every = replace(found, after=tuple(replace(e, lower=-9.0, upper=9.0) for e in found.after))
    assert "All 95% intervals of what is left hold the truth" in narrative.missing(every)
    none = replace(found, after=tuple(replace(e, lower=8.0, upper=9.0) for e in found.after))
    assert "misses the truth for the intercept, the pupil-level" in narrative.missing(none)


def test_many_tables():
    found = repeat_missing(FEW, mechanism="MCAR", share=0.3, seed=1, repeats=5)
    x = found.terms.index("x")
    before, after = found.before.copy(), found.after.copy()
    before[:, x] = [0.31, 0.2, 0.4]
    after[:, x] = [[0.22, 0.1, 0.4]] * 3 + [[0.22, 0.1, 0.25]] * 2
    assert narrative.missing_repeats(replace(found, before=before, after=after)) == (
        "Over 5 tables the slope of x averages 0.310 before and 0.220 after the loss; its 95%"
        " interval holds the truth in 100% and 60%."
    )


def test_power_enough_and_not_enough():
    enough = narrative.power(grid(2.0))
    assert "the fewest rows on this grid are **" in enough
    assert "more groups help" in enough
    assert "rows count wherever" in narrative.power(replace(grid(2.0), term="x"))
    assert "Nowhere on this grid" in narrative.power(grid(0.01))
    sizes = [(6, 5), (40, 5), (6, 20), (40, 20)]
    cells = tuple(PowerCell(*size, p, 0.01, 0.5) for size, p in zip(sizes, SHARES, strict=True))
    made_up = replace(grid(2.0), cells=cells)
    assert "are **40 groups of 5** (85% power)." in narrative.power(made_up)
    few = replace(made_up, cells=tuple(replace(cell, power=0.5 * cell.power) for cell in cells))
    assert narrative.power(few).endswith("power: the most is **48%**.")
    nearly = replace(made_up, cells=tuple(replace(cell, power=0.7975) for cell in cells))
    assert narrative.power(nearly).endswith("80% power: the most is **79.8%**.")
    assert "effect of 0.5 of the school-level" in narrative.power_question("w_school", 0.5)


def test_a_drawn_table():
    found = drawn_lines(FEW, seed=2)
    text = narrative.drawn(found, FEW, seed=2)
    assert text.startswith("Seed 2 draws **240 rows in 8 groups of school**")
    assert text.endswith("inside a group the truth is 0.3.")
    assert f"One line for all rises by {found.pooled:.3f} a unit of x" in text
    falling = narrative.drawn(replace(found, pooled=-1.25, mixed=-0.5), FEW, seed=2)
    assert "for all falls by 1.25 a unit of x, the mixed model's falls by 0.500;" in falling
    sloped = narrative.drawn(found, PRESETS["Slopes that differ"], seed=2)
    assert sloped.endswith("inside a group the truth is 0.5 on average.")


def test_mechanisms_have_names():
    assert narrative.mechanism("MNAR") == "by y itself (MNAR)"
