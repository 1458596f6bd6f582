"""Settings that every exchange has, set once for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.middleware.gzip import GZipMiddleware
from django.test import override_settings

from tests.django_adapter.differential import normal, views


@pytest.fixture(scope="module")
def its_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    bytes_of_chance, GZipMiddleware.max_random_bytes = GZipMiddleware.max_random_bytes, 0
    with override_settings(
        ALLOWED_HOSTS=["testserver"],
        AUTHENTICATION_BACKENDS=[f"{normal.__name__}.Backend"],
        CSRF_COOKIE_AGE=None,
        CSRF_FAILURE_VIEW=f"{views.__name__}.csrf_failed",
        DISALLOWED_USER_AGENTS=[re.compile("bad")],
        LOGIN_URL="/login/",
        MESSAGE_STORAGE="django.contrib.messages.storage.fallback.FallbackStorage",
        ROOT_URLCONF=views.__name__,
        SECURE_CSP={"default-src": ["'self'"]},
        SESSION_EXPIRE_AT_BROWSER_CLOSE=True,
        SESSION_FILE_PATH=str(tmp_path_factory.mktemp("sessions")),
    ):
        yield
    GZipMiddleware.max_random_bytes = bytes_of_chance
