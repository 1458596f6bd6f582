"""Run another project's released test suite twice, bare and composed, and compare each test.

Nothing of theirs is changed, and nothing is kept but in the user's cache. What may differ is a
list with reasons: a difference that is not in it, or a reason that nothing needs any more, fails.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HARNESS = Path(__file__).parent / "harness"
ROOT = Path(__file__).parents[2]

# Seconds for a whole suite, many times what it takes: a test may wait for what never comes.
PATIENCE = 1800
# How a harness ends the line that says how often it did what it is for.
SAID = ("composed", "by the chain")
# What became of each test, and why where it did not pass.
Outcomes = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Argued:
    """A difference that is meant: which tests, what each has to say, and the reason."""

    tests: str
    says: str
    reason: str

    def covers(self, test: str, why: str) -> bool:
        return bool(re.search(self.tests, test)) and self.says in why


def cache(name: str) -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "asgi-compose" / "conformance" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def installed(project: str) -> str:
    """The version of this environment, so that the suite tests what our own tests run with."""
    return importlib.metadata.version(project)


def released_sources(project: str, version: str) -> Path:
    """Download and unpack a source distribution, unless it is there already."""
    folder = cache(f"{project}-{version}")
    if not list(folder.glob("*/PKG-INFO")):
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        by_name = ["--no-binary", project, "--dest", str(folder), f"{project}=={version}"]
        subprocess.run([*pip, *by_name], check=True)
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
    return next(folder.glob("*/PKG-INFO")).parent


def environment(name: str, *requirements: str, cwd: Path) -> Path:
    """Make a virtual environment with these requirements, once, and return its Python."""
    major, minor, *_ = sys.version_info
    folder = cache(f"{name}-python{major}.{minor}")
    python, made = folder / "bin" / "python", folder / "made"
    if not made.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--upgrade", "pip"], check=True)
        subprocess.run([*pip, *requirements], check=True, cwd=cwd)
        made.touch()
    return python


def run(command: Sequence[str], outcomes: Path, *, cwd: Path, **env: str) -> Outcomes:
    """Run a suite with the harness in reach; that tests fail is no error, that none ran is."""
    outcomes.unlink(missing_ok=True)
    path = os.pathsep.join(filter(None, [str(HARNESS), str(ROOT), env.pop("PYTHONPATH", "")]))
    log = outcomes.with_suffix(".log")
    with log.open("wb") as output:
        env = {**os.environ, **env, "PYTHONPATH": path}
        options = {"cwd": cwd, "env": env, "stdout": output, "stderr": output, "timeout": PATIENCE}
        subprocess.run(command, check=False, **options)
    if not outcomes.exists():
        raise RuntimeError(f"{' '.join(command)} came to no end:\n{log.read_text()[-4000:]}")
    print(f"  {log}: {last_line_with(SAID, log) or 'bare'}", flush=True)
    loaded = json.loads(outcomes.read_text())
    return {test: (outcome, why) for test, (outcome, why) in loaded.items()}


def last_line_with(words: tuple[str, ...], log: Path) -> str | None:
    lines = [line for line in log.read_text().splitlines() if line.endswith(words)]
    return lines[-1] if lines else None


def compare(
    bare: Outcomes, composed: Outcomes, argued: Sequence[Argued], name: str = "composed"
) -> int:
    """Print what differs and why it may, and return the status to exit with."""
    unargued, needed = 0, Counter[Argued]()
    for test, (was, now, why) in differences(bare, composed).items():
        reasons = [each for each in argued if each.covers(test, why)]
        needed.update(reasons[:1])
        if not reasons:
            unargued += 1
            print(f"DIFFERS: {test}: bare {was}, {name} {now}: {why[:300]}")
    for each in argued:
        print(f"argued, {needed[each]} tests like {each.tests}: {each.reason}")
    print(f"bare:     {counted(bare)}")
    print(f"{name + ':':<9} {counted(composed)}")
    unneeded = sum(not needed[each] for each in argued)
    print(f"{needed.total()} differences argued, {unargued} not; {unneeded} reasons unneeded")
    return 1 if unargued or unneeded or not bare else 0


def differences(bare: Outcomes, composed: Outcomes) -> Mapping[str, tuple[str, str, str]]:
    absent = ("not run", "")
    pairs = {
        test: (bare.get(test, absent)[0], *composed.get(test, absent))
        for test in sorted({*bare, *composed})
    }
    return {test: pair for test, pair in pairs.items() if pair[0] != pair[1]}


def counted(outcomes: Outcomes) -> str:
    counts = Counter(outcome for outcome, _ in outcomes.values())
    return f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"
