"""The Django app: what ``INSTALLED_APPS`` needs, and nothing that loads Reflex."""

from django.apps import AppConfig

from django_adapter.checks import register_checks as register_django_checks
from reflex_adapter import config_finder
from reflex_adapter.checks import register_checks


class ReflexAdapterConfig(AppConfig):
    """Brings the commands, the checks, and the configuration that Reflex looks for."""

    name = "reflex_adapter"
    verbose_name = "Reflex"

    def ready(self) -> None:
        config_finder.install()
        register_django_checks()
        register_checks()
