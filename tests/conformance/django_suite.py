"""Django's own tests, with its test clients sent through a dispatcher.

    python -m tests.conformance.django_suite

Takes a minute, and one more the first time. The tests are those in the released source distribution
of the installed version; ``harness/django_runner.py`` says how they are composed.
"""

from __future__ import annotations

import sys

from tests.conformance.suites import Argued, cache, compare, environment, installed
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
    version = installed("Django")
    print(f"Django {version}, Python {sys.version.split()[0]}", flush=True)
    sources = sources_of("Django", version)
    python = environment(f"django-{version}", *NEEDED, str(sources), cwd=sources)
    outcomes = {}
    for name, env in {"bare": {}, "composed": {"CONFORMANCE_COMPOSED": "1"}}.items():
        path = cache("outcomes") / f"django-{name}.json"
        # One process, since outcomes and the composing are kept in it.
        options = ["--settings", "django_settings", "--parallel", "1"]
        command = [str(python), "runtests.py", *options, *LABELS]
        settings = {"CONFORMANCE_OUTCOMES": str(path), "PYTHONPATH": str(sources), **env}
        outcomes[name] = run_suite(command, path, cwd=sources / "tests", **settings)
    return compare(outcomes["bare"], outcomes["composed"], ARGUED)


if __name__ == "__main__":
    sys.exit(main())
