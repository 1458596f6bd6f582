"""``manage.py export_reflex``: build the compiled app. The only step that needs node."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Build the Reflex app into STATIC_ROOT/_reflex, unless it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="Build even if nothing changed.")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        # Here and not above: `manage.py help` lists this command, and is to load no Reflex.
        from reflex_adapter.build import export  # noqa: PLC0415

        try:
            built = export(force=force, say=self.say)
        except (ImproperlyConfigured, RuntimeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self.style.SUCCESS("Built." if built else "Nothing has changed."))

    def say(self, stage: str) -> None:
        self.stdout.write(stage)
        self.stdout.flush()  # what Reflex and npm write goes another way
