"""Sentences on groups."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlm_core.inference.group_effects import group_effects
from mlm_core.inference.prediction_bands import prediction_bands
from mlm_core.views.narrative import group_effects as narrative


@pytest.fixture(scope="module")
def effects(school):
    return group_effects(school.mixed, "schoolid")


def test_who_stands_out(effects):
    assert narrative.stand_out(effects) == (
        "Of 107 groups of schoolid, 22 differ from the average group in their intercept by more"
        " than their 95% interval allows. The highest is group 39 (+31.5), the lowest group 18"
        " (−35.4)."
    )
    one = narrative.stand_out(replace(effects, n_apart=1))
    assert "1 differs from" in one
    nobody = narrative.stand_out(replace(effects, n_apart=0))
    assert "groups of schoolid, none differs from the average group" in nobody


def test_where_nothing_varies(effects):
    none = narrative.stand_out(replace(effects, sd=narrative.NOTHING_VARIES))
    assert none.startswith("No group of schoolid stands out")
    some = narrative.stand_out(replace(effects, sd=2 * narrative.NOTHING_VARIES))
    assert some.startswith("Of 107")


def test_one_group(effects):
    sentence = narrative.one_group(effects, "27")
    assert sentence.startswith("Group 27 is number 13 of 107 from the top, with 21 rows")
    assert "lies 21.6 above that of the average group" in sentence
    assert sentence.endswith("say 26.3.")
    table = effects.table.assign(raw=float("nan"))
    assert narrative.one_group(replace(effects, table=table), "18").endswith("cannot tell.")
    assert "35.4 below" in narrative.one_group(effects, "18")


@pytest.mark.parametrize(
    ("scale", "says"), [(1e-1, "2.16 above"), (1e-2, "0.216 above"), (1e-8, "0.000000216 above")]
)
def test_places_have_two_digits_of_the_standard_deviation(effects, scale, says):
    columns = ["mode", "sd", "lower", "upper", "raw"]
    table = effects.table.assign(**{name: scale * effects.table[name] for name in columns})
    assert f"lies {says} that of" in narrative.one_group(replace(effects, table=table), "27")


def test_how_to_read_them(effects):
    assert "(1.40 in place of 1.96 standard deviations each way)" in narrative.how_to_read(effects)


def test_what_to_expect(school):
    bands = prediction_bands(school.mixed, school.data, "ses", level="schoolid", group="27")
    sentence = narrative.predictions(bands)
    assert sentence.startswith("At ses = ")
    known, new = (part.iloc[len(part) // 2] for part in (bands.known, bands.new))
    assert f"in group 27 are expected between {known['lower']:.1f} and {known['upper']:.1f}," in (
        sentence
    )
    assert f", in a group not seen before between {new['lower']:.1f} and" in sentence
    new = prediction_bands(school.mixed, school.data, "ses", level="schoolid")
    assert "in a group not seen before are expected between" in narrative.predictions(new)


def test_where_the_others_stand(school):
    bands = prediction_bands(school.mixed, school.data, "ses", level="schoolid")
    held = replace(bands, held={"a*b": 1.5, "k": "<b>"})
    assert narrative.predictions(held).endswith(
        r"The other predictors stand at a\*b = 1.50 and k = \<b\>."
    )


def test_hostile_names(hostile):
    level, term = hostile.mixed.levels[0].name, hostile.lines.predictor
    effects = group_effects(hostile.mixed, level)
    group = effects.table["group"][0]
    bands = prediction_bands(hostile.mixed, hostile.data, term, level=level, group=group)
    for sentence in (
        narrative.stand_out(effects),
        narrative.one_group(effects, group),
        narrative.one_group(replace(effects, term=term), group),
        narrative.predictions(bands),
    ):
        assert "<b>" not in sentence.replace(r"\<b", "")
        assert r"\<b\>" in sentence
    assert r"its slope of x \<b\>" in narrative.one_group(replace(effects, term=term), group)
    assert r"in group \<b\>" in narrative.predictions(bands)
