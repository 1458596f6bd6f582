"""What is wrong with a page, said in one line that names its file."""

from __future__ import annotations

import sysconfig
import traceback
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse

OURS = Path(__file__).parent
INSTALLED = tuple(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib"))

_failures: list[Exception] = []  # of this process, which has loaded its pages once


def note_failure(error: Exception) -> None:
    _failures.append(error)


def failure() -> str | None:
    """Return why the pages of this process could not be loaded; ``None`` if they could."""
    return described(_failures[-1]) if _failures else None


def noted_failure() -> Exception | None:
    return _failures[-1] if _failures else None


def failed() -> HttpResponse | None:
    """Return the answer to whoever asks for a page, if the pages could not be loaded."""
    if failure() is None:
        return None
    return HttpResponse(say(), status=503, content_type="text/plain; charset=utf-8")


def say() -> str:
    """Return what a visitor is told; the reason only where ``DEBUG`` is on."""
    reason = failure() if settings.DEBUG else "the log of the server says why."
    return f"The pages of this site cannot be loaded: {reason}\n"


def described(error: BaseException) -> str:
    """Return file and line of the project that an exception comes from, and what it says."""
    what = f"{type(error).__name__}: {error}"
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}: {what}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if is_of_project(Path(frame.filename))]
    return f"{own[-1].filename}, line {own[-1].lineno}: {what}" if own else what


def files_of(error: BaseException) -> set[Path]:
    """Return the files of the project that an exception names; it may not have been imported."""
    names = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    if isinstance(error, SyntaxError) and error.filename:
        names.add(error.filename)
    return {file for file in map(Path, names) if is_of_project(file)}


def is_of_project(file: Path) -> bool:
    return file.is_file() and not is_installed(file)


def is_installed(path: Path) -> bool:
    return any(path.is_relative_to(it) for it in (OURS, *INSTALLED))
