"""Starlette's own test suite, every application that its test client is given composed.

    python -m tests.conformance.starlette_suite

Takes two minutes, and one more the first time. The suite is the one in the released source
distribution of the installed version; ``harness/starlette_plugin.py`` says how it is composed.
"""

from __future__ import annotations

import sys

from tests.conformance.suites import Argued, cache, compare, environment, installed
from tests.conformance.suites import released_sources as sources_of
from tests.conformance.suites import run as run_suite

# Seconds for one test, so that one that waits for ever is a failed test like any other.
PATIENCE = "10"

ARGUED = [
    Argued(
        r"test_staticfiles_null_byte_in_path\[",
        "assert 400 == 404",
        "a NUL in a path is refused by the strict routes before any application sees it",
    ),
    Argued(
        r"\[trio",
        "LifespanGroup runs on asyncio only",
        "elsewhere it answers that the start failed; requests work on trio too",
    ),
    Argued(
        r"test_raise_on_startup\[trio\]$",
        "assert False",
        "the same: the application is never asked to start, so that it cannot fail",
    ),
    Argued(
        r"test_exception_in_middleware\[asyncio\]$",
        "DID NOT RAISE",
        "who raises before asking for startup knows no lifespan, by the specification; the test "
        "client, unlike servers, does not go on without",
    ),
]


def main() -> int:
    version = installed("starlette")
    print(f"Starlette {version}, Python {sys.version.split()[0]}", flush=True)
    sources = sources_of("starlette", version)
    requirements = ("--group", "dev", "pytest-timeout", f"starlette=={version}")
    python = environment(f"starlette-{version}", *requirements, cwd=sources)
    outcomes = {}
    for name, options in {"bare": [], "composed": ["--composed"]}.items():
        path = cache("outcomes") / f"starlette-{name}.json"
        pytest = [str(python), "-m", "pytest", "-p", "starlette_plugin", "-p", "no:cacheprovider"]
        arguments = ["--timeout", PATIENCE, "--outcomes", str(path), *options, "tests"]
        outcomes[name] = run_suite([*pytest, *arguments], path, cwd=sources)
    return compare(outcomes["bare"], outcomes["composed"], ARGUED)


if __name__ == "__main__":
    sys.exit(main())
