"""The part of the page that tells how long inference takes."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.inference import Task
from benchmarks.page import seconds, table, times


def inference_section(tasks: Sequence[Task]) -> list[str]:
    """Return the section: times, ratios, agreement."""
    rows = []
    for task in tasks:
        theirs = seconds(min(task.theirs)) if task.theirs else f"not measured: {task.missing}"
        ratio = "-" if task.ratio is None else times(task.ratio)
        apart = task.largest_difference
        rows.append(
            (task.what, seconds(min(task.ours)), task.program, theirs, ratio,
             "-" if apart is None else f"{apart:.0e} ({task.agreement})")
        )  # fmt: skip
    return [
        "## Inference",
        "From a fitted model of the class set, `mathkind ~ ses + (1 | schoolid/classid)`; groups"
        " are left out of `mathkind ~ ses + (1 | schoolid)`. *Difference* is the largest relative"
        " one of the answers; where both sides simulate, it is chance.",
        table(("Task", "Ours", "Other", "Best", "Times ours", "Difference"), rows),
    ]
