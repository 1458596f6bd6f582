"""The files of ``assets/`` that are published, and no others.

Reflex copies them beside the compiled pages: each file that is newer than its copy. What was
deleted since, or replaced by an older file, it leaves as it was.
"""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path


def remove_outdated(public: Path, assets: Path) -> None:
    """Remove from ``public`` what is no copy of a file in ``assets``, before Reflex copies them.

    What plugins write there is written whenever the pages are compiled, after this. A copy of the
    same size and time is taken for one; of others the content is compared.
    """
    for copy in list(public.iterdir()) if public.is_dir() else ():
        original = assets / copy.name
        if copy.is_symlink() or not copy.is_dir():
            if not is_copy(copy, original):
                copy.unlink()
        elif original.is_dir():
            remove_outdated(copy, original)
        else:
            shutil.rmtree(copy)


def is_copy(copy: Path, original: Path) -> bool:
    return copy.is_file() and original.is_file() and filecmp.cmp(copy, original)
