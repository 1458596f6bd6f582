"""Which hooks of Django's own middleware may be called in the event loop, and when.

Each entry was made by reading the hook, in Django 5.2 and 6.1: it does no I/O, or none under the
condition that stands beside it. A hook that is not here blocks. What is read from disk once in a
process (the catalogs of a language, the modules of a URLconf) does not count.

A class is recognised by its functions: a subclass is taken for it only if it defines none anew. A
condition answers whether this call may block; it never does I/O itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django_adapter.conditions import (
    always,
    csrf_secret_to_load,
    csrf_secret_to_save,
    csrf_token_to_read,
    foreign_message_storage,
    foreign_session_engine,
    login_to_check,
    messages_to_store,
    much_to_compress,
    much_to_hash,
    not_found,
    session_to_save,
)

logger = logging.getLogger("django_adapter")

Condition = Callable[..., bool]


class asked_at_start:
    """A condition that only the settings decide, once, when a chain is compiled."""

    def __init__(self, holds: Callable[[], bool]) -> None:
        self.holds = holds


# None: never blocks.
KNOWN: dict[str, dict[str, Condition | asked_at_start | None]] = {
    "django.middleware.security.SecurityMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.contrib.sessions.middleware.SessionMiddleware": {
        "process_request": asked_at_start(foreign_session_engine),
        "process_response": session_to_save,
    },
    "django.middleware.common.CommonMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.middleware.csrf.CsrfViewMiddleware": {
        "process_request": csrf_secret_to_load,
        "process_view": csrf_token_to_read,
        "process_response": csrf_secret_to_save,
    },
    "django.contrib.auth.middleware.AuthenticationMiddleware": {
        "process_request": None,  # the user is lazy
    },
    "django.contrib.auth.middleware.LoginRequiredMiddleware": {
        "process_view": login_to_check,
    },
    "django.contrib.messages.middleware.MessageMiddleware": {
        "process_request": asked_at_start(foreign_message_storage),
        "process_response": messages_to_store,
    },
    "django.middleware.clickjacking.XFrameOptionsMiddleware": {
        "process_response": None,
    },
    "django.middleware.csp.ContentSecurityPolicyMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.middleware.locale.LocaleMiddleware": {
        "process_request": None,
        "process_response": None,
    },
    "django.middleware.gzip.GZipMiddleware": {
        "process_response": much_to_compress,
    },
    "django.middleware.http.ConditionalGetMiddleware": {
        "process_response": much_to_hash,
    },
    "django.middleware.common.BrokenLinkEmailsMiddleware": {
        "process_response": not_found,
    },
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware": {
        "process_response": not_found,
    },
    "django.contrib.redirects.middleware.RedirectFallbackMiddleware": {
        "process_response": not_found,
    },
}


def condition(middleware: object, hook: str, declared: bool) -> Condition | None:
    """Return when this hook of ``middleware`` may block, ``None`` if never.

    ``declared``: the project says that none of its hooks does.
    """
    if declared:
        return None
    for base in type(middleware).__mro__:
        known = KNOWN.get(f"{base.__module__}.{base.__qualname__}")
        if known is not None and hook in known and same_functions(type(middleware), base):
            blocks = known[hook]
            if isinstance(blocks, asked_at_start):
                return always if blocks.holds() else None
            return blocks and in_doubt(blocks)
    return always


def in_doubt(blocks: Condition) -> Condition:
    """Return ``blocks``, taken to hold where it fails, as it may on what is no proper response."""

    def holds(*arguments: object) -> bool:
        try:
            return blocks(*arguments)
        except Exception:
            logger.debug("%s fails, so that the hook is called in a thread", blocks.__name__)
            return True

    return holds


def same_functions(cls: type, base: type) -> bool:
    """Tell whether ``cls`` has the functions of ``base`` and no others before them."""
    before = cls.__mro__[: cls.__mro__.index(base)]
    return not any(is_function(value) for each in before for value in vars(each).values())


def is_function(value: object) -> bool:
    if isinstance(value, type):  # such as response_redirect_class
        return False
    return callable(value) or isinstance(value, property | classmethod | staticmethod)
