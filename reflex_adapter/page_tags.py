"""Where the tags of a page are. Tags are ASCII in every encoding that a page may have."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Tags(HTMLParser):
    """Finds tags, and nothing that only looks like one; a subclass says which."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        text = page.decode("latin-1")  # a character for each byte
        self._lines = [0, *(end.end() for end in re.finditer("\n", text))]
        self.found: list[tuple[str, int]] = []
        self.feed(text)
        self.close()

    def note(self, tag: str) -> None:
        """Note the tag at hand, and the byte that it begins with."""
        line, column = self.getpos()
        self.found.append((tag, self._lines[line - 1] + column))


class Scripts(Tags):
    """Those of scripts without a nonce."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "nonce" not in dict(attrs):
            self.note(tag)


class Ends(Tags):
    """Those that end the head and the body."""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("head", "body"):
            self.note(tag)


def sections_of(page: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the page, cut where its head ends, and where its body does."""
    ends = Ends(page).found
    head = min((place for tag, place in ends if tag == "head"), default=0)
    body = max((place for tag, place in ends if tag == "body"), default=len(page))
    return page[:head], page[head:body], page[body:]
