"""Where the app's catch-all stands among the URL patterns, and what it takes from them.

Only what is sure is reported: a pattern that could match a path is taken to match it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern, RoutePattern

from reflex_adapter.mount import Mount, covers, get_mount
from reflex_adapter.urls import MountPattern

Pattern = URLPattern | URLResolver

# The letters a regular expression begins with; an escaped one is a letter if it is no word's.
LETTERS = re.compile(r"(?:[^\\.^$*+?{}\[\]|()]|\\\W)*")
OPTIONAL = ("?", "*", "{")  # is the letter before


class Start(NamedTuple):
    """What the paths of a pattern begin with, and whether that is all there is of them."""

    text: str
    whole: bool

    def is_below(self, prefix: str) -> bool:
        """Tell whether all these paths are at or below ``prefix``."""
        return covers(prefix, self.text) if self.whole else self.text.startswith(f"{prefix}/")

    def may_be_below(self, prefix: str) -> bool:
        """Tell whether one of these paths could be."""
        return covers(prefix, self.text) or (not self.whole and f"{prefix}/".startswith(self.text))


def prefixes_without_pattern() -> Iterator[CheckMessage]:
    """Warn of what was kept for Django, which has nothing there."""
    known = [start for pattern in patterns() if not is_mount(pattern) for start in starts(pattern)]
    for prefix in get_mount().django_prefix:
        if not is_of_files(prefix) and not any(start.may_be_below(prefix) for start in known):
            yield Warning(
                f"reflex_mount(django_prefix=...) has {prefix!r}, where no URL pattern begins: "
                "every path there is a 404.",
                hint="Correct the prefix or add the pattern; if neither is meant, leave it out, "
                "and the app gets these paths.",
                id="reflex_adapter.W006",
            )


def patterns_behind_mount() -> Iterator[CheckMessage]:
    """Warn of patterns that come after the app, and of those that nobody gets to by that."""
    mount = get_mount()
    for pattern in behind_mount():
        name, found = repr(str(pattern.pattern)), list(starts(pattern))
        if found and all(is_taken(start, mount) for start in found):
            yield Warning(
                f"The URL pattern {name} is never reached: reflex_mount() before it takes its "
                "paths.",
                hint="Move reflex_mount() to the end of urlpatterns.",
                id="reflex_adapter.W007",
            )
        elif mount.mount_prefix == "/":
            yield Warning(
                f"reflex_mount() is not last: the URL pattern {name} behind it has only those of "
                "its paths that django_prefix keeps for Django.",
                hint="Move reflex_mount() to the end of urlpatterns.",
                id="reflex_adapter.W008",
            )


def patterns() -> list[Pattern]:
    """Return the patterns of the root ``urls.py``; Django's own check reports what is none."""
    return [it for it in get_resolver().url_patterns if isinstance(it, Pattern)]


def is_mount(pattern: Pattern) -> bool:
    return isinstance(pattern, MountPattern)


def behind_mount() -> list[Pattern]:
    from_mount_on = dropwhile(lambda it: not is_mount(it), patterns())
    return [pattern for pattern in from_mount_on if not is_mount(pattern)]


def is_of_files(prefix: str) -> bool:
    """Tell whether static files or media are there, which often no pattern serves."""
    urls = (settings.STATIC_URL, settings.MEDIA_URL)
    folders = [urlsplit(url).path.rstrip("/") for url in urls if url]
    return any(folder and covers(prefix, folder) for folder in folders)


def is_taken(start: Start, mount: Mount) -> bool:
    """Tell whether all these paths are the app's."""
    below = start.is_below(mount.mount_prefix.rstrip("/"))
    return below and not any(start.may_be_below(prefix) for prefix in mount.django_prefix)


def starts(pattern: Pattern, before: str = "/") -> Iterator[Start]:
    """Yield what the paths of a pattern begin with, or those of each pattern it includes."""
    text, literal = beginning(pattern.pattern)
    if isinstance(pattern, URLPattern) or not literal:
        yield Start(before + text, literal and is_whole(pattern.pattern))
        return
    for each in included(pattern):
        yield from starts(each, before + text)


def included(resolver: URLResolver) -> list[Pattern]:
    try:
        return [it for it in resolver.url_patterns if isinstance(it, Pattern)]
    except ImproperlyConfigured:  # Django's own check reports it
        return []


def beginning(pattern: object) -> tuple[str, bool]:
    """Return what a part of a path begins with, and whether nothing variable follows."""
    if isinstance(pattern, RoutePattern):
        text, variable, _ = str(pattern).partition("<")
        return text, not variable
    if isinstance(pattern, RegexPattern):
        return letters(str(pattern))
    return "", False  # such as the language of i18n_patterns()


def letters(regex: str) -> tuple[str, bool]:
    """Return the letters that all matches begin with, and whether there is nothing else."""
    anchored = regex.removeprefix("^")
    if anchored == regex or "|" in regex:
        return "", False
    found = LETTERS.match(anchored)
    assert found is not None  # it may be empty
    text, rest = found[0], anchored[found.end() :]
    if rest.startswith(OPTIONAL):
        text = text[:-1].removesuffix("\\")
    return re.sub(r"\\(\W)", r"\1", text), rest in ("", "$")


def is_whole(pattern: object) -> bool:
    """Tell whether a path ends where this pattern does."""
    return isinstance(pattern, RoutePattern) or str(pattern).endswith("$")
