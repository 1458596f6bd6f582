"""Build the compiled app into ``STATIC_ROOT/_reflex``, when something in it has changed.

The pages are compiled by Reflex each time, which takes a second or two; bundling them with node
takes ten times as long, and is left out while its input is the same. A build takes the place of
the old one in one step, so that a failed one leaves it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from reflex_adapter import _reflex, own_path, sources
from reflex_adapter.build_stages import Stages, one_at_a_time
from reflex_adapter.conf import build_root
from reflex_adapter.node import use_node_of_environment
from reflex_adapter.page_errors import described
from reflex_adapter.routes import MANIFEST

logger = logging.getLogger("reflex_adapter")

LAYOUT = b"3"  # of a build; another one makes a build that an older version made out of date
STAMP = ".input"  # in the build: the digest of what it was built from
FIRST_TIME = " and installing what they need, which takes a minute the first time"
WORK = {"node_modules", "build", "backend", ".react-router"}  # below .web, not input


def export(*, force: bool = False, say: Callable[[str], object] = logger.info) -> bool:
    """Bring the build up to date; return whether there was something to do.

    ``say`` is told each stage as it begins. Raises ``RuntimeError`` with the remedy where node is
    missing, the build fails or cannot be written, and with the file and line of a page that cannot
    be loaded.
    """
    stages = Stages(say)
    use_node_of_environment()
    target = build_root()
    with one_at_a_time(Path.cwd(), stages), for_any_path():
        has_packages = (_reflex.web_folder() / "node_modules").is_dir()
        stages.begin("Compiling the pages" + ("" if has_packages else FIRST_TIME))
        made_from = sources.digest()
        web = compiled_pages()
        digest = digest_of(web)
        if not force and stamp_of(target) == digest:
            with writing(target):
                sources.note(target, made_from)
            return False
        stages.begin("Bundling them")
        bundle = bundled_pages()
        sources.note(bundle, made_from)
        replace(target, bundle, digest)
    return True


def bundled_pages() -> Path:
    """Return the folder of the bundle, with the routes of its pages."""
    # Reflex moves an app that has a path of its own into a folder of that name.
    bundle = _reflex.bundle_pages() / own_path.NAME
    for again in bundle.glob(f"{own_path.NAME}.html*"):  # the first page, as one of the folder
        again.unlink()
    shutil.copy(_reflex.compiled_routes(), bundle / MANIFEST)
    return bundle


@contextmanager
def for_any_path() -> Iterator[None]:
    """Build what may be served below any ``mount_prefix``, whichever the project has now.

    Serve from another process: what ``rx.asset()`` gives to pages that are loaded here has no
    path yet.
    """
    try:
        with own_path.building():
            _reflex.reload_config()
            yield
    finally:
        _reflex.reload_config()


def compiled_pages() -> Path:
    try:
        return _reflex.compile_pages()
    except ImproperlyConfigured:
        raise
    except Exception as error:  # whatever a page of the project raises
        raise RuntimeError(f"The pages cannot be loaded: {described(error)}") from error


def digest_of(web: Path) -> str:
    """Return the digest of all that the bundler reads."""
    digest = hashlib.sha256(LAYOUT)
    for file in input_files(web):
        content = _reflex.UNSTABLE_NAME.sub(b"", file.read_bytes())
        digest.update(f"{file.relative_to(web)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def input_files(web: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(web):
        folders[:] = sorted(set(folders) - WORK)
        yield from (Path(folder) / name for name in sorted(names))


def stamp_of(target: Path) -> str | None:
    stamp = target / STAMP
    return stamp.read_text() if stamp.is_file() else None


def replace(target: Path, bundle: Path, digest: str) -> None:
    """Put a copy of ``bundle`` in the place of ``target``, which stays until the copy is whole.

    Raises ``RuntimeError`` where that cannot be written, and leaves what there was.
    """
    fresh, old = target.with_name(target.name + ".new"), target.with_name(target.name + ".old")
    with writing(target):
        put_back(old, target)  # the last time ended between the two renames
        for leftover in (fresh, old):
            shutil.rmtree(leftover, ignore_errors=True)
        try:
            shutil.copytree(bundle, fresh)
            (fresh / STAMP).write_text(digest)
            if target.exists():
                target.rename(old)
            fresh.rename(target)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)  # the disk may be full
            with suppress(OSError):
                put_back(old, target)
            raise
    shutil.rmtree(old, ignore_errors=True)


def put_back(old: Path, target: Path) -> None:
    if old.exists() and not target.exists():
        old.rename(target)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Have what the system refuses in this block be a sentence, as a ``RuntimeError``."""
    try:
        yield
    except OSError as error:
        raise RuntimeError(
            f"The build cannot be written to {target}: {reason(error)}. What was there has stayed."
        ) from error


def reason(error: OSError) -> str:
    """Return what the system says, of the first of several files, and not of which."""
    if isinstance(error, shutil.Error):
        _, _, said = error.args[0][0]
        return str(said).partition(": '")[0]
    return error.strerror or str(error)
