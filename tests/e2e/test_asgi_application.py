"""What ``run_reflex`` says of an ``ASGI_APPLICATION`` that it cannot serve."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from tests.e2e.servers import SHOP, environment, free_port, manage, running

DJANGO_ALONE = "from django.core.asgi import get_asgi_application as made\napplication = made()\n"
REMEDY = "from reflex_adapter.asgi_entry import application"


def variables_for(application: str, folder: Path) -> dict[str, str]:
    """Return those by which the shop has ``application``."""
    (folder / "own_asgi.py").write_text(DJANGO_ALONE)
    (folder / "own_settings.py").write_text(
        f"from config.settings import *  # noqa\nASGI_APPLICATION = {application!r}\n"
    )
    path = environment()["PYTHONPATH"]
    return {
        "DJANGO_SETTINGS_MODULE": "own_settings",
        "PYTHONPATH": os.pathsep.join([path, str(folder), str(SHOP)]),
    }


@pytest.mark.parametrize(
    ("application", "words"),
    [
        ("own_asgi.application", REMEDY),
        ("own_asgi.app", 'does not define a "app"'),
        ("nosuch.application", "No module named 'nosuch'"),
        ("config.nosuch.application", "No module named 'config.nosuch'"),
        ("application", "doesn't look like a module path"),
    ],
)
def test_it_is_one_sentence(tmp_path: Path, application: str, words: str) -> None:
    variables = variables_for(application, tmp_path)
    with pytest.raises(AssertionError) as ended:
        manage("run_reflex", f"--port={free_port()}", "--env=prod", **variables)
    [line] = str(ended.value).splitlines()
    assert line.startswith(f"CommandError: ASGI_APPLICATION = {application!r}")
    assert words in line


def test_it_is_shown_in_the_browser_while_developing(tmp_path: Path) -> None:
    variables = variables_for("own_asgi.application", tmp_path)
    with running("develop", tmp_path / "log", fails=True, **variables) as server:
        answer = httpx.get(server.address)
    assert answer.status_code == 500
    assert REMEDY in answer.text
