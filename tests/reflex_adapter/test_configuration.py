"""The settings: read into one object, each checked, and all of them in the README."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from reflex_adapter import conf
from reflex_adapter.conf import configuration, setting_names

README = Path(__file__).parents[2] / "README.md"

FLAGS = [
    *["USE_RXCONFIG_FILE", "SHOW_BUILT_WITH_REFLEX", "AUTO_DISCOVER_PAGES"],
    *["RUN_MIDDLEWARE_CHAIN", "AUTO_REDIRECT_FROM_MIDDLEWARE", "EVENT_POST_FROM_PAYLOAD"],
    *["MIRROR_MESSAGES", "MIRROR_CSRF", "MIRROR_LANGUAGE", "SERVE_SOURCE_MAPS"],
    *["ONLY_DECORATED_HANDLERS", "RENDER_SPA_VIA_TEMPLATE_ENGINE"],
]
DOTTED = ["EVENT_MIDDLEWARE_SKIP", "PAGE_PACKAGES"]
# By their sections: the least and the most that a limit may be; what has no most takes any number.
LIMITS: dict[str, dict[str, tuple[int, int | None]]] = {
    "UPLOAD": dict.fromkeys(("MAX_FILE_SIZE", "MAX_SIZE", "MAX_FILES", "MAX_WAIT"), (1, None)),
    "SOCKET": {
        "MAX_MESSAGE": (1024, 16 * 1024**2),
        **dict.fromkeys(("MAX_MALFORMED", "MAX_RATE", "MAX_QUEUED"), (1, 100_000)),
        **dict.fromkeys(("MAX_BURST", "MAX_NEW", "MAX_NEW_VISITORS"), (10, 100_000)),
        "MAX_TASKS": (1, 10_000),
        "MAX_PER_VISITOR": (1, 100_000),
        "MAX_OPEN": (1, 1_000_000),
        "MAX_WAITING": (10, 1_000_000),
        "MAX_WAITING_SIZE": (64 * 1024, 1024**3),
        "MAX_SEND_WAIT": (1, 3_600),
        "MAX_LOG_LINES": (1, 10_000),
    },
}
RANGES = {f"{section}_{name}": it for section in LIMITS for name, it in LIMITS[section].items()}
NO_NUMBER = ["10", 1.5, True, None, [10]]
WRONG: dict[str, list[Any]] = {
    **{name: ["yes", 1, None, [True]] for name in FLAGS},
    **{name: ["shop.pages", [1], [""], ["shop pages"], ["a..b"], None, 1] for name in DOTTED},
    "PAGE_APPS": ["shop", [1], ["shop.views"], 1],
    "PAGE_MODULE": ["", None, "../views", "views.py ", "class"],
    "RESERVED_REFLEX_PREFIXES": ["/chat", ["chat"], ["/"], [1], None],
    "VISITOR_COOKIE": [
        *[
            "",
            None,
            1,
            "bad name; x",
            "\u00fcn\u00ef",
            "a=b",
            "a,b",
            "a:b",
            "a\n",
            "Path",
            "expires",
        ]
    ],
    "REVALIDATE_SECONDS": [0, -1, 3601, "60", 1.5, True, None],
    "LOGIN_URL": ["", 1, ["/login"], True],
    "AUTH_CACHE": [-1, 301, "60", True, None],
    **{
        name: [least - 1, -1, *([] if most is None else [most + 1]), *NO_NUMBER]
        for name, (least, most) in RANGES.items()
    },
}


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name, values in WRONG.items() for wrong in values]
)
def test_a_wrong_value_is_refused_by_name(name: str, wrong: Any) -> None:
    with (
        override_settings(**{f"REFLEX_DJANGO_{name}": wrong}),
        pytest.raises(ImproperlyConfigured, match=f"^REFLEX_DJANGO_{name} must be .+, not "),
    ):
        configuration()


def test_every_setting_is_refused_above() -> None:
    assert {f"REFLEX_DJANGO_{name}" for name in WRONG} == set(setting_names())


@pytest.mark.parametrize("name", RANGES)
def test_a_limit_may_be_whatever_is_in_its_range(name: str) -> None:
    section, _, field = name.lower().partition("_")
    least, most = RANGES[name]
    for value in (least, 10**12 if most is None else most):
        with override_settings(**{f"REFLEX_DJANGO_{name}": value}):
            assert getattr(getattr(configuration(), section), field) == value


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("REFLEX_DJANGO_MIROR_CSRF", "REFLEX_DJANGO_MIRROR_CSRF"),
        ("REFLEX_DJANGO_SOCKET_MAX_RATES", "REFLEX_DJANGO_SOCKET_MAX_RATE"),
        ("REFLEX_DJANGO_UPLOAD", "REFLEX_DJANGO_"),
    ],
)
def test_an_unknown_name_is_refused_with_the_one_that_was_meant(name: str, close: str) -> None:
    with (
        override_settings(**{name: True}),
        pytest.raises(ImproperlyConfigured, match=f"no setting {name}. .*{close}"),
    ):
        configuration()


@pytest.mark.parametrize(
    ("cookie", "others", "remedy"),
    [
        ("sessionid", {}, "SESSION_COOKIE_NAME"),
        ("csrftoken", {}, "CSRF_COOKIE_NAME"),
        ("django_language", {}, "LANGUAGE_COOKIE_NAME"),
        ("guest", {"SESSION_COOKIE_NAME": "guest"}, "SESSION_COOKIE_NAME, too"),
        ("__Secure-v", {}, "SESSION_COOKIE_SECURE = True"),
        ("__Host-v", {}, "SESSION_COOKIE_SECURE = True"),
        ("__HOST-v", {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_PATH": "/a"}, "PATH = '/'"),
        (
            "__Host-v",
            {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_DOMAIN": "shop.example"},
            "DOMAIN = None",
        ),
    ],
)
def test_the_visitors_cookie_is_none_of_djangos_and_browsers_take_it(
    cookie: str, others: dict[str, Any], remedy: str
) -> None:
    with (
        override_settings(REFLEX_DJANGO_VISITOR_COOKIE=cookie, **others),
        pytest.raises(ImproperlyConfigured, match=f"^REFLEX_DJANGO_VISITOR_COOKIE = .*{remedy}"),
    ):
        configuration()


@pytest.mark.parametrize("cookie", ["guest", "__Host-v", "__Secure-v", "a.b-c!", "Sessionid"])
def test_the_visitors_cookie_may_have_any_other_name(cookie: str) -> None:
    with override_settings(REFLEX_DJANGO_VISITOR_COOKIE=cookie, SESSION_COOKIE_SECURE=True):
        assert configuration().visitor_cookie == cookie


def test_it_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        configuration().page_module = "pages"  # type: ignore[misc]


def test_it_is_read_once_and_again_when_a_setting_changes() -> None:
    before = configuration()
    assert configuration() is before
    with override_settings(REFLEX_DJANGO_PAGE_MODULE="pages"):
        assert configuration().page_module == "pages"
    assert configuration() == before


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        ({"RUN_MIDDLEWARE_CHAIN": False, "EVENT_MIDDLEWARE_SKIP": ["a.B"]}, "keep one of them"),
        ({"AUTO_DISCOVER_PAGES": False}, "REFLEX_DJANGO_PAGE_PACKAGES"),
        (
            {"AUTO_DISCOVER_PAGES": False, "PAGE_APPS": ["shop"], "PAGE_PACKAGES": ["a"]},
            "keep one of them",
        ),
    ],
)
def test_settings_that_exclude_each_other_are_refused(
    settings: dict[str, Any], remedy: str
) -> None:
    with (
        override_settings(**{f"REFLEX_DJANGO_{name}": it for name, it in settings.items()}),
        pytest.raises(ImproperlyConfigured, match=remedy),
    ):
        configuration()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("MIRROR_CSRF", 1), ("NO_SUCH", 1), ("PAGE_APPS", ["no_such"])],
        *[("PAGE_PACKAGES", ["no_such"]), ("PAGE_PACKAGES", ["shop.nosuch.pages"])],
        ("EVENT_MIDDLEWARE_SKIP", ["no.such.Middleware"]),
        *[("LOGIN_URL", "no-such-name"), ("LOGIN_URL", "admin:no-such-name")],
    ],
)
def test_manage_py_check_says_it_too(name: str, value: Any) -> None:
    with override_settings(**{f"REFLEX_DJANGO_{name}": value}):
        [error] = run_checks(tags=["reflex_adapter"])
    assert (error.id, f"REFLEX_DJANGO_{name}" in error.msg) == ("reflex_adapter.E001", True)


def test_the_readme_has_all_settings_and_no_others() -> None:
    table = [line for line in README.read_text().splitlines() if line.startswith("| `REFLEX_")]
    named = re.findall("REFLEX_DJANGO_[A-Z_]+", "\n".join(line.split(" | ")[0] for line in table))
    assert sorted(named) == sorted(setting_names())


@pytest.mark.parametrize("field", dataclasses.fields(conf.Configuration), ids=lambda it: it.name)
def test_the_defaults_are_values_that_could_be_set(field: dataclasses.Field[Any]) -> None:
    kind = field.metadata.get("kind")
    assert kind is None or kind("name", field.default) == field.default
