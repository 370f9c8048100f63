"""Learn, Simulate: data with a known truth: groups ignored, outcomes lost, effects found."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mlm_core.inference.simulation_experiment import MIXED, NAIVE, repeat_design, repeated_terms
from mlm_core.inference.simulation_lines import drawn_lines
from mlm_core.inference.simulation_missing import MECHANISMS, missing_data, repeat_missing
from mlm_core.inference.simulation_power import REPEATS, power_grid, power_terms
from mlm_core.views import simulation_code as code
from mlm_core.views.figures import lines
from mlm_core.views.figures import missing_data as missing_figures
from mlm_core.views.figures import simulation as figures
from mlm_core.views.figures.power import power_map
from mlm_core.views.narrative import simulation as narrative
from mlm_core.views.tables import simulation as tables
from pages._ui import designs, parts, show, simulated, sitemap
from pages._ui.controls import Choice, Slider
from pages._ui.designs import Setting
from pages._ui.lesson import Lesson, Read, lessons

QUICK, MANY = 100, 1000
TABLES = 100

show.heading("Simulate", "What if I ignore the groups?")


def ignore_groups() -> None:
    """Repeat a design and hold every way's promises against what happens."""
    lesson = Lesson()
    with lesson.controls:
        setting = designs.choose(lesson, seed="experiment-seed")
    with lesson.offers:
        term = Choice("Coefficient", repeated_terms(setting.preset), "coefficient")
        lesson.control(term)
    lesson.follow(partial(_repeated, setting, term))


def _repeated(setting: Setting, chosen: Choice, lesson: Lesson) -> None:
    (design, seed), term = setting.read(), chosen.value
    repeated = partial(
        simulated.long_drawn, repeat_design, design=design, seed=seed, label="Repeats"
    )
    found = repeated(repeats=QUICK, on_cancel=None)  # before a design that is refused is described
    with lesson.beside():
        st.caption(narrative.design(design))
    lesson.offer(partial(parts.offer, f"Repeat {MANY:,} times", key="repeat-many"), design, seed)
    if parts.is_asked((design, seed), key="repeat-many"):
        with show.guard():  # what was found before is shown until this is done
            found = repeated(repeats=MANY, on_cancel=parts.not_asked("repeat-many"))
    lesson.say(narrative.ignoring(found, term))
    drawn = partial(figures.intervals, found, term)
    lesson.figures(
        [
            ("", partial(figures.estimators, found, term)),
            ("", partial(figures.claims, found, term)),
        ],
        [
            ("**Pooled**, groups ignored: the first intervals", partial(drawn, NAIVE)),
            ("**Mixed**: the first intervals", partial(drawn, MIXED)),
        ],
    )
    show.table(tables.performance(found))
    lesson.explain(
        "Groups and predictors are drawn once, then outcomes again and again: per group only the"
        " mean and the products with the predictors are drawn, whose distributions are known, never"
        " a row. All repeats are fitted side by side. The standard deviation of the estimates is"
        " the real standard error; an interval keeps its promise if it holds the truth in 95% of"
        " the repeats.",
        partial(code.experiment, found),
    )


def draw_data() -> None:
    """Draw one table, show its lines, and hand it to the other pages."""
    lesson = Lesson()
    with lesson.controls:
        setting = designs.choose(lesson, seed="table-seed")
    lesson.follow(partial(_drawn, setting))


def _drawn(setting: Setting, lesson: Lesson) -> None:
    design, seed = setting.read()
    found = simulated.drawn(drawn_lines, design=design, seed=seed)
    lesson.say(narrative.drawn(found, design, seed=seed))
    families, points = found.lines.families, found.lines.points
    told = {
        "outcome": narrative.outcome(design),
        "predictor": "x",
        "points": points,
        "as_dots": True,
    }
    lesson.figures([("", partial(lines.many_lines, families, **told))])
    with lesson.beside():
        st.caption(narrative.design(design))
        if designs.is_in_use(design, seed):
            st.markdown("This table is in use on all pages now; the sidebar has its model.")
            st.page_link(sitemap.script(sitemap.AFTER_EXAMPLE), label="Look at it in Pooling")
    lesson.offer(_offer_table, design, seed)
    lesson.explain(
        "One seed gives one table: group sizes, predictors, random effects and residuals are"
        " drawn in this order. The link of the other pages holds design and seed, so that"
        " anyone who opens it gets the same table.",
        partial(code.drawn, design, seed=seed),
    )


