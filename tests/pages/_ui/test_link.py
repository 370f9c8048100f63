"""Links: whatever is written is read back, and nothing that is read can do harm."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pages._ui.link import (
    KEYS,
    MOST_VALUES,
    AppState,
    from_query,
    names_choices,
    tidied,
    to_query,
)

FULL = AppState(
    dataset="classroom",
    outcome="mathkind",
    predictors=("ses", "sex"),
    levels=("schoolid", "classid"),
    slopes=(("schoolid", ("ses", "sex")), ("classid", ("sex",))),
    slope_covariance="diagonal",
    method="ML",
    reference=(("sex", "1"),),
)
COLUMNS = ("mathkind", "ses", "sex", "schoolid", "classid")
names = st.text(min_size=1, max_size=30)


@st.composite
def states(draw: st.DrawFn) -> AppState:
    columns = draw(st.lists(names, min_size=1, max_size=8, unique=True))
    outcome, rest = columns[0], columns[1:]
    cut = draw(st.integers(0, len(rest)))
    predictors, levels = tuple(rest[:cut]), tuple(rest[cut:])
    slopes = tuple((level, predictors[:2]) for level in levels[:2] if predictors)
    return AppState(
        dataset=draw(st.sampled_from(["classroom", "hsb82"])),
        outcome=outcome,
        predictors=predictors,
        levels=levels,
        slopes=slopes,
        slope_covariance=draw(st.sampled_from(["unstructured", "diagonal"])),
        method=draw(st.sampled_from(["REML", "ML"])),
        reference=tuple((name, draw(names)) for name in predictors[:1]),
    )


@given(states())
def test_a_link_gives_back_the_choices_it_was_made_from(state: AppState) -> None:
    assert from_query(to_query(state)) == state


def test_a_link_leaves_out_what_is_usual() -> None:
    usual = replace(FULL, slopes=(), reference=(), slope_covariance="unstructured")
    query = to_query(replace(usual, method="REML"))
    assert set(query) == {"data", "outcome", "predictor", "level"}


def test_slopes_and_references_are_told_by_number() -> None:
    query = to_query(FULL)
    assert query["slope"] == ["1:ses", "1:sex", "2:sex"]
    assert query["reference"] == ["2:1"]


def test_a_link_to_a_persons_own_file_holds_its_name_only() -> None:
    own = AppState(dataset="f" * 64, file="my pupils.csv", outcome="score")
    query = to_query(own)
    assert query["data"] == ["upload"]
    assert query["file"] == ["my pupils.csv"]
    assert "f" * 64 not in str(query)
    assert from_query(query) == replace(own, dataset="")


junk = st.one_of(st.text(max_size=60), st.sampled_from(["0:ses", "1:", ":", "9:x", "-1:x", "²:x"]))


@given(st.dictionaries(st.sampled_from([*KEYS, "other"]), st.lists(junk, max_size=5)))
def test_any_link_can_be_read(query: dict[str, list[str]]) -> None:
    state, _ = tidied(from_query(query), COLUMNS)
    assert from_query(to_query(state)) == replace(state, file=state.file)
    assert {state.outcome, *state.predictors, *state.levels} <= {"", *COLUMNS}


def test_an_endless_link_is_cut() -> None:
    state = from_query({"predictor": [f"x{n}" for n in range(10_000)], "outcome": ["y" * 5_000]})
    assert len(state.predictors) == MOST_VALUES
    assert state.outcome == ""


def test_unknown_columns_are_dropped_and_named() -> None:
    asked = replace(
        FULL,
        predictors=("ses", "<script>alert(1)</script>"),
        levels=("schoolid", "room"),
        slopes=(("room", ("ses",)), ("schoolid", ("ses", "sex"))),
    )
    state, dropped = tidied(asked, COLUMNS)
    assert dropped == ("<script>alert(1)</script>", "room")
    assert state.predictors == ("ses",)
    assert state.levels == ("schoolid",)
    assert state.slopes == (("schoolid", ("ses",)),)
    assert state.reference == ()


def test_a_column_keeps_one_role() -> None:
    asked = AppState(
        outcome="ses", predictors=("ses", "sex", "sex", "classid"), levels=("ses", "classid")
    )
    state, dropped = tidied(asked, COLUMNS)
    assert dropped == ()
    assert (state.outcome, state.predictors, state.levels) == ("ses", ("sex",), ("classid",))


def test_what_is_left_out_takes_along_what_hangs_on_it() -> None:
    assert FULL.without(["sex"]).slopes == (("schoolid", ("ses",)),)
    assert FULL.without(["sex"]).reference == ()
    smaller = FULL.without(levels=["schoolid"])
    assert (smaller.levels, smaller.slopes) == (("classid",), (("classid", ("sex",)),))


def test_a_link_to_data_only_names_no_choices() -> None:
    assert not names_choices({"data": ["classroom"], "file": ["x"]})
    assert names_choices({"data": ["classroom"], "outcome": ["ses"]})


def test_the_model_of_the_choices() -> None:
    assert FULL.model.formula.startswith("mathkind ~ ses + sex + (")
    assert FULL.model.levels == ("schoolid", "classid:schoolid")
