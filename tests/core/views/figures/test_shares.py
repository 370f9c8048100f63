"""Variance shares as bars: data, order, labels on either side of the threshold."""

import pytest

from mlm_core.views.figures import shares


def test_one_model_is_one_bar_with_its_shares_in_the_legend(school, keeps_the_rules):
    picture = shares.share_bars({"model": school.shares}, outcome="mathkind")
    keeps_the_rules(picture)
    figure = picture.figure
    assert [trace.name for trace in figure.data] == [
        "between schoolid: 19%",
        "between classid within schoolid: 1%",
        "within groups (residual): 80%",
    ]
    assert sum(trace.x[0] for trace in figure.data) == pytest.approx(1)
    assert [trace.text[0] for trace in figure.data] == ["19%", "", "80%"]
    assert figure.layout.xaxis.title.text == "share of the variance of mathkind"
    assert len({trace.marker.pattern.shape for trace in figure.data[:2]}) == 2
    assert picture.alt == (
        "Shares of the variance of mathkind. between schoolid 19%, between classid within schoolid"
        " 1%, within groups (residual) 80%."
    )


def test_two_models_are_two_bars_and_lack_what_they_lack(school, means, keeps_the_rules):
    from mlm_core.inference.shares import icc

    models = {"means": icc(means), "ses": school.shares}
    picture = shares.share_bars(models, outcome="mathkind")
    keeps_the_rules(picture)
    by_name = {trace.name: trace for trace in picture.figure.data}
    assert by_name["between classid within schoolid"].x[0] == 0
    assert by_name["within groups (residual)"] is picture.figure.data[-1]
    assert picture.figure.data[0].y.tolist() == ["means", "ses"]
    assert "means: between schoolid 21%" in picture.alt


@pytest.mark.parametrize(("threshold", "shown"), [(0.01, "1%"), (0.02, "")])
def test_narrow_parts_have_no_label(school, monkeypatch, threshold, shown):
    monkeypatch.setattr(shares, "SMALLEST_LABELLED", threshold)
    picture = shares.share_bars({"model": school.shares}, outcome="mathkind")
    assert picture.figure.data[1].text[0] == shown


def test_names_are_escaped(hostile, keeps_the_rules):
    keeps_the_rules(
        shares.share_bars({"<b>*x*</b>": hostile.shares}, outcome=hostile.lines.outcome)
    )


def test_the_residual_is_light_on_any_page(school):
    figure = shares.share_bars({"model": school.shares}, outcome="mathkind").figure
    colour = figure.data[-1].marker.color
    channels = [int(colour[start : start + 2], 16) for start in (1, 3, 5)]  # no transparency
    assert len(colour) == 7
    assert min(channels) > 0xA0
