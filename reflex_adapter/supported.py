"""Which versions of Reflex this was written for. Loads nothing that is installed with it."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version

SUPPORTED = ">=0.10.1,<0.11"
LOWEST, ABOVE = (0, 10, 1), (0, 11)
REMEDY = "pip install 'reflex~=0.10.1'"

EARLY = ("a", "b", "rc", ".dev")  # what follows the numbers of a version that is yet to come


def check_version(installed: str | None = None) -> None:
    """Raise ``RuntimeError`` unless the installed Reflex is one that is supported."""
    installed = installed or installed_version()
    if installed is None or not is_supported(installed):
        found = installed or "none is"
        raise RuntimeError(f"Reflex {SUPPORTED} is supported, {found} installed: {REMEDY}.")


def installed_version() -> str | None:
    try:
        return version("reflex")
    except PackageNotFoundError:
        return None


def is_supported(version: str) -> bool:
    """Tell whether ``SUPPORTED`` includes this version, as pip understands it."""
    numbers = re.match(r"\d+(\.\d+)*", version)
    if numbers is None:
        return False
    release = tuple(map(int, numbers[0].split(".")))
    is_early = version[numbers.end() :].startswith(EARLY)
    return LOWEST <= release < ABOVE and not (release == LOWEST and is_early)
