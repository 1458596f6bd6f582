"""Keep the folder of states for its owner: they hold what tabs show, and are unpickled.

Who can read it reads every visitor's tab; who can write to it runs code in this process. Reflex
makes it with the rights of any folder.
"""

from __future__ import annotations

import logging
import stat
from pathlib import Path

logger = logging.getLogger("reflex_adapter")

OWNER_ONLY = 0o700


def keep_private(folder: Path) -> None:
    """Let nobody but its owner into ``folder``, if there is one; say so where that cannot be."""
    if not folder.is_dir() or stat.S_IMODE(folder.stat().st_mode) == OWNER_ONLY:
        return
    try:
        folder.chmod(OWNER_ONLY)
    except OSError as error:
        logger.warning("Others may be able to read the states in %s: %s", folder, error)
