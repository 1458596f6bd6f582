"""What ``manage.py check`` finds in a project, one module a subject.

Nothing here loads Reflex, asks a database or instantiates what is the project's. The ids are in the
README; one that is given up is never used again.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.core.checks import CheckMessage, register

from reflex_adapter.checks.build import missing_build, missing_root, stale_build
from reflex_adapter.checks.configuration import configuration_error, reported
from reflex_adapter.checks.events import (
    atomic_requests,
    chain_that_does_not_run,
    missing_app,
    missing_middleware,
)
from reflex_adapter.checks.ports import second_port
from reflex_adapter.checks.reflex_version import unsupported_reflex
from reflex_adapter.checks.unsafe import doubtful_origins, generous_limits, reflexs_origins
from reflex_adapter.checks.url_patterns import patterns_behind_mount, prefixes_without_pattern


def register_checks() -> None:
    register(check_installation, "reflex_adapter")
    register(check_project, "reflex_adapter")
    register(check_deployment, "reflex_adapter", deploy=True)


def check_installation(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Find what can be told without the project's configuration."""
    return [*unsupported_reflex(), *missing_app(), *missing_root(), *atomic_requests()]


def check_project(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Find what keeps the project from being served, or else what it cannot have meant."""
    error = configuration_error()
    if error is not None:
        return [reported(error)]
    of_urls = chain(prefixes_without_pattern(), patterns_behind_mount())
    of_events = chain(chain_that_does_not_run(), missing_middleware())
    of_options = chain(reflexs_origins(), second_port())
    return [*of_urls, *of_events, *generous_limits(), *of_options]


def check_deployment(app_configs: object, **kwargs: Any) -> list[CheckMessage]:
    """Find what matters to a site that is open to others, and takes longer to find."""
    of_build = [] if configuration_error() else [*missing_build(), *stale_build()]
    return [*doubtful_origins(), *of_build]
