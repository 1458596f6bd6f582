"""Where nothing has been built yet, the page says so; the rest of Django is unharmed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.servers import Server, running


@pytest.fixture(scope="module")
def site(loaded_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("nothing_built")
    variables = {"SHOP_DATABASE": loaded_database, "SHOP_STATIC_ROOT": folder / "static"}
    with running("run_reflex", folder / "log", **variables) as server:
        yield server


@pytest.mark.parametrize("path", ["/", "/cart", "/assets/index.js"])
def test_a_page_that_is_not_built_names_the_command_that_builds_it(site: Server, path: str) -> None:
    answer = httpx.get(f"{site.address}{path}")
    assert answer.status_code == 503
    assert "manage.py export_reflex" in answer.text


@pytest.mark.parametrize("path", ["/admin/login/", "/cart/json/", "/ping"])
def test_everything_else_works(site: Server, path: str) -> None:
    assert httpx.get(f"{site.address}{path}").status_code == 200
