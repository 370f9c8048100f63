"""The choices as people make them: the sidebar, the uploader, and what is still to choose.

Choices live in :mod:`pages._ui.state`; a widget shows them and hands a change back in its callback.
A page begins with :func:`require`, which returns the choices and the table, or says kindly what is
missing and ends the page there.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from mlm_core.errors import MlmError
from mlm_core.views.escape import for_markdown
from pages._ui import described, overview, settling, show, sitemap, sources, state
from pages._ui.dataset import Dataset
from pages._ui.examples import EXAMPLES
from pages._ui.link import SIMULATED, AppState

FILE_TYPES = ("csv", "tsv", "txt", "xlsx", "parquet")
PRIVACY = "Nothing leaves this machine: files are read and computed here, and forgotten on closing."

_STILL = {
    "outcome": "an **outcome**, the column to be explained",
    "predictors": "at least one **predictor**",
    "levels": "at least one **grouping level**, the outermost first",
    "slopes": "a **slope** that differs between groups",
}


# --- what a page starts with ----------------------------------------------------------------------


def require(*needs: str) -> tuple[AppState, Dataset]:
    """Return choices and table, or say what is still to choose and end the page here.

    Parameters
    ----------
    *needs : {"outcome", "predictors", "levels", "slopes"}
        What the page cannot do without.
    """
    choices, data = state.current(), state.data()
    if (trouble := settling.trouble()) is not None:
        raise trouble
    if data is None:
        st.info("**Still to choose**: the data. Upload a file here, or open an example.")
        uploader()
        st.page_link(sitemap.script("start/start"), label="To the examples")
        st.stop()
    missing = [_STILL[need] for need in needs if not getattr(choices, need)]
    if missing:
        st.info("**Still to choose** in the sidebar: " + "; ".join(missing) + ".")
        st.stop()
    return choices, data


def some(options: Sequence[str], what: str) -> tuple[str, ...]:
    """Return options, or say that there must be one and end the page here."""
    if not options:
        st.info(f"**Still to choose** in the sidebar: {what}.")
        st.stop()
    return tuple(options)


def uploader() -> None:
    """Offer to take a person's own file; a file that cannot be read leaves everything as it was."""
    st.file_uploader(
        "Your own file: CSV, Excel or Parquet, one row per person or measurement",
        type=list(FILE_TYPES),
        key="upload",
        on_change=_take_upload,
    )
    st.caption(PRIVACY)
    if state.refusal():
        show.note("stop", state.refusal())
        data = state.data()
        if data is not None:
            st.caption(f"Still in use: {for_markdown(data.name)}.")


def offered() -> None:
    """Offer the tables that are kept where this runs, and say which cannot be offered and why."""
    offer = sources.offered()
    for problem in offer.problems:
        show.note("caution", f"A source cannot be offered. {problem}")
    if offer.places:
        st.selectbox(
            "A table that is kept here",
            list(offer.places),
            key="kept",
            index=None,
            placeholder="It is worked through where it lies",
            on_change=_kept_changed,
        )


def _kept_changed() -> None:
    if name := state.value_of("kept"):
        state.choose_data(name)


def in_use() -> None:
    """Say which table is in use, with a way to look at it."""
    data = state.data()
    if data is not None:
        st.markdown(f"In use: {overview.size(data)}")
        st.page_link(sitemap.script("data/load"), label="Look at this table")


def _take_upload() -> None:
    file = state.value_of("upload")
    if file is not None:
        state.take_upload(file.getvalue(), file.name)


# --- the sidebar ----------------------------------------------------------------------------------


def sidebar() -> None:
    """Draw the choices that hold for all pages."""
    with st.sidebar:
        _data()
        data = state.data()
        if data is None:
            st.caption("The choices appear here as soon as there are data.")
            return
        choices = state.current()
        _outcome(choices, data)
        _predictors(choices, data)
        _levels(choices, data)
        _slopes(choices)
        _more(choices, data)
        _formula(choices)


def _changed(field: str) -> None:
    value = state.value_of(field)
    state.change(**{field: tuple(value) if isinstance(value, list) else value or ""})


def _data() -> None:
    own, choices = state.upload(), state.current()
    names = {name: example.title for name, example in EXAMPLES.items()}
    if own is not None:
        names[own.fingerprint] = own.name
    if state.has_used(SIMULATED):
        names[SIMULATED] = "Simulated data"
    names |= {name: name for name in sources.offered().places}
    if choices.dataset not in names:
        names = {choices.dataset: f"waiting for {choices.file}", **names}
    state.seed("dataset", choices.dataset)
    st.selectbox(
        "Data",
        list(names),
        format_func=lambda name: names.get(name, name),
        key="dataset",
        on_change=_data_changed,
    )


