"""``manage.py run_reflex``: Django and the Reflex app together on one port."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.autoreload import run_with_reloader
from django.utils.module_loading import import_string

from asgi_compose import ASGIApp

DEFAULT_APPLICATION = "reflex_adapter.asgi_entry.application"


class Command(BaseCommand):
    help = "Serve Django and the Reflex app by hypercorn on one port."
    stealth_options = ("note",)  # a line for callers to add when the server is ready

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--env",
            choices=["dev", "prod"],
            default="dev",
            help="dev (the default) builds what changed and starts again when a file is saved; "
            "prod serves what export_reflex has built.",
        )
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, env: str, host: str, port: int, **options: Any) -> None:
        self.note = options.get("note", "Stop with Ctrl-C.")
        if env == "prod":
            self.serve(application(), host, port)
        else:
            os.environ.setdefault("REFLEX_ENV_MODE", "dev")
            run_with_reloader(self.develop, host, port)

    def develop(self, host: str, port: int) -> None:
        """One round of the development loop, in a thread that the reloader ends."""
        call_command("export_reflex", stdout=self.stdout)
        app = application()
        # What runserver does for static files.
        served = ASGIStaticFilesHandler(app) if settings.DEBUG else app  # type: ignore[arg-type]
        self.serve(served, host, port, signals=False)

    def serve(self, app: ASGIApp, host: str, port: int, *, signals: bool = True) -> None:
        # Here and not above: `manage.py help` lists this command, and is to load no server.
        from reflex_adapter.server import serve  # noqa: PLC0415

        def ready() -> None:
            self.stdout.write(self.style.SUCCESS(f"Serving http://{host}:{port}/"))
            self.stdout.write(self.note)

        try:
            serve(app, host, port, ready, signals=signals)
        except OSError as error:
            raise CommandError(f"Cannot serve on {host}:{port}: {error}. Try --port.") from error


def application() -> ASGIApp:
    """Return the project's ``ASGI_APPLICATION``, or ours where it names none."""
    name = getattr(settings, "ASGI_APPLICATION", None) or DEFAULT_APPLICATION
    app: ASGIApp = import_string(name)
    return app
