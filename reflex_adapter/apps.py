"""The Django app: what ``INSTALLED_APPS`` needs, and nothing that loads Reflex."""

from django.apps import AppConfig

from reflex_adapter import config_finder


class ReflexAdapterConfig(AppConfig):
    """Brings the two commands, and the configuration that Reflex looks for as ``rxconfig``."""

    name = "reflex_adapter"
    verbose_name = "Reflex"

    def ready(self) -> None:
        config_finder.install()
