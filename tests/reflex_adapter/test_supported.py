"""Which Reflex is said to be supported, and what is said where another is installed, or none."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.util import find_spec
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
from tests.fresh import ROOT, completed, printed

CHECK = """
import sys, django
from django.conf import settings
urls = type("urls", (), {"urlpatterns": []})
settings.configure(INSTALLED_APPS=["reflex_adapter"], ROOT_URLCONF=urls)
django.setup()
from django.core.checks import run_checks
for it in run_checks(tags=["reflex_adapter"]):
    print(it.id, it.msg, it.hint)
print("reflex" in sys.modules)
"""


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


@pytest.mark.parametrize("version", ["0.9.12", "0.11.0"])
def test_another_version_is_an_error_without_being_loaded(tmp_path: Path, version: str) -> None:
    said = printed(another_installed(tmp_path, version) + CHECK)
    assert f"reflex_adapter.E004 Reflex {SUPPORTED} is supported, {version} is installed." in said
    assert "pip install 'reflex~=0.10.1'" in said
    assert said.split()[-1] == "False"


def test_the_server_says_so_before_it_loads_another_version(tmp_path: Path) -> None:
    entry = "from reflex_adapter.asgi_entry import application\nprint('reflex' in sys.modules)"
    done = completed(another_installed(tmp_path, "0.11.0") + entry)
    assert "RuntimeError: Reflex >=0.10.1,<0.11 is supported, 0.11.0 installed" in done.stderr
    assert done.stdout.split() == ["False"]


def test_without_reflex_and_what_comes_with_it_checks_run_and_say_so(tmp_path: Path) -> None:
    for name in ("django", "asgiref", "sqlparse"):
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        (tmp_path / name).symlink_to(Path(spec.origin).parent)
    paths = os.pathsep.join(map(str, (ROOT, tmp_path)))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(
        [sys.executable, "-S", "-c", CHECK], env=environment, capture_output=True, text=True
    )
    assert "E004 Reflex >=0.10.1,<0.11 is supported, none is installed." in done.stdout, done.stderr
