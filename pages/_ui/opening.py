"""Opening tables: bundled sets, people's files, and the sources an administrator offers.

Each is opened once and remembered (see :mod:`pages._ui.cache`). Files above :data:`LARGE_UPLOAD`
bytes are laid aside on disk and worked through by DuckDB, as the sources are.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mlm_core.data.bundled import bundled_path
from mlm_core.data.engines import Source
from mlm_core.data.glimpse import Glimpse, glimpse
from mlm_core.data.places import Place
from mlm_core.data.reading import read_table
from pages._ui import cache
from pages._ui.dataset import Dataset, dataset_at, dataset_of
from pages._ui.long_work import pass_over
from pages._ui.naming import by_name

LARGE_UPLOAD = 32 * 2**20
_FOR_ENGINE = (".parquet", ".csv", ".tsv", ".txt")
_PARQUET = b"PAR1"


def look(source: Source) -> Glimpse:
    """Look at a table; a small one is read."""
    return glimpse(source, most_rows=source.most_rows or 0)


def bundled(name: str) -> Dataset:
    """Return a bundled set by its name."""
    return cache.remember_table(f"bundled:{name}", name, _call=partial(_bundled, name))


def _bundled(name: str) -> Dataset:
    path = bundled_path(name)
    return dataset_of(read_table(path, filename=path.name), f"bundled:{name}", name, bundled=True)


def uploaded(fingerprint: str, name: str, content: bytes) -> Dataset:
    """Return an uploaded file as a table; of bytes that are none nothing is remembered.

    Raises
    ------
    MlmError
        The bytes cannot be read as a table.
    """
    if _is_large(content, name):
        laid = cache.remember(fingerprint, "aside", _call=partial(lay_aside, content))
        return _large_upload(laid, fingerprint, name)
    call = partial(_small_upload, content, fingerprint, name)
    return cache.remember_table(fingerprint, name, _call=call)


def _small_upload(content: bytes, fingerprint: str, name: str) -> Dataset:
    return dataset_of(read_table(content, filename=name), fingerprint, name, bundled=False)


def _is_large(content: bytes, name: str) -> bool:
    """Tell whether an uploaded file is worked through rather than read."""
    return len(content) > LARGE_UPLOAD and name.lower().endswith(_FOR_ENGINE)


@dataclass(frozen=True, eq=False)
class LaidAside:
    """An uploaded file on disk, in a folder that goes when nobody holds this any more."""

    path: Path


def lay_aside(content: bytes) -> LaidAside:
    """Write an uploaded file to a folder of its own; its name is ours."""
    folder = Path(tempfile.mkdtemp(prefix="upload-"))
    path = folder / ("table.parquet" if content.startswith(_PARQUET) else "table.csv")
    path.write_bytes(content)
    laid = LaidAside(path)
    weakref.finalize(laid, shutil.rmtree, folder, ignore_errors=True)
    return laid


def _large_upload(laid: LaidAside, fingerprint: str, name: str) -> Dataset:
    place = Place("files", str(laid.path))
    with by_name(place, name):
        seen = pass_over(place, (fingerprint, "glimpse"), look)
    return dataset_at(place, seen, fingerprint, name, file=name, kept=laid)


def source(name: str, place: Place) -> Dataset:
    """Open a source that an administrator offers; another one after its files have changed.

    Raises
    ------
    MlmError
        It is not there, cannot be read, or was stopped while it was looked at.
    """
    with by_name(place, name):
        state = place.state
        seen = pass_over(place, (state, "glimpse"), look)
    return dataset_at(place, seen, state, name)
