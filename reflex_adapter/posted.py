"""An event's payload as the fields of a posted form, for middleware that looks at those."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import QueryDict

from reflex_adapter.conf import configuration

SCALARS = str | int | float  # bool is an int


def posted_if_asked(payload: Mapping[str, Any]) -> QueryDict | None:
    """Return it if ``REFLEX_DJANGO_EVENT_POST_FROM_PAYLOAD`` asks for it."""
    return posted(payload) if configuration().event_post_from_payload else None


def posted(payload: Mapping[str, Any]) -> QueryDict:
    """Return the payload as ``request.POST``: a field for each argument of the handler.

    The fields of a form that is submitted are fields themselves, lists have several values, and
    ``True`` is ``true``; what no form can hold is left out.
    """
    fields = QueryDict(mutable=True)
    for name, value in flat(payload):
        values = value if isinstance(value, list) else [value]
        fields.setlist(name, [as_text(it) for it in values if isinstance(it, SCALARS)])
    fields._mutable = False
    return fields


def flat(payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in payload.items():
        if isinstance(value, Mapping):
            yield from value.items()
        elif value is not None:
            yield name, value


def as_text(value: SCALARS) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
