"""``manage.py run_reflex``: Django and the Reflex app together on one port."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from reflex_adapter.port import DEFAULT_PORT, port_of_project

DEFAULT_APPLICATION = "reflex_adapter.asgi_entry.application"

HIGHEST_PORT = 65535


class Command(BaseCommand):
    help = "Serve Django and the Reflex app by hypercorn on one port."
    stealth_options = ("note",)  # a line for callers to add when the server is ready

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--env",
            choices=["dev", "prod"],
            default="dev",
            help="dev (the default) shows a change when a file is saved; "
            "prod serves what export_reflex has built.",
        )
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument(
            "--port", type=int, help="The backend_port of your rx_config, or 8000, if left out."
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=1,
            help="Processes that serve, with --env prod; several need REFLEX_REDIS_URL.",
        )
        parser.add_argument(
            "--graceful-timeout",
            type=float,
            default=10.0,
            help="Seconds that events and requests get to end after SIGTERM or Ctrl-C.",
        )

    def handle(self, *args: Any, env: str, host: str, port: int | None, **options: Any) -> None:
        self.note = options.get("note", "Stop with Ctrl-C.")
        self.workers, self.grace = options["workers"], options["graceful_timeout"]
        if self.workers < 1 or self.grace < 0:
            raise CommandError("--workers is 1 or more, --graceful-timeout 0 or more.")
        if port is not None and not 0 <= port <= HIGHEST_PORT:
            raise CommandError(f"--port is 0 to {HIGHEST_PORT}.")
        if env == "dev" and self.workers > 1:
            raise CommandError("--workers needs --env prod.")
        os.environ.setdefault("REFLEX_ENV_MODE", env)  # read by Reflex when it is imported
        port = usual_port() if port is None else port
        if env == "prod":
            self.serve(host, port)
        else:
            self.develop(host, port, checks=not options.get("skip_checks", False))

    def develop(self, host: str, port: int, checks: bool) -> None:
        """Serve what is being developed, anew whenever a file is saved."""
        with suppress(KeyboardInterrupt):  # so early that nothing runs yet
            loop = import_module("reflex_adapter.dev.loop")  # as in serve()
            try:
                ready = self.ready(host, port)
                loop.run(application(), host, port, checks, self.stdout.write, ready)
            except loop.DevelopmentFailed as error:
                raise CommandError(str(error)) from error

    def ready(self, host: str, port: int) -> Callable[[], None]:
        def ready() -> None:
            self.stdout.write(self.style.SUCCESS(f"Serving http://{host}:{port}/"))
            self.stdout.write(self.note)

        return ready

    def serve(self, host: str, port: int) -> None:
        """Serve the application as it is built, until told to stop."""
        # Here and not above: `manage.py help` lists this command, and is to load no server.
        from reflex_adapter import listener, workers  # noqa: PLC0415

        try:
            listening = listener.listen(host, port)
        except OSError as error:
            raise CommandError(f"Cannot serve on {host}:{port}: {error}. Try --port.") from error
        try:
            ready = self.ready(host, port)
            workers.serve(self.workers, application(), listening, ready, self.grace)
        except (ImproperlyConfigured, workers.WorkersFailed) as error:
            raise CommandError(str(error)) from error


def usual_port() -> int:
    """Return the port that the project's configuration says."""
    try:
        return port_of_project()
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error
    except Exception:  # noqa: BLE001 - whatever these files raise; who serves them says so
        return DEFAULT_PORT


def application() -> str:
    """Return the name of the project's ``ASGI_APPLICATION``, or of ours where it has none."""
    name: str | None = getattr(settings, "ASGI_APPLICATION", None)
    return name or DEFAULT_APPLICATION
