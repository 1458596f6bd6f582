"""One request as a plan has it, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from typing import Any

from django.test import override_settings

from tests.django_adapter.differential.normal import Visitor

BODY = b"who=ada&csrfmiddlewaretoken=" + b"t" * 32


@dataclass(frozen=True)
class Asked:
    """A stack, what is asked of it, and what everybody is told to do."""

    stack: list[str]
    plan: Mapping[tuple[str, str], str]
    path: str = "/sync/"
    method: str = "GET"
    visitor: Visitor = field(default_factory=Visitor)
    headers: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    signals: bool = True  # whether somebody listens to them
    whole: bool = True  # whether the body comes in one piece
    query: bytes = b"a=b"

    @property
    def debug(self) -> bool:
        return bool(self.settings.get("DEBUG"))

    def settled(self) -> AbstractContextManager[None]:
        engine = {"SESSION_ENGINE": self.visitor.engine}
        return override_settings(MIDDLEWARE=self.stack, **engine, **self.settings)

    def scope(self) -> dict[str, Any]:
        # The technical pages of DEBUG are as text, since they take long as HTML.
        headers = {"host": "testserver", "accept": "text/plain" if self.debug else "*/*"}
        headers |= {**self.visitor.headers(), **dict(self.headers)}
        if self.method == "POST":
            kind = "application/x-www-form-urlencoded"
            headers |= {"content-type": kind, "content-length": str(len(BODY))}
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "http",
            "method": self.method,
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.7", 51234),
            "server": ("127.0.0.1", 8000),
            "plan": self.plan,
            "trace": [],
            "threads": [],
            "signals": self.signals,
        }

    def body(self) -> bytes:
        return BODY if self.method == "POST" else b""


@dataclass(frozen=True)
class Done:
    """What came of it: everything that may not differ."""

    trace: list[Any]
    response: Any = None
    error: Any = None

    def differs_from(self, other: Done) -> list[tuple[Any, Any]]:
        """The first step that is not the same, and what else is not."""
        steps = zip_longest(self.trace, other.trace)
        parts = zip_longest(self.response or (), other.response or ())
        pairs = [*islice((pair for pair in steps if pair[0] != pair[1]), 1), *parts]
        return [pair for pair in [*pairs, (self.error, other.error)] if pair[0] != pair[1]]
