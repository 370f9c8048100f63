"""Naming: what a column's name says of its use.

``schoolid``, ``School ID`` and ``school`` label groups; so does ``anything_id``. Known nouns are
ranked from the widest unit (country) to the narrowest (item), which settles the order of two
grouping columns where the data do not. Names are only ever a hint for defaults.
"""

from __future__ import annotations

import re

# One line a rank, outermost first.
_UNITS = (
    "continent world",
    "country countries nation land",
    "state province bundesland kanton",
    "region area",
    "county district dist municipality kreis bezirk gemeinde",
    "city town village community neighborhood neighbourhood tract stadt dorf",
    "school sch hospital hosp clinic centre center site firm company organization organisation"
    " university college institution practice farm study lab schule klinik krankenhaus betrieb"
    " firma",
    "department dept ward branch faculty lehrer teacher doctor physician therapist counselor"
    " interviewer rater operator field abteilung station arzt",
    "class classroom cls klasse course section group grp gruppe team cluster clust panel batch"
    " block lot g",
    "cask tank plate plot litter",
    "family household couple dyad haushalt familie",
    "subject subj patient pt person participant respondent individual child pupil student kid"
    " worker employee member animal rat mouse tree plant leaf unit case user customer proband"
    " schueler schüler kind patientin sample",
)
_RANKS = {noun: rank for rank, nouns in enumerate(_UNITS) for noun in nouns.split()}
_SURE_SUFFIXES = {"id", "ids", "nr", "key", "code", "idx", "identifier"}
_SUFFIXES = _SURE_SUFFIXES | {"no", "num", "number", "index", "label", "name"}
_OUTCOMES = {"y", "outcome", "response", "resp", "dv", "score", "target", "reaction", "rt"}
_WORD = re.compile(r"[A-ZÄÖÜ]+(?![a-zäöüß])|[A-ZÄÖÜ]?[a-zäöüß]+")


def is_label(name: str) -> bool:
    """Tell whether a name is that of an identifier of groups or rows."""
    words = _words(name)
    if not words:
        return False
    return words == ["id"] or words[-1] in _SURE_SUFFIXES or unit_rank(name) is not None


def unit_rank(name: str) -> int | None:
    """Return how far inside a known unit lies (0 is outermost), or None for an unknown one."""
    words = _words(name)
    if len(words) > 1 and words[-1] in _SUFFIXES:
        words = words[:-1]
    if len(words) != 1:
        return None
    word = words[0]
    for suffix in ("", *sorted(_SUFFIXES)):
        if word.endswith(suffix) and (rank := _RANKS.get(word.removesuffix(suffix))) is not None:
            return rank
    return None


def is_outcome(name: str) -> bool:
    """Tell whether a name is one that outcomes commonly bear."""
    return any(word in _OUTCOMES for word in _words(name)[-1:])


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]
