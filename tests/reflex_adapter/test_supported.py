"""Which Reflex is said to be supported, and what is said where another is installed, or none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from reflex_adapter.supported import (
    ABOVE,
    LOWEST,
    SUPPORTED,
    check_version,
    installed_version,
    is_supported,
)
from tests.fresh import ROOT, completed


def test_what_is_said_is_what_is_meant_and_what_is_installed() -> None:
    lowest, above = (".".join(map(str, it)) for it in (LOWEST, ABOVE))
    assert f">={lowest},<{above}" == SUPPORTED
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"reflex{SUPPORTED}" in project["optional-dependencies"]["reflex"]


@pytest.mark.parametrize(
    "installed", ["0.10.1", "0.10.2", "0.10.10", "0.10.1.post1", "0.10.99", "0.10.2a1"]
)
def test_a_supported_version_is_accepted(installed: str) -> None:
    assert is_supported(installed)
    check_version(installed)


@pytest.mark.parametrize(
    "installed",
    [
        *["0.9.12", "0.10", "0.10.0", "0.11.0", "0.11.0a1", "0.11", "0.100.1", "1.10.1"],
        *["0.10.1a1", "0.10.1rc1", "0.10.1.dev1", "0.10.1b2", "unknown"],
    ],
)
def test_another_version_is_refused_with_the_remedy(installed: str) -> None:
    assert not is_supported(installed)
    with pytest.raises(RuntimeError, match=rf"supported, {installed} installed: pip install"):
        check_version(installed)


def test_the_installed_version_is_the_one_that_is_checked() -> None:
    check_version()
    check_version(installed_version())


def another_installed(folder: Path, version: str) -> str:
    """Return the beginning of a script in which this version of Reflex is installed."""
    metadata = folder / f"reflex-{version}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: reflex\nVersion: {version}\n")
    return f"import sys; sys.path.insert(0, {str(folder)!r})\n"


def test_the_server_says_so_before_it_loads_another_version(tmp_path: Path) -> None:
    entry = "from reflex_adapter.asgi_entry import application\nprint('reflex' in sys.modules)"
    done = completed(another_installed(tmp_path, "0.11.0") + entry)
    assert "RuntimeError: Reflex >=0.10.1,<0.11 is supported, 0.11.0 installed" in done.stderr
    assert done.stdout.split() == ["False"]
