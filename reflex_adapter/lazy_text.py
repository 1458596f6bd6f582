"""What is sent for text that is translated when it is read (``gettext_lazy``)."""

from __future__ import annotations

from django.utils.functional import Promise


def in_language_of_the_moment(text: Promise) -> str:
    return str(text)
