"""Learn, Likelihood: a density, a sample, counts: why the most likely value is the estimate."""

from __future__ import annotations

from functools import partial

import streamlit as st

from mlm_core.inference.profile import profile, profile_intervals
from mlm_core.inference.search_path import has_path, search_path
from mlm_core.likelihood.normal import draw_normal, mean_likelihood, normal_surface, normal_tail
from mlm_core.likelihood.poisson import bundled_surface, fit_bundled
from mlm_core.likelihood.poisson_repeats import REPEATS, repeat_poisson
from mlm_core.views import code, lesson_code
from mlm_core.views.figures import likelihood as figures
from mlm_core.views.figures import poisson as poisson_figures
from mlm_core.views.figures.profile import profile_curve
from mlm_core.views.figures.search_path import search_path as path_figure
from mlm_core.views.narrative import intervals as sentences
from mlm_core.views.narrative import likelihood as narrative
from mlm_core.views.parameters import parameter_words
from mlm_core.views.tables import likelihood as tables
from pages._ui import builder, fitted, parts, show, simulated, widgets
from pages._ui.controls import Choice, Seed, Slider
from pages._ui.lesson import Lesson, lessons

CONFIDENCE = 0.95
_SPREADS = ("sd", "sigma")

show.heading("Likelihood", "Why likelihood?")


def density() -> None:
    """Show a normal density and the probability above a threshold."""
    lesson = Lesson()
    left, middle, right = lesson.controls.columns(3)
    with left:
        threshold = lesson.control(Slider("Threshold a", -8.0, 8.0, 2.0, 0.1, "above"))
    with middle:
        mean = lesson.control(Slider("Mean μ", -4.0, 4.0, 0.0, 0.1, "mean"))
    with right:
        sd = lesson.control(Slider("Standard deviation σ", 0.2, 4.0, 1.0, 0.1, "sd"))
    lesson.follow(partial(_density, threshold, mean, sd))


def _density(threshold: Slider, mean: Slider, sd: Slider, lesson: Lesson) -> None:
    tail = normal_tail(mean=mean.value, sd=sd.value, threshold=threshold.value)
    lesson.say(narrative.tail(tail))
    lesson.figures([("", partial(figures.normal_density, tail))])
    lesson.explain(
        "The density of a normal value tells how likely values near x are; areas beneath it are"
        " probabilities. Read the other way round, with x observed and μ proposed, the same"
        " formula is the likelihood of μ.",
        partial(lesson_code.normal_tail, tail),
    )


def one_sample() -> None:
    """Show the likelihood of a sample's mean, then of mean and standard deviation."""
    lesson = Lesson()
    left, middle, right = lesson.controls.columns(3)
    with left:
        n = lesson.control(Slider("Values in the sample", 2, 200, 30, 1, "n"))
    with middle:
        mean = lesson.control(Slider("True mean μ", -2.0, 2.0, 0.0, 0.1, "true-mean"))
    with right:
        sd = lesson.control(Slider("True standard deviation σ", 0.2, 4.0, 1.0, 0.1, "true-sd"))
    with lesson.controls, st.container(horizontal=True, vertical_alignment="bottom"):
        known = lesson.control(Choice("The standard deviation is", ("known", "unknown"), "sigma"))
        seed = lesson.control(Seed("sample-seed"))
    lesson.follow(partial(_sample, n, mean, sd, known, seed))


def _sample(n: Slider, mean: Slider, sd: Slider, known: Choice, seed: Seed, lesson: Lesson) -> None:
    truth, spread = mean.value, sd.value
    drawn = draw_normal(int(n.value), mean=truth, sd=spread, seed=seed.value)
    found = mean_likelihood(drawn, true_mean=truth, sd=spread)
    if known.value == "known":
        lesson.say(narrative.mean(found))
        lesson.figures(
            [
                ("", partial(figures.log_likelihood, found)),
                ("", partial(figures.sum_of_squares, found)),
            ]
        )
        show.table(tables.mean(found))
    else:
        surface = normal_surface(drawn, true_mean=truth, true_sd=spread)
        lesson.say(narrative.surface(surface))
        lesson.figures([("", partial(figures.normal_surface, surface))])
        st.caption(
            "Contours where the log-likelihood lies ½, 2, 4½ and 8 below its maximum: about 1, 2, 3"
            " and 4 standard errors away along each axis."
        )
    lesson.explain(
        "The likelihood of a sample is the product of the densities of its values, its logarithm"
        " their sum: ℓ(μ, σ) = −n/2 log(2π) − n log σ − Σ(x − μ)² / (2σ²). With σ known only the"
        " sum of squares depends on μ, so least squares and maximum likelihood agree.",
        partial(lesson_code.mean_likelihood, found, seed=seed.value),
    )