def _data_changed() -> None:
    if name := state.value_of("dataset"):
        state.choose_data(name)


def _outcome(choices: AppState, data: Dataset) -> None:
    options = _offered(described.roles(data).outcomes, (choices.outcome,))
    state.seed("outcome", choices.outcome or None)
    st.selectbox(
        "Outcome",
        options,
        key="outcome",
        index=None,
        placeholder="Which column is to be explained?",
        on_change=_changed,
        args=("outcome",),
    )


def _predictors(choices: AppState, data: Dataset) -> None:
    taken = {choices.outcome, *choices.levels}
    state.seed("predictors", list(choices.predictors))
    st.multiselect(
        "Predictors",
        [name for name in data.columns if name not in taken],
        key="predictors",
        placeholder="None yet",
        on_change=_changed,
        args=("predictors",),
    )


def _levels(choices: AppState, data: Dataset) -> None:
    state.seed("levels", list(choices.levels))
    st.multiselect(
        "Grouping levels, outermost first",
        [name for name in described.roles(data).levels if name != choices.outcome],
        key="levels",
        placeholder="None yet",
        help="Pick the largest groups first: schools, then the classes within them.",
        on_change=_changed,
        args=("levels",),
    )


def _slopes(choices: AppState) -> None:
    if not (choices.levels and choices.predictors):
        return
    count = sum(len(names) for _, names in choices.slopes)
    label = "Slopes that differ" + (f" ({count})" if count else "")
    with st.expander(label, key="slopes"):
        for number, level in enumerate(choices.levels, start=1):
            state.seed(f"slopes-{number}", list(choices.slopes_at(level)))
            st.multiselect(
                f"over the groups of {for_markdown(level)}",
                list(choices.predictors),
                key=f"slopes-{number}",
                placeholder="None: parallel lines",
                on_change=_slopes_changed,
            )
        if count:
            is_correlated = choices.slope_covariance == "unstructured"
            state.seed("correlated", is_correlated)
            st.toggle(
                "Intercepts and slopes may be correlated",
                key="correlated",
                on_change=_covariance_changed,
            )


def _slopes_changed() -> None:
    choices = state.current()
    chosen = {
        level: tuple(state.value_of(f"slopes-{number}") or ())
        for number, level in enumerate(choices.levels, start=1)
    }
    state.change(slopes=tuple((level, names) for level, names in chosen.items() if names))


def _covariance_changed() -> None:
    is_correlated = bool(state.value_of("correlated"))
    state.change(slope_covariance="unstructured" if is_correlated else "diagonal")


def _more(choices: AppState, data: Dataset) -> None:
    with st.expander("Method and more", key="more"):
        state.seed("method", choices.method)
        st.segmented_control(
            "Estimation",
            ["REML", "ML"],
            key="method",
            required=True,
            help="REML for reporting variances; ML for comparing models with different predictors.",
            on_change=_changed,
            args=("method",),
        )
        for number, name in enumerate(choices.predictors, start=1):
            _reference(number, name, choices, described.roles(data).categories.get(name, ()))


def _reference(number: int, name: str, choices: AppState, categories: Sequence[str]) -> None:
    if not categories:
        return
    asked = dict(choices.reference).get(name, categories[0])
    options = _offered(categories, (asked,))
    state.seed(f"reference-{number}", asked)
    st.selectbox(
        f"{for_markdown(name)} is compared with",
        options,
        key=f"reference-{number}",
        on_change=_reference_changed,
        args=(number, name, categories[0]),
    )


def _reference_changed(number: int, name: str, usual: str) -> None:
    chosen = state.value_of(f"reference-{number}")
    others = tuple(pair for pair in state.current().reference if pair[0] != name)
    state.change(reference=others if chosen == usual else (*others, (name, chosen)))


def _formula(choices: AppState) -> None:
    if not choices.outcome:
        return
    st.caption("The model, as R users write it")
    try:
        with st.container(key="formula"):
            st.text(choices.model.formula)  # st.code would fetch 1.6 MB of highlighting first
    except MlmError as error:
        show.note("stop", str(error))


def _offered(options: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Return the options, with what is chosen already even if it would not be offered."""
    return [*options, *(name for name in chosen if name and name not in options)]
