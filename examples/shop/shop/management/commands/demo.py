"""Everything from an empty folder to a running shop, as ``make demo`` asks for it."""

import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Prepare what is missing, then serve the shop until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        self.stdout.write("Preparing the database ...")
        call_command("migrate", verbosity=0)
        call_command("load_demo")
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("Building the page (half a minute the first time) ...")
        # In a process of its own: what a build loads has no path to be served at.
        subprocess.run([sys.executable, "manage.py", "export_reflex"], check=True)
        login = f"http://127.0.0.1:{port}/admin/login/?next=/"
        call_command("run_reflex", env="prod", port=port, note=f"Log in: {login} as demo / demo")
