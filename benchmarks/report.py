"""The Markdown page of a run: promises first, then ratios, then seconds, then how it was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from benchmarks.answers import compare_answers, largest_difference
from benchmarks.cases import CLASS_SET, MILLION, OURS, TITLES
from benchmarks.contest import Outcome
from benchmarks.inference_report import inference_section
from benchmarks.page import seconds, table, times
from benchmarks.results import Results

_MARKS: Mapping[bool | None, str] = {True: "pass", False: "**FAIL**", None: "not judged"}
_PEERS = ("mixedlm", "lme4", "lmerTest")
_WHY_NO_STATSMODELS = (
    "statsmodels is not timed here: it works through the groups one by one in Python and holds a"
    " dense matrix for every school, and it already stops at a wrong optimum on the class set."
)


def markdown(results: Results) -> str:
    """Return the page."""
    parts = [
        "# mlm_core beside other programs",
        "Written by `make bench`; `README.md` in this folder says how to read it.",
        "![Ratios to mlm_core](results.svg)",
        *_promises(results),
        *_class_set(results),
        *_others(results),
        *_million(results),
        *inference_section(results.inference),
        *_evaluations(results),
        *_start(results),
        *_machine(results),
    ]
    return "\n\n".join(parts) + "\n"


def _promises(results: Results) -> list[str]:
    rows = [(one.promise, one.measured, _MARKS[one.is_met]) for one in results.targets]
    return ["## Promises", table(("Promise", "Measured", ""), rows)]


def _times_table(outcome: Outcome) -> str:
    rows = [
        (
            TITLES[row.program],
            times(row.ratio),
            times(row.ratio_median),
            seconds(row.best),
            seconds(row.median),
            seconds(row.fit_best),
            str(row.fits),
        )
        for row in outcome.summary.itertuples()
    ]
    header = ("Program", "Times ours, best", "by medians", "Best", "Median", "Fit alone", "Fits")
    return table(header, rows)


def _absent(outcome: Outcome) -> list[str]:
    if not outcome.absent:
        return []
    reasons = "; ".join(f"{TITLES[name]}: {reason}" for name, reason in outcome.absent.items())
    return [f"Not in this contest: {reasons}."]


def _class_set(results: Results) -> list[str]:
    outcome = results.outcome(CLASS_SET)
    return [
        f"## Class set: {outcome.case.title}",
        f"`{outcome.case.formula}`, REML, from a frame in memory to the table of coefficients (with"
        " Satterthwaite's degrees of freedom where the program has them).",
        _times_table(outcome),
        *_absent(outcome),
        "What they answer. *Criterion there* is the criterion by one dense formula at the variances"
        " a program has reached (lower is better), so that it can be compared whatever constants"
        " the program itself adds; *coefficients* is the largest relative difference to ours.",
        _answers_table(outcome),
        *_wrong_optimum(outcome),
    ]


def _answers_table(outcome: Outcome) -> str:
    compared = compare_answers(outcome)
    rows = [
        (
            TITLES[row.program],
            f"{row.school:.2f}",
            f"{row.group:.2f}",
            f"{row.residual:.1f}",
            f"{row.criterion:.4f}",
            f"{row.there:.4f}" + (" (ML)" if row.program == "gpboost" else ""),
            "-" if pd.isna(row.evaluations) else f"{row.evaluations:.0f}",
            row.df,
            "-" if row.program == OURS else f"{row.difference:.0e}",
        )
        for row in compared.itertuples()
    ]
    header = (
        "Program", "School variance", "Class variance", "Residual", "Criterion reported",
        "Criterion there", "Evaluations", "df", "Coefficients",
    )  # fmt: skip
    return table(header, rows)


def _wrong_optimum(outcome: Outcome) -> list[str]:
    compared = compare_answers(outcome).set_index("program")
    if not {"statsmodels", OURS} <= set(compared.index):
        return []
    theirs, ours = compared.loc["statsmodels"], compared.loc[OURS]
    gap = theirs["there"] - ours["there"]
    claim = " and reports that it has converged" if theirs["converged"] else ""
    if gap < 0.01:
        return []
    return [
        f"statsmodels stops at a wrong optimum{claim}: a school variance of {theirs['school']:.0f}"
        f" where {ours['school']:.0f} is right, and a criterion {gap:.1f} above the least one."
    ]


def _others(results: Results) -> list[str]:
    others = [
        outcome
        for outcome in results.outcomes
        if outcome.case.key != CLASS_SET and not outcome.case.key.startswith(MILLION)
    ]
    models = [f"- {outcome.case.title}: `{outcome.case.formula}`" for outcome in others]
    ratios = (f"{TITLES[name]}, times ours" for name in _PEERS)
    best = (f"{TITLES[name]}, best" for name in (OURS, *_PEERS))
    return [
        "## Other reference models",
        "The same task as above.",
        "\n".join(models),
        table(("Model", *ratios, *best), [_other(outcome) for outcome in others]),
        "Where they end, against ours: difference of the criterion (positive: not as low as ours),"
        " and largest relative difference of a coefficient.",
        _agreement(others),
    ]


def _other(outcome: Outcome) -> list[str]:
    summary = outcome.summary.set_index("program")
    ratios = [_cell(summary["ratio"], name, times) for name in _PEERS]
    return [
        outcome.case.title,
        *ratios,
        *(_cell(summary["best"], name, seconds) for name in (OURS, *_PEERS)),
    ]


def _cell(column: pd.Series, name: str, words: Callable[[float], str]) -> str:
    return words(float(column[name])) if name in column.index else "-"


def _agreement(outcomes: Sequence[Outcome]) -> str:
    """Return a table of what separates the answers from ours, and of the evaluations used."""
    rows = []
    for outcome in outcomes:
        ours, row = outcome.answers.get(OURS), [outcome.case.title]
        for name in _PEERS:
            answer = outcome.answers.get(name)
            if ours is None or answer is None:
                row.append("-")
                continue
            gap = answer["criterion"] - ours["criterion"]
            row.append(f"{gap:+.0e}, {largest_difference(answer, ours):.0e}")
        counts = (outcome.answers.get(name, {}).get("evaluations") for name in (OURS, *_PEERS))
        rows.append([*row, ", ".join("-" if count is None else str(count) for count in counts)])
    used = "Evaluations: " + ", ".join(TITLES[name] for name in (OURS, *_PEERS))
    return table(("Model", *(TITLES[name] for name in _PEERS), used), rows)


def _million(results: Results) -> list[str]:
    parts = [
        "## A million rows",
        "Simulated with a fixed seed; `y ~ x + (1 | school/class)`, REML, from a frame in memory to"
        " the table of coefficients. " + _WHY_NO_STATSMODELS,
    ]
    for outcome in results.outcomes:
        if not outcome.case.key.startswith(MILLION):
            continue
        measured = results.memory[outcome.case.key]
        parts += [
            f"### {outcome.case.title}",
            _times_table(outcome),
            *_absent(outcome),
            f"Peak of ours, frame included, by tracemalloc: {measured['multiple']:.2f} times the"
            f" frame ({measured['frame'] / 1e6:.0f} MB).",
        ]
        if outcome.memory:
            parts.append(_memory_table(outcome))
        if len(outcome.answers) > 1:
            parts.append(_agreement([outcome]))
    return parts


def _memory_table(outcome: Outcome) -> str:
    rows = [
        (TITLES[name], f"{peak - before:.0f} MB", f"{before:.0f} MB", f"{peak:.0f} MB",
         f"{(peak - before) * 1e6 / outcome.frame_bytes:.1f}")
        for name, (before, peak) in sorted(outcome.memory.items(), key=lambda one: one[1][1])
    ]  # fmt: skip
    header = ("Resident memory of the process", "Added by fits", "Before", "Peak", "Added, frames")
    return table(header, rows)


def _evaluations(results: Results) -> list[str]:
    counts = results.evaluations["evaluations"]
    worst = results.evaluations.sort_values("evaluations", ascending=False).head(5)
    rows = [(f"{row.model}, {row.method}", str(row.evaluations)) for row in worst.itertuples()]
    return [
        "## Evaluations of the criterion",
        f"{len(counts)} reference fits: median {counts.median():g}, most {counts.max()}. The five"
        " that take most:",
        table(("Model", "Evaluations"), rows),
    ]


def _start(results: Results) -> list[str]:
    rows = [
        (name, seconds(found["best"]), seconds(found["median"]))
        for name, found in results.starts.items()
    ]
    return ["## Start", table(("", "Best", "Median"), rows)]


def _machine(results: Results) -> list[str]:
    rows = list(results.machine.items())
    return ["## Measured with", table(("", ""), rows)]
