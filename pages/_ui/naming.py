"""What visitors are told of a source: its name, never where it lies on the server.

Errors of engines and of the core quote paths, which is right for whoever wrote them in Python. On a
screen the place itself is called by its name and every other file by the last part of its path; the
log of the server has the whole text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

from mlm_core.data.places import Place
from mlm_core.errors import MlmError
from pages._ui.long_work import CancelledError

_LOG = logging.getLogger(__name__)
_FILE = r"(?:file:/*(?=/))?"
# At least two parts from the root, of a drive or of a share: "a/b" and "/b" may be anything else.
_PATH = re.compile(
    rf"{_FILE}(?<![\w.:/\\](?=/))(?:/|\b[A-Za-z]:[/\\]|\\\\)"
    r"[^\s'\"<>|:;,()\[\]/\\]+(?:[/\\]+[^\s'\"<>|:;,()\[\]/\\]+)+"
)


class SourceError(MlmError):
    """What went wrong with a source, in words for visitors."""


@contextmanager
def by_name(place: Place, name: str) -> Iterator[None]:
    """Raise errors that quote a path with the name in its place; the log gets them as they are."""
    try:
        yield
    except CancelledError:
        raise
    except MlmError as error:
        text = without_paths(str(error), place, name)
        if text == str(error):
            raise
        _LOG.warning("%s: %s", name, error)
        raise SourceError(text) from error


def without_paths(text: str, place: Place, name: str) -> str:
    """Return a text with a name for a place, and the last part of every other path.

    Parameters
    ----------
    text : str
        What an engine or the core says.
    place : Place
    name : str
        What visitors call the place.
    """
    for known in sorted(_places(place), key=len, reverse=True):
        path = _FILE + re.escape(known)
        text = re.sub(rf"{path}(?![\w/\\-]|\.\w)", lambda _: name, text)
        text = re.sub(rf"{path}[/\\]+", "", text)  # what lies in it, blanks in names included
    return _PATH.sub(lambda found: re.split(r"[/\\]", found[0])[-1], text)


def _places(place: Place) -> set[str]:
    """Return all ways in which a place, and the folder it is in, may be written."""
    if place.location.startswith("sc://"):
        address = urlsplit(place.location)
        return {place.location, address.netloc, address.hostname or address.netloc}
    found = set()
    for path in map(Path, filter(None, (place.location, place.files))):
        if path.is_absolute():  # masters of Spark are no paths
            plain = next((each for each in reversed(path.parents) if _is_wild(each)), path).parent
            found |= {path, path.resolve(), plain, plain.resolve()}
    return {way for path in found if path.name for way in (str(path), quote(str(path)))}


def _is_wild(path: Path) -> bool:
    return any(mark in path.name for mark in "*?[")
