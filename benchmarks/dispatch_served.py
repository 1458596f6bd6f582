"""Requests per second of a trivial application under hypercorn, bare and behind ours."""

from __future__ import annotations

from benchmarks.harness import Effort, Row, Spread
from benchmarks.served import BODY, PREFIXES
from benchmarks.under_hypercorn import TABLE, Asked, pair_by_pair, rates

BARE = "bare"
# The second one shows what this machine's noise alone does to the figure.
APPS = {BARE: "bare", "bare, a second server": "bare", "behind ours": "behind_ours"}


def requests_per_second(effort: Effort) -> tuple[list[Row], Spread]:
    """Return the rows, and the ratios of the pairs of ours and bare."""
    apps = {name: f"benchmarks.served:{app}" for name, app in APPS.items()}
    [found] = rates(apps, [Asked(f"{PREFIXES[-1]}/x", BODY.decode())], effort)
    rows = [Row(TABLE, name, "requests/s", "1/s", Spread.of(it)) for name, it in found.items()]
    for name in list(APPS)[1:]:
        against_bare = pair_by_pair(found[name], found[BARE])
        rows += [Row(TABLE, name, "of bare, pair by pair", "ratio", against_bare)]
    return rows, against_bare
