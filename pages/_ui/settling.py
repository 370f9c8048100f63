"""Opening the source in use before a page is drawn, and fitting the choices to it.

A source is opened within a run of a page, where progress can be shown, never while a link is read.
"""

from __future__ import annotations

from dataclasses import replace

from mlm_core.errors import MlmError
from pages._ui import described, remarks, sources, state

_SETTLED = "mlm.settled"


def settle() -> None:
    """Open the source in use, and fit the choices to it when it is opened first.

    What stands in the way is remembered for this run: :func:`trouble` tells it, and until the next
    run there is no table.
    """
    state.seed(state.TROUBLE, None)
    choices = state.current()
    if choices.is_upload or choices.dataset not in sources.offered().places:
        return
    try:
        data = state.data()
        if data is None:
            return
        described.roles(data)  # what the sidebar needs
        if state.value_of(_SETTLED) == data.fingerprint:
            return
        if choices.columns:
            state.change()
        else:
            guess = replace(described.first_guess(data), dataset=choices.dataset)
            state.choose(guess, remarks.GUESS)
        state.seed(_SETTLED, data.fingerprint)
        state.write_link()
    except MlmError as error:
        state.seed(state.TROUBLE, error)


def trouble() -> MlmError | None:
    """Return why the source in use could not be opened in this run."""
    found: MlmError | None = state.value_of(state.TROUBLE)
    return found
