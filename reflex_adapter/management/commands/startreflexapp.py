"""``manage.py startreflexapp``: what ``startapp`` makes, with a page, a state and a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.core.management.templates import TemplateCommand

from reflex_adapter.conf import configuration

TEMPLATE = Path(__file__).parents[2] / "app_template"
PAGES = "views.py"  # in the template


class Command(TemplateCommand):
    help = (
        "Creates a Django app with a Reflex page for the given app name, in the current directory "
        "or optionally in the given one."
    )
    missing_args_message = "You must provide an application name."

    def handle(self, *args: Any, **options: Any) -> None:
        name, target = options.pop("name"), options.pop("directory")
        folder, module = Path(target or name).expanduser(), configuration().page_module
        pages = folder / f"{module}.py"
        if not module.isidentifier():
            raise CommandError(f"REFLEX_DJANGO_PAGE_MODULE is {module!r}: name one without a dot.")
        if pages.exists():
            raise CommandError(f"{pages} already exists.")
        options["template"] = options["template"] or str(TEMPLATE)
        super().handle("app", name, target, **options, page_module=module)
        if (made := folder / PAGES).exists():  # a template of your own may have none
            made.rename(pages)
        self.stdout.write(
            f'Add "{name}" to INSTALLED_APPS, and see its page: python manage.py run_reflex'
        )
