"""Tables of the simulation."""

from mlm_core.inference.simulation_missing import Estimate, repeat_missing
from mlm_core.views.tables import simulation as tables
from tests.core.views.simulated import FEW, experiment, grid, lost


def test_every_way_for_every_coefficient():
    found = experiment()
    table = tables.performance(found)
    assert len(table.frame) == 10
    assert [text for text in table.frame["Coefficient"] if text] == ["x", "w_class", "(Intercept)"]
    fared = found.of("x")[0].performance
    assert table.frame["95% interval covers"][0] == f"{100 * fared.coverage:.1f}%"
    assert "200 repeats of 20,000 rows in 100 groups of class; seed 1" in table.footnotes[0]


def test_before_and_after():
    table = tables.missing(lost("MNAR"))
    assert set(table.frame["Holds the truth"]) <= {"yes", "no"}
    assert table.frame["Truth"].tolist() == ["0", "0.3", "0"]
    assert "seed 1" in table.footnotes[0]


def test_many_tables():
    found = repeat_missing(FEW, mechanism="MAR", share=0.3, seed=3, repeats=4)
    table = tables.missing_repeats(found)
    assert table.footnotes == ("4 tables, seeds from 3 on.",)
    assert len(table.frame) == 3


def test_power_beside_the_closed_form():
    table = tables.power(grid(0.5))
    assert table.frame["Groups"].tolist() == ["6", "40", "6", "40"]
    assert "n/a" not in table.frame["Closed form"].tolist()


def test_an_interval_of_hardly_any_degrees_of_freedom_has_no_end():
    def told(half: float) -> str:
        return tables._interval(Estimate("x", 0.0, 1.0, 0.1, 1.0 - half, 1.0 + half))

    assert told(0.2) == "0.800 to 1.20"
    assert told(0.51e4 * 0.1) == "without end"
    assert told(0.49e4 * 0.1) != "without end"
