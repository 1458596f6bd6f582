"""``python -m benchmarks NAME``: run one benchmark and print what it found.

A benchmark is a module of this package with ``measure(effort) -> Report``. One that has something
to draw has ``draw(report) -> str`` too, which returns an SVG.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.harness import FULL, QUICK

NAMES = (
    "dispatch",
    "chain",
    "http",
    "leases",
    "bridge",
    "events",
    "sockets",
    "hostile",
    "reload",
    "start",
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--json", action="store_true", help="ratios, rows and environment")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="write the plot as SVG as well")
    parser.add_argument(
        "--quick", action="store_true", help="see that it runs; figures say nothing"
    )
    options = parser.parse_args(arguments)
    # Only here, so that a benchmark needs its own peers installed and no other's.
    benchmark = import_module(f"benchmarks.{options.name}")
    if options.plot and not hasattr(benchmark, "draw"):
        parser.error(f"{options.name} has nothing to plot")
    report = benchmark.measure(QUICK if options.quick else FULL)
    if options.plot:
        options.plot.write_text(benchmark.draw(report))
    print(json.dumps(report.as_json(), indent=1) if options.json else report.as_text())


if __name__ == "__main__":
    main()
