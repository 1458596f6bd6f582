"""What is said where events would lack what ``AppState`` needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.db import connections
from django.test import override_settings

from tests.fresh import printed
from tests.reflex_adapter.checking import found, messages

SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"


class OwnAuthentication(AuthenticationMiddleware):
    """What a project makes of Django's."""


def own_middleware(get_response: Callable[..., Any]) -> Callable[..., Any]:
    return get_response


@pytest.fixture
def atomic_requests() -> Iterator[None]:
    options = connections.settings["default"]
    before = options["ATOMIC_REQUESTS"]
    options["ATOMIC_REQUESTS"] = True
    yield
    options["ATOMIC_REQUESTS"] = before


def test_atomic_requests_is_warned_of(atomic_requests: None) -> None:
    [warning] = messages()
    assert (warning.id, "default" in warning.msg) == ("reflex_adapter.W001", True)


def test_a_chain_that_does_not_run_is_warned_of() -> None:
    with override_settings(REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN=False):
        [warning] = messages()
    assert (warning.id, "SKIP" in (warning.hint or "")) == ("reflex_adapter.W002", True)


@pytest.mark.parametrize(
    ("missing", "attribute"), [(SESSION, "self.session"), (AUTHENTICATION, "self.user")]
)
@pytest.mark.parametrize("how", ["left out", "skipped"])
def test_middleware_that_app_state_needs_is_missed(missing: str, attribute: str, how: str) -> None:
    rest = [path for path in settings.MIDDLEWARE if path != missing]
    changed = {"MIDDLEWARE": rest}
    if how == "skipped":
        changed = {"REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP": [missing]}
    with override_settings(**changed):
        [warning] = messages()
    assert (warning.id, attribute in warning.msg) == ("reflex_adapter.W009", True)
    assert warning.msg.startswith(f"There is no {missing.rpartition('.')[2]} around events")
    assert missing in str(warning.hint)


def test_a_subclass_will_do() -> None:
    own = [
        f"{__name__}.OwnAuthentication" if p == AUTHENTICATION else p for p in settings.MIDDLEWARE
    ]
    with override_settings(MIDDLEWARE=own):
        assert found() == []


def test_middleware_that_is_a_function_is_none_of_them() -> None:
    with override_settings(MIDDLEWARE=[f"{__name__}.own_middleware"]):
        assert found() == ["W009", "W009"]


@pytest.mark.parametrize("chain", [True, False])
@pytest.mark.parametrize("path", ["there.is.none", f"{__name__}.no_such_middleware"])
def test_middleware_that_cannot_be_imported_is_one_error(path: str, chain: bool) -> None:
    changed = {"MIDDLEWARE": [*settings.MIDDLEWARE, path]}
    with override_settings(**changed, REFLEX_DJANGO_RUN_MIDDLEWARE_CHAIN=chain):
        [error] = messages()
    assert (error.id, f"MIDDLEWARE has {path!r}: " in error.msg) == ("reflex_adapter.E003", True)


def test_what_middleware_cannot_import_is_named_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_middleware.py").write_text("\nimport no_such_module\n")
    monkeypatch.syspath_prepend(tmp_path)
    with override_settings(MIDDLEWARE=["broken_middleware.Broken"]):
        [error] = messages()
    assert error.id == "reflex_adapter.E003"
    assert f"{tmp_path}/broken_middleware.py, line 2: ModuleNotFoundError" in error.msg


def test_middleware_that_events_do_not_have_may_be_missing() -> None:
    changed = {"MIDDLEWARE": [*settings.MIDDLEWARE, "no.such.Middleware"]}
    with override_settings(**changed, REFLEX_DJANGO_EVENT_MIDDLEWARE_SKIP=["no.such.Middleware"]):
        assert found() == []


def test_the_app_whose_models_events_need_is_missed() -> None:
    script = """
import django
from django.conf import settings
urls = type("urls", (), {"urlpatterns": []})
settings.configure(INSTALLED_APPS=["reflex_adapter"], ROOT_URLCONF=urls)
django.setup()
from django.core.checks import run_checks
print(*(it.msg for it in run_checks(tags=["reflex_adapter"]) if it.id == "reflex_adapter.E006"))
"""
    assert "'django.contrib.auth' is not installed" in printed(script)
