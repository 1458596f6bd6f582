"""Django's messages, for handlers that add them and for components that show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest


class EventMessages:
    """``self.messages``: ``django.contrib.messages`` with the event's request filled in.

    Iterating takes the waiting messages out, as in a template. Adding raises ``MessageFailure``
    where the messages middleware is not installed.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __iter__(self) -> Iterator[Message]:
        return iter(messages.get_messages(self.request))

    def __len__(self) -> int:
        return len(messages.get_messages(self.request))

    def add(self, level: int, message: str, extra_tags: str = "") -> None:
        messages.add_message(self.request, level, message, extra_tags)

    def debug(self, message: str, extra_tags: str = "") -> None:
        self.add(messages.DEBUG, message, extra_tags)

    def info(self, message: str, extra_tags: str = "") -> None:
        self.add(messages.INFO, message, extra_tags)

    def success(self, message: str, extra_tags: str = "") -> None:
        self.add(messages.SUCCESS, message, extra_tags)

    def warning(self, message: str, extra_tags: str = "") -> None:
        self.add(messages.WARNING, message, extra_tags)

    def error(self, message: str, extra_tags: str = "") -> None:
        self.add(messages.ERROR, message, extra_tags)


def taken_messages(request: HttpRequest, beyond: int = 0) -> list[dict[str, Any]]:
    """Take the waiting messages out of Django's storage, as plain data for a component.

    The first ``beyond`` of this request have been taken before: the storage lists them still.
    """
    waiting = messages.get_messages(request)
    if len(waiting) <= beyond:  # asking further would mark the storage as read
        return []
    return [plain(message) for message in list(waiting)[beyond:]]


def plain(message: Message) -> dict[str, Any]:
    return {
        "level": message.level,
        "level_tag": message.level_tag,
        "message": str(message.message),
        "tags": message.tags,
        "extra_tags": message.extra_tags or "",
    }
