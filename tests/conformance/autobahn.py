"""The Autobahn WebSocket test suite against hypercorn, bare and behind a dispatcher.

    python -m tests.conformance.autobahn [--cases '1.*' '7.*'] [--python2 PATH]

All 517 cases take about a quarter of an hour. The suite runs on Python 2.7 only, which has to be
there: it is looked for on the PATH and among pyenv's versions. Everything else is installed by
name, into the user's cache.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.conformance import servers
from tests.conformance.suites import cache

SUITE = "autobahntestsuite==25.10.1"
VIRTUALENV = "virtualenv==20.15.1"  # the last to make environments for Python 2.7
AGENTS = ("bare", "routed")
GOOD = {"OK", "NON-STRICT", "INFORMATIONAL"}


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


def fuzz(command: Path, ports: dict[str, int], cases: list[str]) -> dict[str, dict[str, Any]]:
    """Run the cases against each agent in turn and return the suite's index of what happened."""
    folder = cache("outcomes") / "autobahn"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    agents = [
        {"agent": agent, "url": f"ws://127.0.0.1:{port}/site/show"} for agent, port in ports.items()
    ]
    specification = {"outdir": str(folder), "servers": agents, "cases": cases, "exclude-cases": []}
    spec, log = folder / "spec.json", folder / "wstest.log"
    spec.write_text(json.dumps(specification | {"exclude-agent-cases": {}}))
    with log.open("wb") as output:
        arguments = [command, "--mode", "fuzzingclient", "--spec", spec]
        subprocess.run(arguments, check=True, cwd=folder, stdout=output, stderr=output)
    index: dict[str, dict[str, Any]] = json.loads((folder / "index.json").read_text())
    return index


def compare(index: dict[str, dict[str, Any]]) -> int:
    """Print how many cases went well, and each that went otherwise behind the dispatcher."""
    bare, composed = (index.get(agent, {}) for agent in AGENTS)
    differing = 0
    for case in sorted({*bare, *composed}):
        was, now = (ending(results.get(case)) for results in (bare, composed))
        if was != now:
            differing += 1
            print(f"DIFFERS: case {case}: bare {was}, composed {now}")
    for agent in AGENTS:
        endings = [result["behavior"] for result in index.get(agent, {}).values()]
        passed = sum(ending in GOOD for ending in endings)
        print(f"{agent}: {passed} passed, {len(endings) - passed} failed: {dict(Counter(endings))}")
    print(f"{differing} cases differ")
    return 1 if differing or not bare else 0


def ending(result: dict[str, Any] | None) -> tuple[Any, ...]:
    keys = ("behavior", "behaviorClose", "remoteCloseCode")
    return ("not run",) if result is None else tuple(result[key] for key in keys)


def main() -> int:
    parser = argparse.ArgumentParser(description="Autobahn, bare and behind a dispatcher")
    parser.add_argument("--cases", nargs="+", default=["*"])
    parser.add_argument("--python2", type=Path, default=python2())
    options = parser.parse_args()
    if options.python2 is None:
        print("Autobahn runs on Python 2.7 only: install one, or say --python2 PATH")
        return 2
    command = wstest(options.python2)
    with servers.running("hypercorn", AGENTS, cache("outcomes")) as fleet:
        ports = {agent: server.port for agent, server in zip(AGENTS, fleet, strict=True)}
        index = fuzz(command, ports, options.cases)
    return compare(index)


if __name__ == "__main__":
    sys.exit(main())
