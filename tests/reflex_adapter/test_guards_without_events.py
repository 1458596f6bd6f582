"""Guards on pages in a process that serves no events: Django's ``runserver``, a project's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fresh import completed, printed
from tests.reflex_adapter.small_build import write_build

SCRIPT = """
import sys, django
django.setup()
from django.test import Client

client = Client(headers={"Host": "localhost", "Accept": "text/html"})
print(client.get("/admin/login/").status_code, "reflex" in sys.modules)
for path in ("/cart", "/account", "/account.html", "/cart"):
    answer = client.get(path)
    print(path, answer.status_code, answer.headers.get("Location"))
"""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    files = dict.fromkeys(["404.html", "cart.html", "account.html"], "a page")
    write_build(tmp_path / "_reflex", files)
    return {"SHOP_STATIC_ROOT": str(tmp_path), "SHOP_DATABASE": str(tmp_path / "db.sqlite3")}


def test_they_are_asked_there_too(variables: dict[str, str]) -> None:
    assert printed(SCRIPT, **variables).splitlines() == [
        "200 False",
        "/cart 200 None",
        "/account 302 /admin/login/?next=/account",
        "/account.html 302 /admin/login/?next=/account.html",
        "/cart 200 None",
    ]


def test_where_they_cannot_be_loaded_no_page_is_served(
    variables: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "brokenpages.py").write_text("import no_such_module\n")
    (tmp_path / "broken_settings.py").write_text(
        "from config.settings import *\nREFLEX_DJANGO_PAGE_PACKAGES = ['brokenpages']\n"
    )
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{SCRIPT}"
    done = completed(script, **variables, DJANGO_SETTINGS_MODULE="broken_settings")
    paths = ("/cart", "/account", "/account.html", "/cart")
    assert done.stdout.splitlines() == ["200 False", *(f"{path} 503 None" for path in paths)]
    assert done.stderr.count("The pages cannot be loaded") == 1
