"""A site with two servers of its own, one database, and a Redis that can be stopped meanwhile."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.reflex_adapter.own_process import ROOT, OwnProcess, own_process
from tests.reflex_adapter.redis import RedisServer

SETTINGS = "tests.reflex_adapter.settings_several"
USERS = """
from django.contrib.auth import get_user_model
for name in ("ada", "bob", "dan", "eve"):
    get_user_model().objects.create_user(name, password="secret", is_staff=True)
"""


@dataclass
class Several:
    """Two servers, ``here`` and ``there``, and what else runs code of the project."""

    folder: Path
    redis: RedisServer
    here: OwnProcess = field(init=False)
    there: OwnProcess = field(init=False)

    @property
    def variables(self) -> dict[str, str]:
        database = str(self.folder / "shop.sqlite3")
        return {"SHOP_DATABASE": database, "REFLEX_REDIS_URL": self.redis.url}

    @property
    def servers(self) -> tuple[OwnProcess, OwnProcess]:
        return self.here, self.there

    def command(self, *arguments: str) -> str:
        """Run a command of Django in a process of its own, and return what it prints."""
        paths = os.pathsep.join([str(ROOT), str(ROOT / "examples" / "shop")])
        own = {"DJANGO_SETTINGS_MODULE": SETTINGS, "PYTHONPATH": paths}
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            cwd=self.folder,
            env={**os.environ, **own, **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    async def shell(self, code: str) -> str:
        """Run code in a process that serves nothing."""
        script = f"from django.contrib.auth import get_user_model as users\n{code}"
        return await asyncio.to_thread(self.command, "shell", "-c", script)


@contextmanager
def several(folder: Path, redis: RedisServer) -> Iterator[Several]:
    site = Several(folder, redis)
    site.command("migrate", "--verbosity=0")
    site.command("shell", "-c", USERS)
    with ExitStack() as stack:
        for name in ("here", "there"):
            server = own_process(SETTINGS, folder / f"{name}.log", **site.variables)
            setattr(site, name, stack.enter_context(server))
        yield site
