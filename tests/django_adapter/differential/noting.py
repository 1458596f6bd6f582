"""Signals and log records, added to the trace of what else happened."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception, request_finished, request_started

from tests.django_adapter.differential.normal import normal_text

SIGNALS = {
    "request_started": request_started,
    "request_finished": request_finished,
    "got_request_exception": got_request_exception,
}
LOGGERS = ("django.request", "django.security")


class Scribe(logging.Handler):
    def __init__(self, trace: list[Any]) -> None:
        super().__init__(logging.DEBUG)
        self.trace = trace

    def emit(self, record: logging.LogRecord) -> None:
        # Django says under DEBUG how it adapts what it composes, which is its own affair.
        if "handler adapted for" not in record.msg:
            error = normal_text(repr(record.exc_info[1])) if record.exc_info else None
            status = getattr(record, "status_code", None)
            self.trace.append((record.name, record.levelname, record.getMessage(), status, error))


@contextmanager
def noted(scope: dict[str, Any]) -> Iterator[list[object]]:
    """Note signals and log records. Whose signals are meant is to be put in the list."""
    handlers: list[object] = []
    listened = SIGNALS if scope["signals"] else ["got_request_exception"]
    receivers = {name: noting(name, scope["trace"], handlers) for name in listened}
    for name, receiver in receivers.items():
        SIGNALS[name].connect(receiver)
    try:
        with logs_noted(Scribe(scope["trace"])):
            yield handlers
    finally:
        for name, receiver in receivers.items():
            SIGNALS[name].disconnect(receiver)


def noting(name: str, trace: list[Any], handlers: list[object]) -> Callable[..., None]:
    def receiver(sender: Any, **kwargs: Any) -> None:
        its_own = sender in map(type, handlers)
        if its_own or not is_handler(sender):
            trace.append((name, "the handler" if its_own else sender, sorted(kwargs)))

    return receiver


def is_handler(sender: object) -> bool:
    """Tell whether this is the signal of another request, whose end nobody had to wait for."""
    return isinstance(sender, type) and issubclass(sender, BaseHandler)


@contextmanager
def logs_noted(scribe: Scribe) -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in LOGGERS]
    for logger in loggers:
        logger.addHandler(scribe)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(scribe)
            logger.setLevel(logging.NOTSET)
            logger.propagate = True
