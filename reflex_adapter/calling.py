"""Call an author's handler where it belongs: coroutines in the event loop, the rest in a thread.

What a function is cannot be told before it is called: a decorator may hide a generator or a
coroutine function behind a plain one. So what the call returns counts too.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import ExitStack, aclosing, closing, contextmanager
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections, transaction
from reflex.event import EventHandler

from reflex_adapter._reflex import RegisteredEventHandler

END = object()
HANDLER = [field.name for field in dataclasses.fields(EventHandler)]


def with_function(
    registered: RegisteredEventHandler, function: Callable[..., Any]
) -> RegisteredEventHandler:
    """Return a handler like ``registered`` that calls ``function``."""
    # Not replace(): the handler of setvar is of a class whose constructor takes none of these.
    its = {name: getattr(registered.handler, name) for name in HANDLER}
    handler = EventHandler(**{**its, "fn": function})
    return dataclasses.replace(registered, handler=handler)


async def called(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return what ``function`` returns or, awaited, comes to; it may be a generator.

    Costs one hop for a plain function, which ``ATOMIC_REQUESTS`` spans as it spans a view.
    """
    if returns_at_once(function):
        result = function(*args, **kwargs)
    else:
        result = await sync_to_async(in_transaction, thread_sensitive=True)(function, args, kwargs)
    return await result if inspect.isawaitable(result) else result


async def called_at_once(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """As ``called``, but in the event loop whatever ``function`` is."""
    result = function(*args, **kwargs)
    return await result if inspect.isawaitable(result) else result


def returns_at_once(function: Callable[..., Any]) -> bool:
    """Tell whether a call only makes a coroutine or a generator, of which nothing runs yet."""
    return (
        inspect.iscoroutinefunction(function)
        or inspect.isasyncgenfunction(function)
        or inspect.isgeneratorfunction(function)
    )


def is_generator(result: Any) -> bool:
    return inspect.isasyncgen(result) or inspect.isgenerator(result)


async def yielded(generator: Any, function: Callable[..., Any]) -> AsyncGenerator[Any, None]:
    """Yield what ``generator`` yields, which came of ``function``.

    A plain one takes a hop for each step. Its transaction, if there is one, spans all of them.
    """
    if inspect.isasyncgen(generator):
        async with aclosing(yielded_at_once(generator)) as updates:
            async for update in updates:
                yield update
        return
    steps = yielded_and_returned(generator, function)
    step = sync_to_async(lambda: next(steps, END), thread_sensitive=True)
    try:
        while (update := await step()) is not END:
            yield update
    finally:
        if inspect.getgeneratorstate(steps) != inspect.GEN_CLOSED:
            await sync_to_async(steps.close, thread_sensitive=True)()  # where its connection is


async def yielded_at_once(generator: Any) -> AsyncGenerator[Any, None]:
    """Yield what ``generator`` yields, and what a plain one returns, without a hop."""
    if inspect.isasyncgen(generator):
        async with aclosing(generator):  # its own finally runs now, also on cancellation
            async for update in generator:
                yield update
        return
    with closing(with_returned(generator)) as updates:
        for update in updates:
            yield update


def with_returned(generator: Any) -> Generator[Any, None, None]:
    returned = yield from generator
    if returned is not None:
        yield returned


def yielded_and_returned(
    generator: Any, function: Callable[..., Any]
) -> Generator[Any, None, None]:
    with atomic_requests(function):
        returned = yield from generator
    if returned is not None:
        yield returned


def in_transaction(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    with atomic_requests(function):
        return function(*args, **kwargs)


@contextmanager
def atomic_requests(function: Callable[..., Any]) -> Iterator[None]:
    """Span the block by a transaction of each database with ``ATOMIC_REQUESTS``.

    ``django.db.transaction.non_atomic_requests`` on the function counts.
    """
    exempt: set[str] = getattr(
        function, "_non_atomic_requests", set()
    )  # as Django's make_view_atomic reads
    with ExitStack() as stack:
        for alias, options in connections.settings.items():
            if options["ATOMIC_REQUESTS"] and alias not in exempt:
                stack.enter_context(transaction.atomic(using=alias))
        yield
