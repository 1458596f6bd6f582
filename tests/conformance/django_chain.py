"""Django's own tests, with our compiled chain in the place of Django's.

    python -m tests.conformance.django_chain

Takes five minutes, and one more the first time. The tests are those in the released source
distribution of the installed version; ``harness/chain_runner.py`` says how they come to our chain.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.conformance.django_suite import django_sources, outcomes
from tests.conformance.suites import Argued, Outcomes, compare

LABELS = [
    "asgi",
    "handlers",
    "middleware",
    "middleware_exceptions",
    "csrf_tests",
    "sessions_tests",
    "messages_tests",
    "auth_tests",
    "decorators",
    "i18n",
    "test_client",
]
ARGUED = [
    Argued(
        "ASGITest.test_read_body_thread$",
        "not found in []",
        "a body that comes whole stays in the memory it is in: nothing is written, in no thread",
    ),
    Argued(
        "MiddlewareNotUsedTests.test_async_and_sync_middleware_chain_async_call$",
        "handler adapted for",
        "the debug log of how Django adapts one handler to the next: the compiled chain does not",
    ),
    Argued(
        r"MiddlewareSyncAsyncTests.test_(async_middleware|sync_middleware_async)$",
        "handler adapted for",
        "the same log",
    ),
]

# Up to some version RemoteUserMiddleware knows no WSGI request where it is async.
REMOTE_USER = Argued(
    r"auth_tests\.test_remote_user\..*(?<!_async)$",
    "",
    "RemoteUserMiddleware, being async, looks for the name that ASGI has for REMOTE_USER, and the "
    "request of a sync client has WSGI's",
)


def argued(sources: Path, bare: Outcomes) -> list[Argued]:
    """What may differ in this version, which need not have all of the tests."""
    middleware = (sources / "django/contrib/auth/middleware.py").read_text()
    known = ARGUED if "def get_username" in middleware else [*ARGUED, REMOTE_USER]
    return [each for each in known if any(re.search(each.tests, test) for test in bare)]


def main() -> int:
    sources = django_sources()
    bare = outcomes(sources, LABELS, "chain_settings", "django-chain-bare")
    chain = outcomes(sources, LABELS, "chain_settings", "django-chain-chain", CONFORMANCE_CHAIN="1")
    return compare(bare, chain, argued(sources, bare), name="chain")


if __name__ == "__main__":
    sys.exit(main())
