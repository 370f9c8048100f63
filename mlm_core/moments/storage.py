"""Moments on disk: a Parquet file with one row a group and a header that says what it is.

Key columns come first (``key 0``, ...), then ``count``, ``mean 0``, ... and ``product 0``, ... (the
upper triangle, row by row, in stored units). The header is JSON under ``mlm_core.moments`` in the
metadata: version, model, coding, shift and scale in full precision, and notes. Group means that a
model's ``group_mean`` has learnt stand beside it as Arrow tables. A file is written under another
name first, so that one that is cut off never takes the place of a whole one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from mlm_core.data.completeness import Completeness
from mlm_core.data.encoding import Encoder, GroupMeans
from mlm_core.data.expressions import Expression, Term, Transform
from mlm_core.data.layout import lay_out
from mlm_core.data.model import Model
from mlm_core.errors import MlmError, MomentsFileError
from mlm_core.moments.group_sums import GroupSums, assemble, key_columns
from mlm_core.moments.moments import Moments
from mlm_core.moments.packed import pairs
from mlm_core.notes import Note

#: Version of the file; a reader refuses what is newer than itself.
VERSION = 1
_HEADER = b"mlm_core.moments"
# What reading a header raises when something in it is not what it should be.
_DAMAGE = (AttributeError, LookupError, TypeError, ValueError)
_GROUP_MEANS = b"mlm_core.group_means."


def save_moments(moments: Moments, path: str | os.PathLike[str]) -> None:
    """Write moments to a Parquet file, all of it or nothing.

    Raises
    ------
    MomentsFileError
        The file cannot be written, or the keys of the groups are of mixed types.
    """
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        table = _table(moments)
        pq.write_table(table, partial)
        partial.replace(target)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise MomentsFileError(
            f"The groups' keys cannot be written to {str(target)!r}: {error}. Give each grouping"
            " column one type."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise MomentsFileError(f"{str(target)!r} cannot be written: {reason}.") from error
    finally:
        partial.unlink(missing_ok=True)


def load_moments(path: str | os.PathLike[str]) -> Moments:
    """Read moments from a file that :meth:`Moments.save` has written.

    Raises
    ------
    MomentsFileError
        There is no such file, or it holds no moments, or a newer kind of them, or is damaged.
    """
    source = Path(path)
    try:
        table = pq.read_table(source)
    except FileNotFoundError as error:
        raise MomentsFileError(f"There is no file {str(source)!r}. Check the path.") from error
    except (OSError, pa.ArrowException) as error:
        raise MomentsFileError(
            f"{str(source)!r} cannot be read as Parquet: it is damaged, cut off, or another kind of"
            " file."
        ) from error
    metadata = table.schema.metadata or {}
    if _HEADER not in metadata:
        raise MomentsFileError(
            f"{str(source)!r} is a Parquet file, but it holds no moments: save them with"
            " moments(model, data).save(path)."
        )
    try:
        return _moments(table, json.loads(metadata[_HEADER]), metadata)
    except MomentsFileError:
        raise
    except (
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        pa.ArrowException,
        MlmError,
    ) as error:
        raise MomentsFileError(
            f"The moments in {str(source)!r} are damaged ({error}). Save them again."
        ) from error


# --- writing --------------------------------------------------------------------------------------


def _table(moments: Moments) -> Any:
    keys = key_columns(moments.levels)
    columns = {
        **{f"key {index}": pa.array(values) for index, values in enumerate(keys.values())},
        "count": pa.array(moments.counts.astype(np.int64)),
        **{f"mean {index}": pa.array(values) for index, values in enumerate(moments.means)},
        **{f"product {index}": pa.array(values) for index, values in enumerate(moments.products)},
    }
    encoder = moments.layout.encoder
    means = list(encoder.group_means.items())
    header = {
        "version": VERSION,
        "formula": moments.model.formula,
        "reference": dict(moments.model.reference),
        "keys": list(keys),
        "levels": [level.columns for level in moments.levels],
        "columns": [name.label for name in moments.columns],
        "shift": moments.shift.tolist(),
        "scale": moments.scale.tolist(),
        "constants": [[str(name), *found] for name, found in encoder.constants.items()],
        "categories": encoder.categories,
        "group_means": [[str(argument), groups] for (argument, groups), _ in means],
        "completeness": _completeness_record(moments.completeness),
        "notes": [_note_record(note) for note in moments.notes],
    }
    metadata = {_HEADER: json.dumps(header).encode()}
    for index, (_, found) in enumerate(means):
        metadata[_GROUP_MEANS + str(index).encode()] = _arrow_bytes(found)
    return pa.table(columns).replace_schema_metadata(metadata)


def _completeness_record(found: Completeness) -> dict[str, object]:
    return {
        "n_all": found.n_all, "n_complete": found.n_complete, "missing": dict(found.missing)
    }  # fmt: skip


def _note_record(note: Note) -> list[object]:
    return [note.code, note.severity, note.message, dict(note.numbers)]


def _arrow_bytes(found: GroupMeans) -> bytes:
    frame = found.keys.to_frame(index=False)
    arrays = [pa.array(frame.iloc[:, place]) for place in range(frame.shape[1])]
    names = [str(place) for place in range(len(arrays))]
    table = pa.table([*arrays, pa.array(found.means)], names=[*names, "mean"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


# --- reading --------------------------------------------------------------------------------------


def _moments(table: Any, header: Mapping[str, Any], metadata: Mapping[bytes, bytes]) -> Moments:
    if header["version"] != VERSION:
        raise MomentsFileError(
            f"These moments are of version {header['version']}; version {VERSION} is read here."
            " Install a newer mlm_core."
        )
    model = Model(header["formula"], reference=header["reference"])
    encoder = _encoder(model, header, metadata)
    levels = [tuple(level) for level in header["levels"]]
    columns = lay_out(model, encoder, levels).varying
    if [name.label for name in columns] != header["columns"]:
        raise ValueError("its columns are not those of its model")
    shift, scale = (np.array(header[name], dtype=np.float64) for name in ("shift", "scale"))
    if not shift.shape == scale.shape == (len(columns) + 1,):
        raise ValueError("its columns are not those of its model")
    first, second = pairs(len(scale))
    k = len(columns) + 1
    sums = GroupSums(
        keys={name: _array(table[f"key {index}"]) for index, name in enumerate(header["keys"])},
        columns=columns,
        origin=shift,
        counts=_array(table["count"]).astype(np.float64),
        means=np.stack([_array(table[f"mean {index}"]) for index in range(k)]) * scale[:, None],
        products=np.stack([_array(table[f"product {index}"]) for index in range(len(first))])
        * (scale[first] * scale[second])[:, None],
    )
    if not (len(sums.counts) and (sums.counts >= 1).all() and np.isfinite(sums.products).all()):
        raise ValueError("some groups have no rows")
    notes = tuple(Note(*record) for record in header["notes"])
    return assemble(model, encoder, sums, Completeness(**header["completeness"]), notes)


def _encoder(model: Model, header: Mapping[str, Any], metadata: Mapping[bytes, bytes]) -> Encoder:
    """Rebuild what the rows have taught; expressions are found again among the model's own."""
    known = {str(expression): expression for expression in _expressions(model)}
    constants: dict[Transform, tuple[float, float]] = {}
    for name, mean, deviation in header["constants"]:
        transform = known[name]
        if isinstance(transform, Transform):
            constants[transform] = (float(mean), float(deviation))
    return Encoder(
        constants=constants,
        group_means={
            (known[name], tuple(groups)): _group_means(metadata[_GROUP_MEANS + b"%d" % index])
            for index, (name, groups) in enumerate(header["group_means"])
        },
        categories={name: tuple(found) for name, found in header["categories"].items()},
    )


def _expressions(model: Model) -> Iterator[Expression]:
    """Yield every expression of a model, the arguments of functions included."""
    slopes = [slope for term in model.random for slope in term.slopes]
    for term in (Term((model.outcome,)), *model.fixed, *slopes):
        for factor in term.factors:
            inner: Expression = factor
            yield inner
            while isinstance(inner, Transform):
                inner = inner.argument
                yield inner


def _group_means(content: bytes) -> GroupMeans:
    table = pa.ipc.open_stream(content).read_all()
    keys = [pd.Index(_array(table[name])) for name in table.column_names[:-1]]
    index = keys[0] if len(keys) == 1 else pd.MultiIndex.from_arrays(keys)
    return GroupMeans(index, _array(table["mean"]))


def _array(column: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return np.asarray(column.to_numpy())
