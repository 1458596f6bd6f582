"""Which port ``run_reflex`` takes: that of the option, of the configuration, or 8000."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reflex_adapter.urls import reflex_mount
from tests.fresh import completed
from tests.reflex_adapter.checking import found, messages, urlconf

HOST = "127.0.0.1"


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else has, so that the command says which one it wanted, and ends."""
    with socket.create_server((HOST, 0)) as other:
        yield other.getsockname()[1]


def mounted(**rx_config: Any) -> Any:
    return urlconf(reflex_mount(app_name="shop", rx_config=rx_config))


def test_the_port_of_the_mount_is_taken(taken: int) -> None:
    with mounted(backend_port=taken), pytest.raises(CommandError, match=f"{HOST}:{taken}: "):
        call_command("run_reflex", env="prod")


def test_the_option_counts_before_it(taken: int) -> None:
    with mounted(backend_port=1), pytest.raises(CommandError, match=f"{HOST}:{taken}: "):
        call_command("run_reflex", env="prod", port=taken)


RUN = """
import sys
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "reflex_adapter"],
    ROOT_URLCONF="__main__",
    REFLEX_DJANGO_USE_RXCONFIG_FILE=True,
)
import django
from reflex_adapter.urls import reflex_mount
urlpatterns = [reflex_mount(app_name="tea", rx_config={rx_config})]
django.setup()
from django.core.management import call_command
call_command("run_reflex", env="prod")
"""


@pytest.mark.parametrize("of_mount", [True, False])
def test_that_of_a_file_counts_where_it_is_merged_and_the_mount_says_none(
    tmp_path: Path, taken: int, of_mount: bool
) -> None:
    in_file, in_mount = (1, {"backend_port": taken}) if of_mount else (taken, {})
    file = f"import reflex as rx\nconfig = rx.Config(app_name='tea', backend_port={in_file})\n"
    (tmp_path / "rxconfig.py").write_text(file)
    done = completed(RUN.format(rx_config=in_mount), tmp_path)
    assert f"Cannot serve on {HOST}:{taken}: " in done.stderr


@pytest.mark.parametrize("port", [0, 65536, "8222", 80.5])
def test_what_is_no_port_is_refused(port: object) -> None:
    with mounted(backend_port=port):
        with pytest.raises(CommandError, match="backend_port"):
            call_command("run_reflex", env="prod")
        [error] = messages()
    assert (error.id, repr(port) in error.msg) == ("reflex_adapter.E001", True)


@pytest.mark.parametrize(
    ("rx_config", "said"),
    [
        ({"frontend_port": 3000}, ["W012"]),
        ({"frontend_port": 3000, "backend_port": 8222}, ["W012"]),
        ({"frontend_port": 8222, "backend_port": 8222}, []),
        ({"frontend_port": 8000}, []),
        ({"backend_port": 8222}, []),
    ],
)
def test_a_second_port_is_warned_of(rx_config: dict[str, int], said: list[str]) -> None:
    with mounted(**rx_config):
        assert found() == said
