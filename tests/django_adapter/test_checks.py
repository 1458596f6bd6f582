"""What ``manage.py check`` finds, and what it advises to do about it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django.fixtures import Settings

from tests.django_adapter import recording
from tests.fresh import printed

SYNC, HYBRID = (f"{recording.__name__}.{kind}_function" for kind in ("sync", "hybrid"))
POSTGRES = {"ENGINE": "django.db.backends.postgresql", "NAME": "never-connected"}


def found() -> list[str]:
    """Return ids and messages, each of which has to have a hint."""
    messages = run_checks(tags=["django_adapter"])
    assert all(message.hint for message in messages)
    return [f"{message.id}: {message.msg}" for message in messages]


def test_the_shops_settings_pass() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("THREADS", 0, "E001: DJANGO_ADAPTER_THREADS must be a number from 1 to 1000, not 0."),
        (
            "THREADS",
            "16",
            "E001: DJANGO_ADAPTER_THREADS must be a number from 1 to 1000, not '16'.",
        ),
        ("NON_BLOCKING", "a.b", "E002: DJANGO_ADAPTER_NON_BLOCKING must be a list"),
        ("NON_BLOCKING", 3, "E002: DJANGO_ADAPTER_NON_BLOCKING must be a list"),
        ("NON_BLOCKING", ["a.b"], "E002: DJANGO_ADAPTER_NON_BLOCKING names 'a.b', which is not in"),
        ("COMPILED_CHAIN", 1, "E003: DJANGO_ADAPTER_COMPILED_CHAIN must be True or False, not 1."),
        ("THREAD", 16, "E004: There is no setting DJANGO_ADAPTER_THREAD."),
        ("FOO", None, "E004: There is no setting DJANGO_ADAPTER_FOO."),
    ],
)
def test_a_wrong_setting_is_an_error(
    settings: Settings, name: str, value: object, message: str
) -> None:
    setattr(settings, f"DJANGO_ADAPTER_{name}", value)
    [only] = found()
    assert only.startswith(f"django_adapter.{message}")
    with pytest.raises(SystemCheckError):
        call_command("check", tags=["django_adapter"])


@pytest.mark.parametrize(
    ("name", "hint"), [("THREAD", "Did you mean DJANGO_ADAPTER_THREADS?"), ("FOO", "Remove it")]
)
def test_an_unknown_setting_is_compared_with_the_known(
    settings: Settings, name: str, hint: str
) -> None:
    setattr(settings, f"DJANGO_ADAPTER_{name}", 16)
    [message] = run_checks(tags=["django_adapter"])
    assert str(message.hint).startswith(hint)


@pytest.mark.parametrize(
    ("name", "value"),
    [("THREADS", 1), ("THREADS", 1000), ("NON_BLOCKING", []), ("COMPILED_CHAIN", False)],
)
def test_a_right_setting_passes(settings: Settings, name: str, value: object) -> None:
    setattr(settings, f"DJANGO_ADAPTER_{name}", value)
    assert found() == []


@pytest.mark.parametrize(
    ("pool", "size"),
    [
        ({"max_size": 15}, 15),
        ({"min_size": 2, "max_size": None}, 2),
        ({"timeout": 10}, 4),
        (True, 4),
        ({"max_size": 16}, None),
        ({}, None),
        (False, None),
        (None, None),
    ],
)
def test_a_pool_with_fewer_connections_than_threads_is_warned_of(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, pool: Any, size: int | None
) -> None:
    entry = {**POSTGRES, "OPTIONS": {"pool": pool}}
    monkeypatch.setitem(settings.DATABASES, "pooled", entry)
    message = f"W001: The pool of database 'pooled' has {size} connections for 16 threads."
    assert found() == ([] if size is None else [f"django_adapter.{message}"])


def test_the_pool_is_compared_with_the_threads_there_are(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES, "pooled", {**POSTGRES, "OPTIONS": {"pool": True}})
    settings.DJANGO_ADAPTER_THREADS = 4
    assert found() == []
    settings.DJANGO_ADAPTER_THREADS = "four"
    assert [line.partition(":")[0] for line in found()] == ["django_adapter.E001"]


def test_a_pool_that_is_not_psycopgs_is_left_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    oracle = {"ENGINE": "django.db.backends.oracle", "OPTIONS": {"pool": {"max": 2}}}
    monkeypatch.setitem(settings.DATABASES, "pooled", oracle)
    assert found() == []


@pytest.mark.parametrize("kind", ["sync_function", "SyncCall"])
def test_middleware_that_keeps_a_thread_is_named(settings: Settings, kind: str) -> None:
    path = f"{recording.__name__}.{kind}"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, path]
    [only] = found()
    assert only.startswith(f"django_adapter.W002: {path} keeps a thread")


class SyncHooks(recording.Hooks):
    """Django would give it a thread; here its hooks are called one by one."""

    async_capable = False


class OwnCall(recording.Hooks):
    async_capable = False

    def __call__(self, request: Any) -> Any:
        return super().__call__(request)


def returns_hooks(get_response: Any) -> SyncHooks:
    return SyncHooks(get_response)


def returns_a_call(get_response: Any) -> OwnCall:
    return OwnCall(get_response)


def returns_what_is_unknown(get_response: Any) -> NoSuchName:  # type: ignore[name-defined]  # noqa: F821
    return SyncHooks(get_response)


hooks_in_part = partial(SyncHooks)
call_in_part = partial(partial(OwnCall))


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (f"{recording.__name__}.Hooks", False),
        (f"{recording.__name__}.AsyncCall", False),
        (f"{recording.__name__}.async_function", False),
        (HYBRID, False),
        (SYNC, True),
        (f"{__name__}.SyncHooks", False),
        (f"{__name__}.OwnCall", True),
        (f"{__name__}.returns_hooks", False),
        (f"{__name__}.returns_a_call", True),
        (f"{__name__}.returns_what_is_unknown", True),
        (f"{__name__}.hooks_in_part", False),
        (f"{__name__}.call_in_part", True),
        ("whitenoise.middleware.WhiteNoiseMiddleware", False),
        ("there.is.none", False),
    ],
)
def test_only_middleware_that_is_called_in_a_thread_is_named(
    settings: Settings, path: str, named: bool
) -> None:
    settings.MIDDLEWARE = [path]
    assert bool(found()) == named


@pytest.mark.parametrize(
    "apps", [["django_adapter"], ["reflex_adapter"], ["django_adapter", "reflex_adapter"]]
)
def test_either_app_brings_the_checks_and_both_bring_them_once(apps: list[str]) -> None:
    script = f"""
import django
from django.conf import settings
urlpatterns = []
settings.configure(
    INSTALLED_APPS={apps!r}, DJANGO_ADAPTER_THREADS=0, ROOT_URLCONF="__main__"
)
django.setup()
from django.core.checks import run_checks
print(*(message.id for message in run_checks() if "django_adapter" in message.id))
"""
    assert printed(script).split() == ["django_adapter.E001"]
