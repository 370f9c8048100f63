"""The session: choices, the uploaded file, and the link in the address bar.

Only this module touches ``st.session_state`` and ``st.query_params``. The link is read once, when
a session starts, and written after every change, so that it can be copied at any time. An uploaded
file lives in the session (a file uploader forgets it when its page is left); a link to it says
which file to upload again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from mlm_core.errors import MlmError
from pages._ui import described, link, opening, remarks, simulated, sources
from pages._ui.dataset import Dataset
from pages._ui.examples import EXAMPLES, FIRST_EXAMPLE
from pages._ui.link import AppState

_CHOICES = "mlm.choices"
_UPLOAD = "mlm.upload"
_REMARK = "mlm.remark"
_REFUSAL = "mlm.refusal"
_EARLIER = "mlm.earlier"
_OPENED = "mlm.opened"
_STEP = "mlm.step"
STEP = "tour"  # its key in a link
TROUBLE = "mlm.trouble"
_PANELS = "mlm.panels"
_PANEL = "mlm.panel"


@dataclass(frozen=True, eq=False)
class Upload:
    """A person's own file: its bytes, its name and the fingerprint of both data and name."""

    content: bytes
    name: str
    fingerprint: str


# --- reading --------------------------------------------------------------------------------------


def current() -> AppState:
    """Return the choices of this session."""
    return st.session_state.get(_CHOICES, AppState())


def upload() -> Upload | None:
    """Return the uploaded file of this session, if any."""
    return st.session_state.get(_UPLOAD)


def data() -> Dataset | None:
    """Return the table in use, or None while a link waits for its file."""
    return _data_of(current())


def remark() -> str:
    """Return what has to be said about the last link or file (one sentence, or nothing)."""
    return st.session_state.get(_REMARK, "")


def has_used(dataset: str) -> bool:
    """Tell whether some data have been in use in this session."""
    return dataset in st.session_state.get(_EARLIER, {})


def refusal() -> str:
    """Return why the last upload was not taken (the error's text, or nothing)."""
    return st.session_state.get(_REFUSAL, "")


# --- changing -------------------------------------------------------------------------------------


def start() -> None:
    """Read the link when a session starts; do nothing later."""
    if _CHOICES in st.session_state:
        return
    query = {key: st.query_params.get_all(key) for key in link.KEYS}
    asked_step = st.query_params.get(STEP, "")
    choose_step(int(asked_step) if asked_step.isascii() and asked_step.isdigit() else 0)
    asked = link.from_query(query)
    if asked.is_upload:
        choose(asked, remarks.waiting_sentence(asked.file))
    elif asked.dataset == link.SIMULATED:
        choose(*simulated.opened(asked, is_told=link.names_choices(query)))
    elif asked.dataset in sources.offered().places:
        choose(asked)  # opened once there is a page to show how far that is (settling.py)
    elif asked.dataset and asked.dataset not in EXAMPLES:
        example = EXAMPLES[FIRST_EXAMPLE]
        choose(example.choices, remarks.unknown_sentence(asked.dataset, example.title))
    else:
        name = asked.dataset or FIRST_EXAMPLE
        is_told = link.names_choices(query)
        _adopt(replace(asked, dataset=name) if is_told else EXAMPLES[name].choices)


def change(**changes: Any) -> None:
    """Change some of the choices; what no longer fits together is dropped.

    Parameters
    ----------
    **changes
        Fields of :class:`~pages._ui.link.AppState` with their new values.
    """
    _adopt(replace(current(), **changes))


def choose_example(name: str) -> None:
    """Open a bundled set with its first model."""
    choose(EXAMPLES[name].choices)


def step() -> int:
    """Return the step of the tour a person is at; zero outside the tour."""
    return int(st.session_state.get(_STEP, 0))


def choose_step(number: int) -> None:
    """Go to a step of the tour, or leave it by zero."""
    st.session_state[_STEP] = number


def is_answer_awaited() -> bool:
    """Tell whether a step of the tour has put its question but not been asked for the answer."""
    return bool(step()) and not value_of(f"tour-answer-{step()}")


def open_choices(choices: AppState, *, widgets: Mapping[str, object]) -> None:
    """Open a model with some widgets of its page set, and those that were set before as usual."""
    choose(choices)
    for key in st.session_state.get(_OPENED, ()):
        forget(key)
    st.session_state[_OPENED] = tuple(widgets)
    for key, value in widgets.items():
        seed(key, value)


def choose_data(dataset: str) -> None:
    """Switch to a bundled set or back to the uploaded file, with the choices made there before."""
    earlier: dict[str, AppState] = st.session_state.get(_EARLIER, {})
    if dataset in earlier:
        choose(earlier[dataset])
    elif dataset in EXAMPLES:
        choose_example(dataset)
    elif dataset in sources.offered().places:
        choose(AppState(dataset=dataset))


