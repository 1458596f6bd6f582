"""What the system checks find in a project that is made for one test."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from django.core.checks import CheckMessage, run_checks
from django.test import override_settings


def messages(*, deploy: bool = False) -> list[CheckMessage]:
    """Return what is found, each of which has to say what to do."""
    found = run_checks(tags=["reflex_adapter"], include_deployment_checks=deploy)
    assert all(message.hint for message in found)
    return found


def found(*, deploy: bool = False) -> list[str]:
    """Return the last parts of the ids of what is found."""
    return [str(message.id).removeprefix("reflex_adapter.") for message in messages(deploy=deploy)]


def urlconf(*patterns: Any) -> Any:
    """Use these patterns as those of the root ``urls.py``."""
    module = ModuleType("urls")
    module.urlpatterns = list(patterns)  # type: ignore[attr-defined]
    return override_settings(ROOT_URLCONF=module)
