"""The table of random terms tested in all ways at once."""

from __future__ import annotations

from mlm_core.inference.simulated_terms import EXACT_DRAWS, SimulatedTerms
from mlm_core.views.numbers import MISSING, count, fixed, p_value
from mlm_core.views.tables.table import Table, frame_of, records


def simulated_terms(found: SimulatedTerms) -> Table:
    """Lay out plain, mixture, exact and bootstrap p-values beside each other."""
    rows = records(found.table)
    small = any(0.0 < row["statistic"] < 1.0 for row in rows)
    cells = {
        "Left out": [str(row["term"]) for row in rows],
        "Chi²": [fixed(row["statistic"], 4 if small else 2) for row in rows],
        "df": [count(row["df"]) for row in rows],
        "p, chi-square": [p_value(row["p"]) for row in rows],
        "p, mixture": [p_value(row["p_boundary"]) for row in rows],
        "p, exact": [p_value(row["p_exact"]) for row in rows],
        "p, bootstrap": [p_value(row["p_bootstrap"]) for row in rows],
    }
    notes = [
        "Chi-square: as if a variance could be negative, so too large. Mixture: the boundary taken"
        " into account, right for very many groups.",
        f"Exact: the restricted likelihood-ratio test from {count(EXACT_DRAWS)} simulated"
        " statistics; other variances are taken as known. Bootstrap: both models refitted to"
        f" {count(found.n)} samples drawn without the term; seed {found.seed}.",
    ]
    reasons = dict.fromkeys(one.why_not_exact for one in found.terms if not one.exact)
    notes += [f"{MISSING}: {reason}" for reason in reasons]
    notes += [note.message for note in found.notes]
    caption = "Random terms tested in four ways"
    return Table(frame_of(cells), caption, tuple(notes), "simulated-terms")
