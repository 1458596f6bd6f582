"""The real shop in processes of its own, and real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.chromium import chromium, visitor
from tests.e2e.edited import EditedShop, developed_copy
from tests.e2e.servers import Server, manage, running

Serve = Callable[[str], Server]


@pytest.fixture(scope="session")
def loaded_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the demo's products and user, to be copied."""
    file = tmp_path_factory.mktemp("database") / "shop.sqlite3"
    manage("migrate", "--verbosity=0", SHOP_DATABASE=file)
    manage("load_demo", SHOP_DATABASE=file)
    return file


@pytest.fixture
def database(loaded_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(loaded_database, tmp_path))


@pytest.fixture(scope="session")
def build() -> None:
    """The compiled shop in its usual place, where later runs find it up to date."""
    manage("collectstatic", "--noinput", "--verbosity=0")
    manage("export_reflex")


@pytest.fixture(scope="session")
def serve(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    """Return the running server of a kind; each is started once, all have one database."""
    folder = tmp_path_factory.mktemp("servers")
    database = shutil.copy(loaded_database, folder)
    started: dict[str, Server] = {}
    with ExitStack() as stack:

        def serve(kind: str) -> Server:
            if kind not in started:
                server = running(
                    kind,
                    folder / f"{kind}.log",
                    SHOP_DATABASE=database,
                    SHOP_MEDIA_ROOT=folder / "media",
                    REFLEX_UPLOADED_FILES_DIR=folder / "uploaded_files",
                )
                started[kind] = stack.enter_context(server)
            return started[kind]

        yield serve


@pytest.fixture(scope="session")
def shop(serve: Serve) -> str:
    """The address of the running shop. What visitors do is kept apart by their sessions."""
    return serve("run_reflex").address


@pytest.fixture(scope="session")
def copy(
    build: None, loaded_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EditedShop]:
    """A copy of the shop, developed by ``run_reflex``: for ``project``."""
    with developed_copy(tmp_path_factory.mktemp("develop"), loaded_database) as copy:
        yield copy


@pytest.fixture
def project(copy: EditedShop) -> Iterator[EditedShop]:
    """The copy, which begins as the shop is, whatever another test has saved."""
    yield copy
    copy.restore()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For this module only: while Playwright is open, no async test can run."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with visitor(browser) as context:
        yield context


@pytest.fixture
def tab(context: BrowserContext) -> Page:
    return context.new_page()
