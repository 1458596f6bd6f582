"""Django's own tests, with its test clients sent through a dispatcher.

    python -m tests.conformance.django_suite

Takes a minute, and one more the first time. The tests are those in the released source distribution
of the installed version; ``harness/django_runner.py`` says how they are composed.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.suites import Argued, Outcomes, cache, compare, environment, installed
from tests.conformance.suites import released_sources as sources_of
from tests.conformance.suites import run as run_suite

LABELS = ["asgi", "handlers", "middleware", "test_client", "csrf_tests", "view_tests"]
# What these need of tests/requirements/py3.txt, without what has to be compiled.
NEEDED = ("jinja2", "docutils", "PyYAML", "tblib", "tzdata", "Pillow", "argon2-cffi", "bcrypt")

RELATIVE = (
    "the test asks for a path without its first slash, which no server hands on and which is "
    "refused, like the absolute form, where there are strict routes"
)
ARGUED = [
    Argued(
        "ASGITest.test_wrong_connection_type$",
        "other",
        "the dispatcher raises ValueError for an unknown scope type itself, in words of its own",
    ),
    Argued("HandlerRequestTests.test_invalid_urls$", "answered itself", RELATIVE),
    Argued("test_404_error_reporting_ignored_url$", "answered itself", RELATIVE),
]


def main() -> int:
    sources = django_sources()
    bare = outcomes(sources, LABELS, "django_settings", "django-bare")
    composed = outcomes(
        sources, LABELS, "django_settings", "django-composed", CONFORMANCE_COMPOSED="1"
    )
    return compare(bare, composed, ARGUED)


def django_sources() -> Path:
    version = installed("Django")
    print(f"Django {version}, Python {sys.version.split()[0]}", flush=True)
    return sources_of("Django", version)


def outcomes(
    sources: Path, labels: Sequence[str], settings: str, name: str, **env: str
) -> Outcomes:
    """Run these of Django's tests once, with the harness's ``settings``."""
    version = installed("Django")
    python = environment(f"django-{version}", *NEEDED, str(sources), cwd=sources)
    path = cache("outcomes") / f"{name}.json"
    # One process, since outcomes and what is put in the place of Django's are kept in it.
    options = ["--settings", settings, "--parallel", "1"]
    command = [str(python), "runtests.py", *options, *labels]
    env |= {"CONFORMANCE_OUTCOMES": str(path), "PYTHONPATH": str(sources)}
    return run_suite(command, path, cwd=sources / "tests", **env)


if __name__ == "__main__":
    sys.exit(main())
