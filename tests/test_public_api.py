"""The public names: each package lists its own, and the contract's are where it says."""

from __future__ import annotations

import importlib
import inspect
from types import ModuleType
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import URLPattern
from django.views import View
from hypercorn.utils import is_asgi

import asgi_compose
import django_adapter
import reflex_adapter
from reflex_adapter import asgi_entry
from reflex_adapter.urls import reflex_mount

PACKAGES = [asgi_compose, django_adapter, reflex_adapter]

CONTRACT = [
    ("reflex_adapter.urls", "reflex_mount"),
    ("reflex_adapter.views", "ReflexMountView"),
    ("reflex_adapter.state", "AppState"),
    *(("reflex_adapter.auth", name) for name in ("login_required", "permission_required")),
    *(("reflex_adapter.auth", name) for name in ("group_required", "staff_required")),
    ("reflex_adapter.auth", "user_passes_test"),
    ("reflex_adapter", "template"),
    ("reflex_adapter", "page"),
    ("reflex_adapter.asgi_entry", "application"),
    ("reflex_adapter.asgi_entry", "build_application"),
    ("reflex_adapter.django_led_app", "app"),
    ("reflex_adapter.bridge", "DjangoEventBridge"),
    ("django_adapter", "DjangoOuterDispatcher"),
    ("django_adapter", "MiddlewareRunner"),
    ("asgi_compose", "Dispatcher"),
    ("asgi_compose", "Route"),
    ("asgi_compose", "path_prefix"),
    ("asgi_compose", "LifespanGroup"),
    ("asgi_compose", "stack"),
    ("asgi_compose", "OriginGuard"),
]


def public(package: ModuleType) -> set[str]:
    """Return the names that a package has, other than its own modules."""
    names = {name for name in vars(package) if not name.startswith("_")}
    return {name for name in names if not inspect.ismodule(getattr(package, name))}


def in_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them (RUF022)."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_a_package_lists_all_its_names_in_order(package: Any) -> None:
    assert package.__all__ == sorted(public(package), key=in_order)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_public_class_and_function_says_what_it_promises(package: Any) -> None:
    for name in package.__all__:
        member = getattr(package, name)
        if inspect.isfunction(member) or inspect.isclass(member):
            assert member.__module__.startswith(package.__name__)
            assert inspect.getdoc(member), name


@pytest.mark.parametrize(("module", "name"), CONTRACT)
def test_a_name_of_the_contract_is_where_it_says(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


def test_a_mount_takes_the_arguments_of_the_contract() -> None:
    parameters = inspect.signature(reflex_mount).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    assert {defaults.pop("app_name"), defaults.pop("app_module")} == {None}  # one is needed
    assert defaults == {"mount_prefix": "/", "django_prefix": (), "plugins": (), "rx_config": {}}
    assert {p.kind for p in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert isinstance(reflex_mount(app_name="shop"), URLPattern)


def test_the_mounted_view_is_a_class_of_ours() -> None:
    view = reflex_mount(app_name="shop").callback.view_class  # type: ignore[attr-defined]
    assert (view.__module__, view.__name__) == ("reflex_adapter.views", "ReflexMountView")
    assert issubclass(view, View)


def test_the_application_is_an_asgi_callable() -> None:
    assert asgi_entry.__all__ == ["application", "build_application"]
    assert is_asgi(asgi_entry.application)
    assert len(inspect.signature(asgi_entry.application).parameters) == 3


@pytest.mark.parametrize(
    ("command", "options"),
    [("run_reflex", ["--env", "--host", "--port"]), ("export_reflex", ["--force"])],
)
def test_a_command_of_the_contract_explains_itself(command: str, options: list[str]) -> None:
    assert get_commands()[command] == "reflex_adapter"
    parser = load_command_class("reflex_adapter", command).create_parser("manage.py", command)
    text = parser.format_help()
    assert all(option in text for option in options)
