"""The page about growth: tables, exponents, promises, and what a far larger table would cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from benchmarks.report import seconds
from benchmarks.scale_rivals import FITS, MOST_GIGABYTES, MOST_SECONDS, SIZES, Trial
from benchmarks.targets import Target

GIGABYTE = 1e9
MILLION, TEN_MILLION, HUNDRED_MILLION = 10**6, 10**7, 10**8
MOST_OVER_FLOOR = {MILLION: 2.0, TEN_MILLION: 1.5, HUNDRED_MILLION: 2.5}
MOST_MEMORY = {TEN_MILLION: 2.0, HUNDRED_MILLION: 6.0}
MOST_EXPONENT = {"rows": 1.05, "groups": 1.1}
HELD_CLASSES = 10_000
"""Classes of the tables in which only the rows grow."""
FAR_ROWS = 10**10
# A group in memory: two keys, parent, count, two means and three products, eight bytes each.
BYTES_A_GROUP = 9 * 8


@dataclass(frozen=True)
class Measured:
    """One table: the best times of each kind of run, by step, and the peaks of memory."""

    n_rows: int
    n_classes: int
    file_bytes: int
    best: Mapping[str, Mapping[str, float]]
    peak: Mapping[str, float]
    n_runs: Mapping[str, int]

    @property
    def total(self) -> float:
        """Seconds from the file to the table of coefficients."""
        return self.best["fit"]["total"]

    @property
    def floor(self) -> float:
        """Seconds of DuckDB's own GROUP BY into arrays, by the faster of its two ways."""
        return min(self.best["floor"]["arrow"], self.best["floor"]["arrays"])

    @property
    def memory(self) -> float:
        """Peak of resident memory of the fit, in gigabytes."""
        return self.peak["fit"] / GIGABYTE


def by_rows(found: Sequence[Measured]) -> list[Measured]:
    """Return the tables in which classes grow with the rows."""
    return [size for size in found if size.n_rows == 25 * size.n_classes]


def by_groups(found: Sequence[Measured]) -> list[Measured]:
    """Return the tables of ten million rows, by their classes."""
    ten_million = [size for size in found if size.n_rows == TEN_MILLION]
    return sorted(ten_million, key=lambda size: size.n_classes)


def by_rows_alone(found: Sequence[Measured]) -> list[Measured]:
    """Return the tables in which the rows grow and the classes do not, from a million rows on."""
    return [size for size in found if size.n_classes == HELD_CLASSES and size.n_rows >= MILLION]


def most_groups(found: Sequence[Measured]) -> list[Measured]:
    """Return the table of so many classes that ten million rows could not carry them."""
    return [size for size in found if size.n_classes >= TEN_MILLION]


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """Return the slope of a line through log time over log size."""
    x, y = [log(size) for size in sizes], [log(value) for value in times]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    products = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return products / sum((a - mean_x) ** 2 for a in x)


def targets(found: Sequence[Measured]) -> list[Target]:
    """Hold every promise against what was measured."""
    by_size = {size.n_rows: size for size in by_rows(found)}
    return [
        _from_pandas(by_size.get(MILLION)),
        *(_over_floor(by_size.get(n_rows), n_rows) for n_rows in (TEN_MILLION, HUNDRED_MILLION)),
        *(_memory(by_size.get(n_rows), n_rows) for n_rows in (TEN_MILLION, HUNDRED_MILLION)),
        _growth("rows", by_rows_alone(found)),
        _growth("groups", [size for size in by_groups(found) if size.n_classes >= 10_000]),
    ]


def _from_pandas(size: Measured | None) -> Target:
    most = MOST_OVER_FLOOR[MILLION]
    promise = f"{MILLION:,} rows from pandas: whole fit under {most} times the bare group sums"
    if size is None:
        return Target(promise, "not measured", None)
    best = size.best["pandas"]
    floor = min(best["numpy, from the keys"], best["DuckDB"])
    ratio = best["total"] / floor
    measured = f"{ratio:.2f} times ({seconds(best['total'])} over {seconds(floor)})"
    return Target(promise, measured, ratio < most)


def _over_floor(size: Measured | None, n_rows: int) -> Target:
    most = MOST_OVER_FLOOR[n_rows]
    promise = f"{n_rows:,} rows from Parquet: whole fit under {most} times DuckDB's own GROUP BY"
    if size is None:
        return Target(promise, "not measured", None)
    ratio = size.total / size.floor
    measured = f"{ratio:.2f} times ({seconds(size.total)} over {seconds(size.floor)})"
    return Target(promise, measured, ratio < most)


