"""Columns may bear any name at all: the text of a model always reads back as the model."""

from __future__ import annotations

import pickle

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlm_core.data.expressions import RandomTerm, Term, Transform, TransformName, Variable
from mlm_core.data.model import Model
from mlm_core.errors import MlmError, ModelError

any_name = st.text(st.characters(exclude_categories=()), min_size=1, max_size=6) | st.sampled_from(
    [
        "`",
        "\\",
        "\\`",
        "a`b",
        "\n",
        "\x00",
        "'\"",
        "a b",
        ".",
        "1",
        "|",
        "log",
        "log(x)",
        "a:b",
        "~",
        "I",
    ]
)
plain_functions = st.sampled_from(["center", "scale", "log"])


@st.composite
def expressions(draw: st.DrawFn, names: list[str]) -> Variable | Transform:
    made: Variable | Transform = Variable(draw(st.sampled_from(names)))
    for _ in range(draw(st.integers(0, 2))):
        function: TransformName = draw(
            plain_functions | st.sampled_from(["power", "group_mean", "group_center"])
        )
        if function == "power":
            exponent = draw(st.floats(allow_nan=False, allow_infinity=False).filter(bool))
            made = Transform(function, made, exponent=exponent)
        elif function in ("group_mean", "group_center"):
            groups = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
            made = Transform(function, made, tuple(groups))
        else:
            made = Transform(function, made)
    return made


@st.composite
def models(draw: st.DrawFn) -> Model:
    names = draw(st.lists(any_name, min_size=5, max_size=7, unique=True))
    terms = st.lists(
        st.lists(expressions(names[1:]), min_size=1, max_size=3).map(lambda f: Term(tuple(f))),
        max_size=3,
    )
    random = st.builds(
        RandomTerm,
        st.lists(st.sampled_from(names[1:]), min_size=1, max_size=3, unique=True).map(tuple),
        st.booleans(),
        terms.map(tuple) | st.just(()),
        st.booleans(),
    )
    base = Model(
        outcome=draw(expressions(names[:1])), predictors=draw(terms), reference={names[0]: names[1]}
    )
    try:
        return base.replace_random(draw(st.lists(random, max_size=4)))
    except ModelError:
        assume(False)
        raise


@settings(max_examples=120)
@given(models())
def test_canonical_formula_reads_back(model: Model) -> None:
    again = Model(model.formula, reference=dict(model.reference))
    assert again == model
    assert again.formula == model.formula
    assert model.formula.isprintable()
    assert pickle.loads(pickle.dumps(model)) == model


@settings(max_examples=300)
@given(st.lists(any_name, min_size=4, max_size=4, unique=True))
def test_plain_names_are_exact(names: list[str]) -> None:
    outcome, predictor, outer, inner = names
    try:
        model = Model(
            outcome=outcome,
            predictors=[predictor],
            levels=[outer, inner],
            slopes={outer: [predictor]},
        )
    except MlmError as error:  # two levels of one name, such as "b:a" beside "b" within "a"
        assert "would both be named" in str(error)
        return
    assert model.columns == tuple(names)
    assert Model(model.formula) == model