def _offer_table(read: Read) -> None:
    st.button(
        "Use this table on all pages",
        key="use-drawn",
        type="primary",
        on_click=lambda: designs.put_in_use(*read()),
    )
    show.download(
        lambda: designs.table(*read()), name="simulated", label="Download the table as CSV"
    )


def lose_data() -> None:
    """Lose outcomes of a drawn table, and compare the fit before and after."""
    lesson = Lesson()
    with lesson.controls:
        setting = designs.choose(lesson, seed="missing-seed")
        left, right = st.columns(2)
        with left:
            mechanism = lesson.control(
                Choice("Outcomes get lost", MECHANISMS, "mechanism", narrative.mechanism)
            )
        with right:
            share = lesson.control(Slider("Share lost", 0.05, 0.8, 0.3, 0.05, "share"))
    lesson.follow(partial(_lost, setting, mechanism, share))


def _lost(setting: Setting, mechanism: Choice, share: Slider, lesson: Lesson) -> None:
    design, seed = setting.read()
    asked = {"design": design, "mechanism": mechanism.value, "share": share.value, "seed": seed}
    found = simulated.drawn(missing_data, **asked)
    lesson.say(narrative.missing(found))
    lesson.figures(
        [
            ("", partial(missing_figures.before_after, found)),
            ("", partial(missing_figures.loss, found)),
        ]
    )
    with lesson.beside():
        st.caption(narrative.design(design))
    show.table(tables.missing(found))
    if parts.asked_for(f"Repeat with {TABLES} tables", tuple(asked.values()), key="lose-many"):
        with show.guard():
            many = simulated.long_drawn(
                repeat_missing, repeats=TABLES, **asked,
                label="Tables", on_cancel=parts.not_asked("lose-many"),
            )  # fmt: skip
            st.markdown(narrative.missing_repeats(many))
            show.table(tables.missing_repeats(many))
    lesson.explain(
        "An outcome is lost with probability expit(a + 1.5 z), z nothing, x or y in standard"
        " deviations, a set for the share asked for. Rows without an outcome are left out. Loss"
        " at random, given the predictors of the model, costs precision only; loss that depends"
        " on the outcome itself bends the estimates.",
        partial(code.missing, found),
    )


def find_effect() -> None:
    """Show the power of finding an effect as a heat map."""
    lesson = Lesson()
    with lesson.controls:
        setting = designs.choose(lesson, seed="power-seed")
        left, right = st.columns(2)
        with left:
            term = lesson.control(Choice("Effect of", power_terms(setting.preset), "power-of"))
        with right:
            size = lesson.control(designs.effect_size())
    lesson.follow(partial(_found, setting, term, size))


def _found(setting: Setting, term: Choice, size: Slider, lesson: Lesson) -> None:
    design, seed = setting.read()
    said, found = narrative.power_question(term.value, size.value), None
    with lesson.beside():
        st.caption(narrative.design(design))
        asked = {"design": design, "term": term.value, "effect": size.value, "seed": seed}
        wanted = parts.asked_for("Compute the power", tuple(asked.values()), key="power")
    if wanted:
        with show.guard():  # the question stands until it is answered
            found = simulated.long_drawn(
                power_grid, **asked, label="Sizes", on_cancel=parts.not_asked("power")
            )
            said = narrative.power(found)
    lesson.say(said)
    if found is None:
        return
    lesson.figures([("", partial(power_map, found))])
    show.table(tables.power(found))
    lesson.explain(
        f"In each cell {REPEATS} outcomes are drawn over tables of that size, fitted by the"
        " mixed model and tested at 5% with Satterthwaite's degrees of freedom; power is the"
        " share of rejections. For two levels with groups of one size the noncentral t"
        " distribution gives the same without simulation.",
        partial(code.power, found, design),
    )


lessons(
    {
        "Ignore the groups": (
            "Do 95% intervals hold the truth 95 times in 100 if the groups are ignored?",
            ignore_groups,
        ),
        "Draw data": ("What do data look like whose truth is known?", draw_data),
        "Missing data": ("What if some outcomes are missing?", lose_data),
        "Power": ("How large must a study be to find an effect?", find_effect),
    }
)