def _memory(size: Measured | None, n_rows: int) -> Target:
    most = MOST_MEMORY[n_rows]
    promise = f"{n_rows:,} rows from Parquet: peak memory under {most:.0f} GB"
    if size is None:
        return Target(promise, "not measured", None)
    return Target(promise, f"{size.memory:.2f} GB", size.memory < most)


def _growth(what: str, sizes: Sequence[Measured]) -> Target:
    most = MOST_EXPONENT[what]
    promise = f"time grows with {what} to the power of at most {most}"
    if len(sizes) < 2:
        return Target(promise, "not measured", None)
    counts = [size.n_rows if what == "rows" else size.n_classes for size in sizes]
    power = exponent(counts, [size.total for size in sizes])
    return Target(promise, f"{power:.2f} (from {counts[0]:,} to {counts[-1]:,})", power <= most)


# --- the page -------------------------------------------------------------------------------------


def markdown(found: Sequence[Measured], machine: Mapping[str, str], rivals: Sequence[Trial]) -> str:
    """Return the page."""
    parts = [
        "# How cost grows\n",
        "Written by `make bench-scale`; `README.md` in this folder says how it is measured.\n",
        "![Seconds over rows and over groups](scale.svg)\n",
        "## Promises\n",
        *_promises(found),
        "\n## Rows\n",
        "25 rows a class, four classes a school, rows in no order; `y ~ x + (1 | school/class)`,"
        " REML, from a Parquet file to the table of coefficients. *Engine* is DuckDB's own GROUP BY"
        " of the six sums that any method needs, without taking them out; *arrays* the same into"
        " arrays, by the faster of its two ways; *ratio* is the whole over arrays. Best of all"
        " runs.\n",
        *_table(by_rows(found)),
        *_together(found),
        *_rows_alone(found),
        *_groups(found),
        *_pandas(found),
        *_others(found, rivals),
        *_far(found),
        "\n## Where this was measured\n",
        *(f"- {name}: {text}" for name, text in machine.items()),
    ]
    return "\n".join(parts) + "\n"


def _promises(found: Sequence[Measured]) -> Iterator[str]:
    yield "| Promise | Measured |  |\n|---|---:|---:|"
    marks = {True: "pass", False: "**FAIL**", None: "not measured"}
    for target in targets(found):
        yield f"| {target.promise} | {target.measured} | {marks[target.is_met]} |"


def _together(found: Sequence[Measured]) -> Iterator[str]:
    """Say how time grows where rows and classes do."""
    large = [size for size in by_rows(found) if size.n_rows >= MILLION]
    if len(large) > 1:
        rows = [size.n_rows for size in large]
        own = exponent(rows, [size.total for size in large])
        floor = exponent(rows, [size.floor for size in large])
        yield (
            f"\nFrom {rows[0]:,} rows on, time grows with rows and classes together to the power of"
            f" {own:.2f}, that of DuckDB's own GROUP BY to the power of {floor:.2f}: the more"
            " classes, the fewer of their sums fit into a processor's cache."
        )


def _rows_alone(found: Sequence[Measured]) -> Iterator[str]:
    sizes = by_rows_alone(found)
    if len(sizes) > 1:
        yield f"\n## Rows alone\n\nThe same with {HELD_CLASSES:,} classes throughout.\n"
        yield from _table(sizes)


def _groups(found: Sequence[Measured]) -> Iterator[str]:
    sizes = by_groups(found)
    if len(sizes) > 1:
        yield f"\n## Groups\n\nThe same with {TEN_MILLION:,} rows throughout.\n"
        more = most_groups(found)
        if more:
            yield (
                f"Only the last table has {more[0].n_rows:,}: with one row a class, class and row"
                " cannot be told apart. The exponent above leaves it out.\n"
            )
        yield from _table([*sizes, *more])


def _table(sizes: Sequence[Measured]) -> Iterator[str]:
    yield "| Rows | Classes | File | Engine | Arrays | Moments | Fit | Whole | Ratio | Memory |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for size in sizes:
        fit = size.best["fit"]
        times = [size.best["floor"]["engine"], size.floor, fit["moments"], fit["fit"], size.total]
        cells = " | ".join(seconds(value) for value in times)
        yield (
            f"| {size.n_rows:,} | {size.n_classes:,} | {size.file_bytes / 1e6:,.1f} MB | {cells} |"
            f" {size.total / size.floor:.2f} | {size.memory:.2f} GB |"
        )


def _pandas(found: Sequence[Measured]) -> Iterator[str]:
    sizes = [size for size in found if "pandas" in size.best]
    if not sizes:
        return
    yield "\n## A million rows from pandas\n"
    yield (
        "The bare sums of the same frame: by numpy where the classes are numbered from zero already"
        " (no real table is), by numpy from the keys as they are, and by DuckDB's GROUP BY. The"
        " promise is held against the faster of the last two.\n"
    )
    yield "| | Seconds | Whole fit over it |\n|---|---:|---:|"
    best = sizes[0].best["pandas"]
    for name, value in best.items():
        title = "mlm_core, whole fit" if name == "total" else name
        yield f"| {title} | {seconds(value)} | {best['total'] / value:.2f} |"