def counts() -> None:
    """Show counts, for which least squares and likelihood differ, once and many times."""
    one_table()
    many_samples()


def one_table() -> None:
    """Show both criteria over the counts of the handout."""
    fit = simulated.drawn(fit_bundled)
    surface = simulated.drawn(bundled_surface)
    show.answer(narrative.poisson(surface, fit))
    left, right = st.columns(2)
    with left:
        st.markdown("**Logarithm of the sum of squares**: the lower, the better")
        show.figure(poisson_figures.squares_contour(surface))
    with right:
        st.markdown("**Log-likelihood**: the higher, the better")
        show.figure(poisson_figures.likelihood_contour(surface))
    show.table(tables.poisson_estimates(surface, fit))
    show.table(tables.poisson(fit))
    show.how(
        "The rate λ of a count depends on x by ln λ = b₀ + b₁ x. Least squares minimises"
        " Σ(y − λ)², the likelihood maximises Σ(y ln λ − λ − ln y!). On a grid of 200 by 200"
        " proposed pairs both can be seen; the exact maximum is found by iteratively reweighted"
        " least squares.",
        lesson_code.poisson(),
    )


@st.fragment
def many_samples() -> None:
    """Repeat the experiment with counts, and hold the intervals against what happens."""
    st.header("What are my confidence intervals under least squares?", anchor=False)
    seed = parts.seed("repeat-seed")
    if not parts.asked(f"Repeat {REPEATS} times", key="repeated"):
        st.markdown(
            "Draw new counts from the same truth again and again, estimate each time by both ways,"
            " and see how the estimates scatter and how often their intervals cover the truth."
        )
        return
    found = simulated.drawn(repeat_poisson, seed=seed)
    st.markdown(narrative.repeats(found))
    left, right = st.columns(2)
    with left:
        show.figure(poisson_figures.sampling_clouds(found))
    with right:
        show.figure(poisson_figures.interval_claims(found, term="b1"))
        show.figure(poisson_figures.interval_claims(found, term="b0"))
    show.table(tables.repeats(found))
    show.how(
        "Least squares takes the spread around the curve to be the same everywhere and states"
        " s² (J′J)⁻¹ as the covariance of its estimates, J the derivatives of exp(b₀ + b₁ x)."
        " Counts of rate λ vary by √λ: a robust covariance, (J′J)⁻¹ J′diag(r²)J (J′J)⁻¹ with the"
        " residuals r, allows for it. Maximum likelihood knows it from the start.",
        lesson_code.poisson_repeats(found),
        of="repeats",
    )


def own_model() -> None:
    """Show the likelihood of the model chosen in the sidebar."""
    choices, data = widgets.require("outcome", "levels")
    with show.guard():
        model, method = choices.model, choices.method
        fits = [fitted.mixed(data, model, method=each) for each in ("REML", "ML")]
        show.answer(narrative.own_model(*fits))
        fit = fits[0] if method == "REML" else fits[1]
        builder.remarks(choices, fit)
        show.table(tables.methods(*fits))
        st.header("The profile of each variance", anchor=False)
        profiles = fitted.from_fit(profile, data, model, method=method)
        intervals = fitted.from_fit(profile_intervals, data, model, method=method)
        curves = [
            one for one in profiles.curves if one.parameter.kind in _SPREADS and len(one.values)
        ]
        by_label = {one.parameter.label: one for one in curves}
        chosen = parts.one_of(
            "Profile of",
            list(by_label),
            key="profile-of",
            shown=lambda label: sentences.parameter(by_label[label].parameter),
            plain=lambda label: parameter_words(by_label[label].parameter),
        )
        show.figure(profile_curve(by_label[chosen], intervals, confidence=CONFIDENCE))
        if has_path(fit):
            st.header("What the search does", anchor=False)
            path = fitted.from_fit(search_path, data, model, method=method)
            st.markdown(narrative.steps(path))
            show.figure(path_figure(path))
        show.how(
            "A profile holds one variance at a value, lets everything else adapt, and follows how"
            " fast the deviance rises. The search knows slope and curvature of the criterion"
            " exactly, and follows parabola after parabola to the minimum.",
            code.mixed(model, data.source, method=method),
        )


lessons(
    {
        "A probability": ("How likely is a value above a threshold?", density),
        "A sample": ("Which mean makes my sample most likely?", one_sample),
        "Counts": ("Do least squares and likelihood always agree?", counts),
        "Your model": ("How does likelihood find the variances of my own model?", own_model),
    }
)
