"""The Django app: what ``INSTALLED_APPS`` needs, and nothing that loads Reflex."""

from django.apps import AppConfig, apps

from django_adapter.checks import register_checks as register_django_checks
from reflex_adapter import config_finder
from reflex_adapter.checks import register_checks
from reflex_adapter.endings import listen
from reflex_adapter.other_processes import connect_by_environment


class ReflexAdapterConfig(AppConfig):
    """Brings the commands, the checks, and the configuration that Reflex looks for."""

    name = "reflex_adapter"
    verbose_name = "Reflex"

    def ready(self) -> None:
        config_finder.install()
        register_django_checks()
        register_checks()
        if connect_by_environment() and apps.is_installed("django.contrib.auth"):
            listen()  # a command that deactivates somebody tells the processes that serve
