"""Many draws: each is one of the single draws; running summaries and counts are plain ones."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlm_core.inference.pair_experiment import pair_experiment
from mlm_core.inference.pairs import draw_pairs

ROOT = Path(__file__).parents[3]
ASKED = {"outcome": "mathkind", "groups": ["schoolid"]}


@pytest.fixture(scope="module")
def experiment(classroom):
    return pair_experiment(classroom, **ASKED, draws=50)


@pytest.mark.parametrize("number", [1, 2, 50])
def test_draw_number_k_is_the_draw_of_the_kth_seed(experiment, classroom, number):
    draw = draw_pairs(classroom, **ASKED, seed=number)
    assert experiment.values[number - 1] == draw.correlation
    assert experiment.limit == draw.limit


def test_running_mean_and_sd_are_those_of_the_draws_so_far(experiment):
    for made in (2, 7, 50):
        assert experiment.running_mean[made - 1] == pytest.approx(experiment.values[:made].mean())
        assert experiment.running_sd[made - 1] == pytest.approx(
            experiment.values[:made].std(ddof=1)
        )
    assert (experiment.mean, experiment.sd) == (
        experiment.running_mean[-1],
        experiment.running_sd[-1],
    )
    assert np.isnan(experiment.running_sd[0])


def test_counts_are_those_of_the_draws_so_far(experiment):
    for made in (1, 20, 50):
        counts, _ = np.histogram(experiment.values[:made], bins=experiment.edges)
        assert experiment.counts[made - 1].tolist() == counts.tolist()
    assert experiment.span[0] <= min(0.0, experiment.values.min())
    assert experiment.span[1] >= np.median(experiment.values)


def test_mean_and_sd_are_those_of_the_reference(classroom):
    reference = json.loads((ROOT / "tests/reference/classroom.json").read_text())["pairs"]
    found = pair_experiment(classroom, **ASKED, draws=2000)
    # two Monte Carlo errors of 2,000 and 4,000 draws with a standard deviation of 0.087
    tolerance = 2 * reference["sd_of_4000"] * np.hypot(2000**-0.5, 4000**-0.5)
    assert found.mean == pytest.approx(reference["mean_of_4000"], abs=tolerance)
    assert found.sd == pytest.approx(reference["sd_of_4000"], rel=0.05)


def test_draws_of_equal_values_are_known_to_be_unknown():
    data = pd.DataFrame({"y": [1.0] * 8, "g": [1, 1, 2, 2, 3, 3, 4, 4]})
    found = pair_experiment(data, outcome="y", groups=["g"], draws=3)
    assert np.isnan(found.values).all()
    assert np.isnan(found.mean)
    assert found.counts[-1].sum() == 0