def _others(found: Sequence[Measured], rivals: Sequence[Trial]) -> Iterator[str]:
    yield "\n## Other programs\n"
    if not rivals:
        yield (
            "`RESULTS.md` times lme4, mixedlm and others on a million rows in 40,000 classes. The"
            " largest table that each of them survives in 20 GB of memory has not been measured"
            " (`python -m benchmarks.scale_rivals`)."
        )
        return
    yield (
        "The same tables and model, 25 rows a class, from a frame in memory; mlm_core from Parquet"
        " as above. Shown is the peak of resident memory with the table where the model was fitted;"
        f" a program is ended above {MOST_GIGABYTES:.0f} GB or after {MOST_SECONDS / 3600:.0f} hour"
        " and not tried on larger tables. `RESULTS.md` times them on a million rows.\n"
    )
    programs = list(dict.fromkeys(trial.program for trial in rivals))
    ours = {size.n_rows: f"{size.memory:.1f} GB" for size in by_rows(found)}
    tried = {(trial.program, trial.n_rows): _trial_cell(trial) for trial in rivals}
    yield f"| Rows | mlm_core | {' | '.join(programs)} |"
    yield "|---:|" + "---:|" * (len(programs) + 1)
    for n_rows in SIZES:
        cells = [ours.get(n_rows, ""), *(tried.get((name, n_rows), "") for name in programs)]
        yield f"| {n_rows:,} | {' | '.join(cells)} |"
    survived = [_largest([trial for trial in rivals if trial.program == name]) for name in programs]
    largest = max((size.n_rows for size in by_rows(found)), default=0)
    yield f"| **largest** | {largest:,} | {' | '.join(survived)} |"


def _largest(trials: Sequence[Trial]) -> str:
    """Return the rows of the largest table that a program survived, or that it was given."""
    largest = max((trial.n_rows for trial in trials if trial.outcome == FITS), default=0)
    has_failed = any(trial.outcome != FITS for trial in trials)
    return f"{largest:,}" if has_failed else f"{largest:,} or more"


def _trial_cell(trial: Trial) -> str:
    """Return what became of one program on one table."""
    return f"{trial.gigabytes:.1f} GB" if trial.outcome == FITS else trial.outcome


def _far(found: Sequence[Measured]) -> Iterator[str]:
    """Work out what a table of ten billion rows would cost, from the largest one measured."""
    largest = max(by_rows(found), key=lambda size: size.n_rows)
    fit = largest.best["fit"]
    a_row, a_group = fit["moments"] / largest.n_rows, fit["fit"] / largest.n_classes
    bytes_a_row = largest.file_bytes / largest.n_rows
    smallest = min(by_rows(found), key=lambda size: size.n_rows)
    memory_a_group = (largest.peak["fit"] - smallest.peak["fit"]) / largest.n_classes
    classes = FAR_ROWS // 25
    yield "\n## Ten billion rows\n"
    yield (
        f"What 10^10 rows in {classes:,} classes would cost, worked out from {largest.n_rows:,}"
        f" rows in {largest.n_classes:,} classes. Every row is read once. At {bytes_a_row:.0f}"
        f" bytes a row that moves {FAR_ROWS * bytes_a_row / GIGABYTE:,.0f} GB from disk; at"
        f" {a_row * 1e9:.0f} ns a row on the cores named below it takes"
        f" {FAR_ROWS * a_row / 60:.0f} minutes, and that part divides by the cores of a cluster."
        " What comes back to the driver is one record a class (two keys, count, means and"
        f" products), {BYTES_A_GROUP} bytes each or {classes * BYTES_A_GROUP / GIGABYTE:.0f} GB in"
        f" all. The fit took {fit['evaluations']:.0f} evaluations, and that number does not depend"
        f" on the rows. At {a_group * 1e6:.2f} microseconds a class it takes"
        f" {classes * a_group / 60:.0f} minutes on one driver. At the peak (arrays of the engine,"
        f" moments, and what the fit holds at once) a class takes {memory_a_group:.0f} bytes, so"
        f" the driver would need {classes * memory_a_group / GIGABYTE:,.0f} GB for"
        f" {classes:,} classes. The same 10^10 rows in {largest.n_classes:,} classes leave the"
        f" driver's part where it was measured, at {largest.memory:.1f} GB and"
        f" {seconds(fit['fit'])}: only the reading grows."
    )