def take_upload(content: bytes, name: str) -> bool:
    """Read an uploaded file and put it in use; on failure everything stays as it was.

    Choices are kept where a link waits for the file, or where the new table has all their columns
    (a newer version of the same file); otherwise a first guess is made.

    Returns
    -------
    bool
        Whether the file could be read; if not, :func:`refusal` says why.
    """
    fingerprint = hashlib.sha256(name.encode(errors="replace") + b"\0" + content).hexdigest()
    try:
        data = opening.uploaded(fingerprint, name, content)
    except MlmError as error:
        st.session_state[_REFUSAL] = str(error)
        return False
    st.session_state[_UPLOAD] = Upload(content, name, fingerprint)
    before = current()
    kept, dropped = link.tidied(before, data.columns)
    if before.is_upload and not before.dataset:  # a link waited for this file
        choices, remark = kept, remarks.dropped_sentence(dropped, name)
    elif before.outcome and not dropped:
        choices, remark = kept, ""
    else:
        choices, remark = described.first_guess(data), remarks.GUESS
    choose(replace(choices, dataset=fingerprint, file=name, draw=""), remark)
    return True


# --- the link -------------------------------------------------------------------------------------


def write_link() -> None:
    """Bring the address bar up to date; parameters of pages are left alone."""
    wanted = {**link.to_query(current()), STEP: [str(step())] if step() else []}
    # One message for all, since each would be a step of the browser's Back button; an empty list
    # takes a parameter away.
    changed = {
        key: wanted.get(key, [])
        for key in (*link.KEYS, STEP)
        if st.query_params.get_all(key) != wanted.get(key, [])
    }
    if changed:
        st.query_params.update(changed)


# --- widgets --------------------------------------------------------------------------------------


def seed(key: str, value: object) -> None:
    """Give a widget the value of the choices before it is drawn, in every run."""
    # What a run sent that another cut short may never have been seen: the widget would stand empty
    # in the browser, which hands that back as if it had been chosen.
    st.session_state[key] = value


def value_of(key: str) -> Any:
    """Return what a widget holds (in its callback)."""
    return st.session_state.get(key)


def clicked(key: str) -> str | None:
    """Return the group of the mark that was clicked in a figure, if one was."""
    selected = st.session_state.get(key) or {}
    points = selected.get("selection", {}).get("points", [])
    found = points[0].get("customdata") if points else None
    return str(found[0]) if found else None


def forget(key: str) -> None:
    """Let a widget begin as usual when it is drawn next."""
    st.session_state.pop(key, None)


def is_asked(key: str) -> bool:
    """Tell whether the link switches something on, before its widget has been drawn."""
    return key not in st.session_state and st.query_params.get(key) == "true"


# --- panels of the presenter's view ---------------------------------------------------------------


def begin_panels() -> None:
    """Forget the panels of the page before."""
    st.session_state[_PANELS] = {}


def is_panel_chosen(name: str, title: str) -> bool:
    """Note a panel of this page; tell whether it is the one to be shown."""
    panels()[name] = title
    return panel() == name


def panels() -> dict[str, str]:
    """Return the panels of this page in order, with their titles."""
    noted: dict[str, str] = st.session_state.setdefault(_PANELS, {})
    return noted


def panel() -> str:
    """Return the panel that was chosen last."""
    return str(st.session_state.get(_PANEL, ""))


def choose_panel(name: str) -> None:
    """Show another panel."""
    st.session_state[_PANEL] = name


# --- inside ---------------------------------------------------------------------------------------


def _data_of(choices: AppState) -> Dataset | None:
    if choices.draw:
        return simulated.table(choices.draw)
    if choices.dataset in EXAMPLES and not choices.is_upload:
        return opening.bundled(choices.dataset)
    if not choices.is_upload:
        place = sources.offered().places.get(choices.dataset)
        if place is None or value_of(TROUBLE) is not None:
            return None
        return opening.source(choices.dataset, place)
    own = upload()
    if own is None or own.fingerprint != choices.dataset:
        return None
    return opening.uploaded(own.fingerprint, own.name, own.content)


def _adopt(choices: AppState) -> None:
    data = _data_of(choices)
    if data is None:
        choose(choices)
        return
    kept, dropped = link.tidied(choices, data.columns)
    choose(kept, remarks.remark(dropped, link.doubled(choices), data.name))


def choose(choices: AppState, remark: str = "") -> None:
    """Take choices as they are, with what has to be said about them."""
    st.session_state[_CHOICES] = choices
    st.session_state[_REMARK] = remark
    st.session_state[_REFUSAL] = ""
    st.session_state[_EARLIER] = st.session_state.get(_EARLIER, {}) | {choices.dataset: choices}
