"""Columns of a whole, written in the columns of a part."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

import mlm_core as mlm
from mlm_core.data.encoding import Encoder
from mlm_core.data.expressions import Transform, Variable
from mlm_core.data.layout import INTERCEPT, Column, Factor, lay_out
from mlm_core.errors import MomentsLackError
from mlm_core.moments.making import summed
from mlm_core.moments.recoding import affine, recoded

X = Variable("x")
CENTRED = Transform("center", X)
SCALED = Transform("scale", CENTRED)


@pytest.fixture
def encoder():
    return Encoder(constants={CENTRED: (3.0, 0.0), SCALED: (0.5, 2.0)})


def test_centring_and_scaling_come_off(encoder):
    assert affine(SCALED, encoder) == (X, 0.5, -1.75)  # (x - 3 - 0.5) / 2
    logarithm = Transform("log", X)
    assert affine(logarithm, encoder) == (logarithm, 1.0, 0.0)


def test_a_constant_column_is_divided_by_one():
    flat = Encoder(constants={Transform("scale", X): (7.0, 0.0)})
    assert affine(Transform("scale", X), flat) == (X, 1.0, -7.0)


def test_sums_follow_a_change_of_constants_and_reference(pupils):
    model = mlm.Model("y ~ k * center(x) + (1 | s:d)")
    part = summed(model, pupils).moments
    whole = Encoder(constants={CENTRED: (10.0, 0.0)}, categories={"k": ("c", "a", "b", "never")})
    columns = lay_out(model, whole, [("d", "s")]).varying
    found = recoded(part, columns, whole)
    centred = pupils["x"] - 10.0
    direct = {
        "ka": pupils["ka"], "kb": pupils["kb"], "knever": 0.0 * centred, "center(x)": centred,
        "ka:center(x)": pupils["ka"] * centred, "kb:center(x)": pupils["kb"] * centred,
        "knever:center(x)": 0.0 * centred,
    }  # fmt: skip
    assert {name.label for name in columns} == set(direct)
    groups = pupils.groupby(["d", "s"])
    for index, name in enumerate(columns):
        means = direct[name.label].groupby([pupils["d"], pupils["s"]]).mean()
        assert_allclose(found.means[index] + found.origin[index], means, atol=1e-12)
    assert_allclose(found.counts, groups.size())
    outcome = direct["kb:center(x)"] - direct["kb:center(x)"].groupby(
        [pupils["d"], pupils["s"]]
    ).transform("mean")
    inside = (outcome * pupils["y"]).groupby([pupils["d"], pupils["s"]]).sum()
    k = len(found.origin)
    row = [name.label for name in columns].index("kb:center(x)")
    entry = list(zip(*np.triu_indices(k), strict=True)).index((row, k - 1))
    assert_allclose(found.products[entry], inside, atol=1e-11)


def test_what_was_not_summed_cannot_be_made(pupils):
    part = summed(mlm.Model("y ~ k + x + (1 | s:d)"), pupils).moments
    wanted = Column((Factor(Variable("k"), "b"), Factor(X)))
    with pytest.raises(MomentsLackError, match=r"'kb:x'.*'kb', 'kc', 'x'"):
        recoded(part, [wanted], part.layout.encoder)
    assert INTERCEPT not in part.columns
