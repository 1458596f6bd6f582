r"""Find the paths that two applications could read differently.

A guard in front of an application is worth nothing if the application behind it, or the one beside
it, takes the path for another one. So a path with more than one reading is refused where it
matters: where some reading is taken by a guarding predicate.

===========================================  =============================================
path                                         answer
===========================================  =============================================
a NUL in any spelling                        refused
absolute form, ``http://evil/_event``        refused
``/_event/x``, ``/files/a%20b``              one reading
``/files/a%2Fb``, ``/a\b``, ``/a/../b``      several, but none is guarded: passes
``/%5fevent``, ``/%255fevent``               guarded only once decoded, or decoded again
``//_event``, ``/x/../_event``, ``/\_event`` guarded only once normalised
``/_ev%09ent``                               guarded only for who drops tabs and line ends,
                                             as ``urllib.parse.urlsplit`` does
``/_event/../x``                             guarded only before it is normalised
``/_event/a%2Fb``, ``/_event/./x``           guarded in any reading, but with which rest?
``/a%2Fb`` for a guard such as ``host()``    passes, since it never looked at the path
``*`` (of ``OPTIONS *``) and the empty path  one reading, below no prefix
===========================================  =============================================

This module never changes a path and never says where it goes.
"""

import re
from collections.abc import Callable, Iterable
from urllib.parse import unquote

from asgi_compose.asgi import Predicate, Scope

# What stays escaped when raw_path is read as it came: the characters that nobody has a reason to
# escape (unreserved, RFC 3986 2.3), and those that change the path's structure: NUL % / \ DEL and
# controls. All others have to be escaped, so that their escapes say nothing.
_TELLING_ESCAPE = re.compile(r"%(?=[01]|2[5d-f]|3\d|[46][1-9a-f]|[57][\da]|5[cf]|7[ef])", re.I)
_UNSURE = re.compile(r"[\x00-\x1f\x7f\\]|%(?:[01]|2f|5c|7f)|/\.\.?(?:/|$)", re.I)


def is_suspect(path: str, raw_path: bytes | None) -> bool:
    """Tell, in a tenth of the time and for most paths, that there is nothing to be judged.

    0x25 is ``%``: looking for a byte takes a tenth of the time that looking for bytes does.
    """
    return (
        "%" in path or "//" in path or "/." in path or "\\" in path or path[:1] not in "/"
        or 0x25 in (raw_path or b"") or not path.isprintable()
    )  # fmt: skip


def is_ambiguous(scope: Scope, guards: Iterable[Predicate]) -> bool:
    """Tell whether a guard and an application could disagree about this scope's path."""
    if not scope["path"].startswith("/"):
        return scope["path"] not in ("", "*")
    readings = _readings(scope)
    unsure = any(map(_UNSURE.search, readings))
    for guard in guards:
        answers = {bool(guard({**scope, "path": reading})) for reading in readings}
        # A guard that takes "*" as well takes whatever path there is.
        if len(answers) > 1 or (unsure and True in answers and not guard({**scope, "path": "*"})):
            return True
    return any("\0" in reading for reading in readings)


def _readings(scope: Scope) -> set[str]:
    """All paths that some application could see: with and without each step of normalising."""
    readings: set[str] = {scope["path"]}
    for step in _STEPS:
        readings |= set(map(step, readings))
    if raw_path := scope.get("raw_path"):
        readings.add(unquote(_TELLING_ESCAPE.sub("%25", raw_path.decode("latin-1"))))
    return readings


def _resolve_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


# In the order in which they are done where more than one is done; dots are resolved by who knows
# of backslashes and by who does not. Few steps, since each can double the readings of a long path.
_STEPS: tuple[Callable[[str], str], ...] = (
    unquote,
    lambda path: re.sub(r"[\t\r\n]", "", path),
    _resolve_dots,
    lambda path: path.replace("\\", "/"),
    lambda path: re.sub("//+", "/", path),
    _resolve_dots,
)
