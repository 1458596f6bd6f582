"""The Django app, for projects without ``reflex_adapter``: it brings the system checks."""

from __future__ import annotations

from django.apps import AppConfig

from django_adapter.checks import register_checks


class DjangoAdapterConfig(AppConfig):
    name = "django_adapter"
    verbose_name = "Django adapter"

    def ready(self) -> None:
        register_checks()
