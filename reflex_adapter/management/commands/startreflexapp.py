"""``manage.py startreflexapp``: what ``startapp`` makes, with a page, a state and a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.templates import TemplateCommand

TEMPLATE = Path(__file__).parents[2] / "app_template"


class Command(TemplateCommand):
    help = (
        "Creates a Django app with a Reflex page for the given app name, in the current directory "
        "or optionally in the given one."
    )
    missing_args_message = "You must provide an application name."

    def handle(self, *args: Any, **options: Any) -> None:
        name, target = options.pop("name"), options.pop("directory")
        options["template"] = options["template"] or str(TEMPLATE)
        super().handle("app", name, target, **options)
        self.stdout.write(
            f'Add "{name}" to INSTALLED_APPS, and build the page: python manage.py export_reflex'
        )
