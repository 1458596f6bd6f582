"""A pytest plugin: give Starlette's own tests a test client that composes what it is given.

It is imported by the Python that runs Starlette's suite, and knows nothing of ours but
``asgi_compose``. Starlette is left as it is: the suite's fixture returns another class, and so does
the name ``TestClient`` in those of its modules that use it directly.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from neighbours import composed
from starlette.testclient import TestClient, _is_asgi3, _WrapASGI2

clients = 0


class ComposedTestClient(TestClient):
    """A test client of the same application, behind a dispatcher."""

    def __init__(self, app: Any, *args: Any, **kwargs: Any) -> None:
        global clients
        clients += 1
        super().__init__(composed(app if _is_asgi3(app) else _WrapASGI2(app)), *args, **kwargs)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--composed", action="store_true", help="compose each client's application")
    parser.addoption("--outcomes", type=Path, help="write each test's outcome to this file")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Outcomes(config.getoption("outcomes")))
    if config.getoption("composed"):
        config.pluginmanager.register(Composing())


class Composing:
    """What is done only where applications are composed."""

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        made = yield
        if fixturedef.argname == "test_client_factory":
            made = functools.partial(ComposedTestClient, *made.args, **made.keywords)
            _, key, error = fixturedef.cached_result
            fixturedef.cached_result = (made, key, error)
        return made

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        for module in {item.module for item in items}:
            if getattr(module, "TestClient", None) is TestClient:
                module.TestClient = ComposedTestClient

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        terminalreporter.write_line(f"{clients} applications composed")


class Outcomes:
    """Keep how each test ended, for the comparison of two runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[str, tuple[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            crash = getattr(report.longrepr, "reprcrash", None)
            why = crash.message if crash else report.longreprtext
            self.outcomes[report.nodeid] = (report.outcome, why)

    def pytest_sessionfinish(self) -> None:
        self.path.write_text(json.dumps(self.outcomes))
