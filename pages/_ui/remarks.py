"""What is said about choices that had to be changed, and about links that wait or lead nowhere."""

from __future__ import annotations

GUESS = (
    "The choices in the sidebar are a first guess from the names and values of the columns: look"
    " at them, and change what is wrong."
)


def waiting_sentence(file: str) -> str:
    """Say that a link waits for the file it was made with."""
    return (
        f"This link was made with the file “{file}”, which never left the machine it was opened on."
        " Upload it again and the choices of the link are made for you."
    )


def unknown_sentence(dataset: str, shown: str) -> str:
    """Say that a link asks for data that are not offered, and what is shown in their place."""
    return (
        f"The link asks for a data set “{dataset}”, which is not part of this app. The example"
        f" “{shown}” is shown instead."
    )


def doubled_sentence(doubled: tuple[str, ...]) -> str:
    """Say which names stand in more than one place; nothing where none does."""
    if not doubled:
        return ""
    names = ", ".join(f"“{column}”" for column in doubled[:5])
    return (
        f"{names}: chosen in more than one place. The outcome comes first, then the levels; nothing"
        " can explain itself, and no level counts twice."
    )


def dropped_sentence(dropped: tuple[str, ...], name: str) -> str:
    """Say which names the table called ``name`` does not have; nothing where it has all."""
    if not dropped:
        return ""
    names = ", ".join(f"“{column}”" for column in dropped[:5])
    more = f" and {len(dropped) - 5} more" if len(dropped) > 5 else ""
    verb = "is" if len(dropped) == 1 else "are"
    return f"{names}{more} {verb} not in {name} and had to be left out of the choices."


def remark(dropped: tuple[str, ...], doubled: tuple[str, ...], name: str) -> str:
    """Say what had to be changed about choices to fit a table (nothing where all fits)."""
    sentences = (dropped_sentence(dropped, name), doubled_sentence(doubled))
    return " ".join(sentence for sentence in sentences if sentence)
