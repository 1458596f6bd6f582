"""The Autobahn WebSocket test suite against hypercorn, bare and behind all of ours.

    python -m tests.conformance.autobahn [--all | --cases '1.*' '7.*'] [--python2 PATH]

Composed, each connection passes middleware of Starlette's, an ``OriginGuard`` that asks about the
client's origin, and a ``Dispatcher``.

Takes three minutes: all cases, but of those of compression, a thousand messages each, only the
ones with messages of up to 4096 bytes. The rest, which ``--all`` adds, takes half an hour more.
Nothing else should run meanwhile: some cases, such as 3.4, end as the timing has it, bare too. The
suite runs on Python 2.7 only, which has to be there: it is looked for on the PATH and among pyenv's
versions. Everything else is installed by name, into the user's cache.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conformance import servers
from tests.conformance.apps import WELCOME
from tests.conformance.suites import cache

SUITE = "autobahntestsuite==25.10.1"
VIRTUALENV = "virtualenv==20.15.1"  # the last to make environments for Python 2.7
AGENTS = ("bare", "stacked")
ALL = ("*",)
SMALL = tuple(
    f"{group}.{case}"
    for group in (*(f"12.{n}" for n in range(1, 6)), *(f"13.{n}" for n in range(1, 8)))
    for case in range(1, 6)
)
USUAL = (*(f"{group}.*" for group in (1, 2, 3, 4, 5, 6, 7, 9, 10)), *SMALL)
REPEATS = 10
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}

# What the suite writes: for each agent and case, how it ended.
Index = dict[str, dict[str, dict[str, Any]]]


def python2() -> Path | None:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = [path / "bin/python" for path in pyenv.glob("versions/2.7.*")]
    on_path = shutil.which("python2.7")
    if on_path is not None and "shims" not in Path(on_path).parts:
        found.insert(0, Path(on_path))
    return next(iter(found), None)


def wstest(python: Path) -> Path:
    """Install the suite, once, and return its command."""
    folder = cache("autobahn")
    command, made = folder / "env/bin/wstest", folder / "made"
    if not made.exists():
        tool = folder / "virtualenv"
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--target", str(tool), "--upgrade", VIRTUALENV], check=True)
        virtualenv = [str(python), "-m", "virtualenv", "--quiet", str(folder / "env")]
        subprocess.run(virtualenv, check=True, env={**os.environ, "PYTHONPATH": str(tool)})
        subprocess.run([folder / "env/bin/pip", "install", "--quiet", SUITE], check=True)
        made.touch()
    return command


def fuzz(command: Path, urls: dict[str, str], cases: Sequence[str]) -> Index:
    """Run the cases against each agent in turn and return the suite's index of what happened."""
    folder = cache("outcomes") / "autobahn"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    agents = [{"agent": agent, "url": url, "origin": WELCOME} for agent, url in urls.items()]
    specification = {"outdir": str(folder), "servers": agents, "cases": cases, "exclude-cases": []}
    spec, log = folder / "spec.json", folder / "wstest.log"
    spec.write_text(json.dumps(specification | {"exclude-agent-cases": {}}))
    with log.open("wb") as output:
        arguments = [command, "--mode", "fuzzingclient", "--spec", spec]
        subprocess.run(arguments, check=True, cwd=folder, stdout=output, stderr=output)
    index: Index = json.loads((folder / "index.json").read_text())
    return index


def report(index: Index) -> None:
    for agent in AGENTS:
        endings = [result["behavior"] for result in index[agent].values()]
        passed = sum(ending in GOOD for ending in endings)
        print(f"{agent}: {passed} passed, {len(endings) - passed} failed: {dict(Counter(endings))}")


class Endings:
    """How each case ended, as often as it was run: some end as the timing has it, bare too."""

    def __init__(self) -> None:
        self.seen: defaultdict[str, dict[str, set[tuple[Any, ...]]]]
        self.seen = defaultdict(lambda: {agent: set() for agent in AGENTS})

    def add(self, index: Index) -> None:
        for agent in AGENTS:
            for case, result in index[agent].items():
                ending = tuple(
                    result[key] for key in ("behavior", "behaviorClose", "remoteCloseCode")
                )
                self.seen[case][agent].add(ending)

    def differing(self) -> list[str]:
        """The cases that ended composed as they never did bare, or not at all."""
        bare, composed = AGENTS
        return [
            case
            for case, endings in self.seen.items()
            if not endings[composed] or not endings[composed] <= endings[bare]
        ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Autobahn, bare and composed")
    parser.add_argument("--cases", nargs="+", default=USUAL)
    parser.add_argument("--all", dest="cases", action="store_const", const=ALL)
    parser.add_argument("--python2", type=Path, default=python2())
    options = parser.parse_args()
    if options.python2 is None:
        print("Autobahn runs on Python 2.7 only: install one, or say --python2 PATH")
        return 2
    command = wstest(options.python2)
    with servers.running("hypercorn", AGENTS, cache("outcomes")) as fleet:
        at = [server.url("site/show", "ws") for server in fleet]
        urls = dict(zip(AGENTS, at, strict=True))
        index = fuzz(command, urls, options.cases)
        report(index)
        endings = Endings()
        endings.add(index)
        for _ in range(REPEATS):
            if differing := endings.differing():
                print(f"once more, since they differ: {', '.join(differing)}")
                endings.add(fuzz(command, urls, differing))
    for case in endings.differing():
        print(f"DIFFERS: case {case}: {endings.seen[case]}")
    print(f"{len(endings.seen)} cases, {len(endings.differing())} differ")
    return 1 if endings.differing() or not endings.seen else 0


if __name__ == "__main__":
    sys.exit(main())
