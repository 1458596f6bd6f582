"""What every benchmark shares: check, then time side by side, then report ratios with their spread.

Nothing is timed that has not given the right answer before, and nothing is reported that was not
measured in the same run. A figure is the minimum, median and maximum of several runs.
"""

from __future__ import annotations

import gc
import os
import platform
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

# The order of cases changes with each round, and is the same each time a benchmark is run.
SEED = 3


class WrongAnswer(Exception):
    """Something that was to be timed does not do what it was to be timed for."""


def check(what: str, answer: object, expected: object) -> None:
    """Fail the run unless ``answer`` is the expected one."""
    if answer != expected:
        raise WrongAnswer(f"{what} answers {answer!r} where {expected!r} is right.")


@dataclass(frozen=True)
class Effort:
    """How long to measure: each run has so many rounds, each pair is one round of a server's."""

    runs: int
    rounds: int
    pairs: int


FULL = Effort(runs=15, rounds=40, pairs=20)
QUICK = Effort(runs=1, rounds=2, pairs=1)


@dataclass(frozen=True)
class Case:
    """One thing that is timed in turn with the others of its group."""

    name: str
    check: Callable[[], None]  # raises WrongAnswer
    batch: Callable[[], float]  # calls it a few times, and returns what one call took


def interleave(
    groups: Sequence[Sequence[Case]], effort: Effort
) -> list[list[list[tuple[float, ...]]]]:
    """Return what each group's rounds took, run by run: a figure for each case, in their order.

    All are checked before one is timed. A round of a group should take milliseconds, so that
    whatever else the machine does meets all of its cases alike: compare within a group. Runs go
    around all groups, for what changes more slowly.
    """
    for case in (case for cases in groups for case in cases):
        case.check()
    gc.collect()
    gc.freeze()
    shuffled = random.Random(SEED)
    runs = [
        [[_one_round(cases, shuffled) for _round in range(effort.rounds)] for cases in groups]
        for _run in range(effort.runs)
    ]
    return [list(runs_of_group) for runs_of_group in zip(*runs, strict=True)]


def _one_round(cases: Sequence[Case], shuffled: random.Random) -> tuple[float, ...]:
    took = [0.0] * len(cases)
    for position in shuffled.sample(range(len(cases)), len(cases)):
        gc.disable()
        try:
            took[position] = cases[position].batch()
        finally:
            gc.enable()
    return tuple(took)


@dataclass(frozen=True)
class Spread:
    """Several measurements of the same thing."""

    min: float
    median: float
    max: float

    @classmethod
    def of(cls, figures: Iterable[float]) -> Spread:
        figures = list(figures)
        return cls(min(figures), median(figures), max(figures))

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.min)}-{_short(self.max)})"


@dataclass(frozen=True)
class Row:
    """One cell of the readable tables, and one entry of ``rows`` in the JSON."""

    table: str
    row: str
    column: str
    unit: str
    spread: Spread

    def as_json(self) -> dict[str, Any]:
        labels = {key: value for key, value in vars(self).items() if key != "spread"}
        return labels | asdict(self.spread)


@dataclass(frozen=True)
class Ratio:
    """What is claimed, and the limit that it has to keep."""

    name: str
    spread: Spread
    at_most: float | None = None
    at_least: float | None = None

    @property
    def limit(self) -> str:
        if self.at_most is not None:
            return f"at most {self.at_most}"
        return "" if self.at_least is None else f"at least {self.at_least}"

    @property
    def holds(self) -> bool:
        if self.at_most is not None and self.spread.median > self.at_most:
            return False
        return self.at_least is None or self.spread.median >= self.at_least


@dataclass(frozen=True)
class Report:
    """What one run of a benchmark found."""

    name: str
    ratios: Sequence[Ratio]
    rows: Sequence[Row]
    environment: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        spreads = [Row("ratios", it.name, "ratio", "ratio", it.spread) for it in self.ratios]
        return {
            "name": self.name,
            "ratios": {ratio.name: ratio.spread.median for ratio in self.ratios},
            "rows": [row.as_json() for row in (*self.rows, *spreads)],
            "environment": dict(self.environment),
        }

    def as_text(self) -> str:
        """Return tables that can be read, and put into a README as they are."""
        lines = [f"{key}: {value}" for key, value in self.environment.items()]
        lines += ["", "| ratio | median (min-max) | limit | holds |", "|---|---|---|---|"]
        for ratio in self.ratios:
            holds = "yes" if ratio.holds else "NO"
            lines += [f"| `{ratio.name}` | {ratio.spread} | {ratio.limit} | {holds} |"]
        for table, rows in groupby(self.rows, key=lambda row: row.table):
            lines += ["", *_table(table, list(rows))]
        return "\n".join(lines)


def _table(title: str, rows: Sequence[Row]) -> list[str]:
    columns = dict.fromkeys(row.column for row in rows)
    cells = {(row.row, row.column): f"{row.spread}" for row in rows}
    lines = [f"| {title} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in dict.fromkeys(row.row for row in rows):
        found = (cells.get((name, column), "") for column in columns)
        lines += [f"| {name} | {' | '.join(found)} |"]
    return lines


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if abs(figure) >= 10 else f"{figure:.3g}"


def environment(*packages: str) -> dict[str, str]:
    """Say what was measured, on what, and when."""
    cpuinfo = Path("/proc/cpuinfo")
    models = cpuinfo.read_text().split("model name\t: ")[1:] if cpuinfo.exists() else []
    return {
        "date": date.today().isoformat(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "machine": f"{models[0].splitlines()[0] if models else platform.machine()}, "
        f"{os.cpu_count()} cores, {platform.system()}",
        "load average before": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "",
        "packages": ", ".join(f"{package} {version(package)}" for package in packages),
    }
