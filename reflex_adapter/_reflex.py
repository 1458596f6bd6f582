"""Everything undocumented of Reflex that this project relies on, each name with its reason.

Nothing else here imports a name of Reflex that its documentation does not show. If an upgrade of
Reflex breaks something, ``tests/reflex_adapter/test_undocumented.py`` says which of these it was.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import inspect
import logging
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

import reflex as rx

# Sends updates to tabs, also those that no event of theirs has caused.
from reflex.app import EventNamespace

# The manager that loads of a tab's states only those that an event needs.
from reflex.istate.manager.redis import StateManagerRedis

# What a background handler gets as `self`; entering it takes the lock of the state.
from reflex.istate.proxy import StateProxy

# The state above all shared ones, which knows those that a tab is linked to.
from reflex.istate.shared import SharedStateBaseInternal

# States of Reflex itself: browser errors, page loads, which begin as rx.State's do, and storage;
# and an update, a delta and events. And what says that a method is meant to replace Reflex's own.
from reflex.state import (
    FrontendEventExceptionState,
    OnLoadInternalState,
    StateUpdate,
    UpdateVarsInternalState,
    _override_base_method,
)

# The steps of `reflex export`, whose documented form is a command line only.
from reflex.utils import build, prerequisites

# Knows which tokens have a socket, in all processes that have one Redis.
from reflex.utils.token_manager import RedisTokenManager

# The configuration in force, and with it the module that holds the app.
from reflex_base.config import get_config, reload_config

# Names: the keys of router_data, the paths that the backend serves, what the compiler and the
# bundler write.
from reflex_base.constants import Dirs, Endpoint, Env, RouteVar

# What the names of vars end with where the page has them.
from reflex_base.constants.state import FIELD_MARKER

# Settings of Reflex that it reads from its own environment variables.
from reflex_base.environment import environment

# Which event is running: its token, its transaction and the way its updates take to the client.
from reflex_base.event.context import EventContext

# Runs events. `_execute_event` is for subclasses to override; `enqueue` marks those of uploads.
from reflex_base.event.processor import BaseStateEventProcessor, EventQueueEntry

# A handler and its state, as `_execute_event` is given them, and the app that all of it belongs to.
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

# What Reflex raises of an upload to a background handler that takes no files, without an answer.
from reflex_base.utils.exceptions import UploadTypeError

from reflex_adapter.initial_values import of_nobody
from reflex_adapter.node import PackagesMissing
from reflex_adapter.public_files import remove_outdated

__all__ = [
    "FIELD_MARKER",
    "LOGGERS",
    "SETVAR",
    "UNSTABLE_NAME",
    "AppWithProcessor",
    "BaseStateEventProcessor",
    "EventContext",
    "EventQueueEntry",
    "FrontendEventExceptionState",
    "OfTab",
    "OnLoadInternalState",
    "RegisteredEventHandler",
    "StateProxy",
    "UpdateVarsInternalState",
    "UploadTypeError",
    "backend_paths",
    "browser_storage",
    "bundle_pages",
    "compile_pages",
    "compiled_routes",
    "compiling",
    "connection_scope",
    "enqueues_on_load",
    "event_underway",
    "explicit_values",
    "filtering",
    "forget_computed",
    "forget_entering",
    "forget_token",
    "get_config",
    "is_linked",
    "is_read_by_cached_vars",
    "leave_shared_states",
    "linked_socket",
    "load_all_states",
    "own_fields",
    "page_url",
    "queue_exceeds",
    "redis_url",
    "registered_handler",
    "release_token",
    "reload_config",
    "route_of_load",
    "route_of_page",
    "schema_of_pages",
    "serving_only",
    "socket_id",
    "state_classes",
    "states_folder",
    "take_messages_of",
    "token_of_socket",
    "web_folder",
]

# Parts of compiled names that differ from run to run: a variable's hash, a component's digest.
UNSTABLE_NAME = re.compile(rb"reflex_Var_-?\d+_reflex_Var|_comp_[0-9a-f]{32}")

LAST_MOMENT = 0.2  # seconds that a cancelled event gets to end

LONGEST = 256  # characters of a path whose route is remembered, which clients say

logger = logging.getLogger("reflex_adapter")
# Who logs what clients say: errors of their pages, arguments and values of a wrong type.
LOGGED = (rx.App, rx.Var, BaseStateEventProcessor, EventQueueEntry)
LOGGERS = tuple(kind.__module__ for kind in LOGGED)

# The function of the handler that sets vars by their names, and calls their setters for it.
SETVAR = "EventHandlerSetVar.setvar"


class AppWithProcessor(rx.App):
    """An ``rx.App`` whose events are run by a processor of its choice; Reflex has no option."""

    def make_processor(self) -> BaseStateEventProcessor:
        raise NotImplementedError

    @functools.cached_property
    def router(self) -> Callable[[str], str | None]:
        """What finds the route of a path. Reflex's own remembers 4096, however long they are."""
        remembering = super().router
        finding: Callable[[str], str | None] = inspect.unwrap(remembering)
        return lambda path: (remembering if len(path) <= LONGEST else finding)(path)

    def _setup_state(self) -> None:
        super()._setup_state()
        if self.event_namespace is not None and self.sio is not None:
            self._event_namespace = FilteringNamespace(self.event_namespace.namespace, self)
            self.sio.register_namespace(self._event_namespace)  # in the place of Reflex's own

    def token_lost(self, sid: str) -> None:
        """Called for an event of a socket whose token is another's by now."""
        raise NotImplementedError

    def make_context(self, root: EventContext) -> EventContext:
        """Return what the contexts of all events are to be made from, ``root`` being Reflex's."""
        return root

    @asynccontextmanager
    async def _setup_event_processor(self) -> AsyncIterator[None]:
        namespace = self.event_namespace
        if namespace is not None:
            namespace._token_manager._reset_instance_id()  # as the original: workers may fork
        self._event_processor = processor = self.make_processor()
        processor.configure(state_manager=self.state_manager, event_namespace=namespace)
        assert processor._root_context is not None  # configure() makes it
        processor._root_context = self.make_context(processor._root_context)
        async with processor:
            try:
                yield
            finally:
                await end_events(processor)


async def end_events(processor: BaseStateEventProcessor) -> None:
    """Cancel what runs, and leave behind what does not end.

    Reflex would wait for it without a bound, also for what is in a thread, which nothing can stop;
    and only after that it writes the states of tabs.
    """
    tasks = dict(processor._tasks)
    for task in tasks.values():
        task.cancel()
    if tasks:
        await asyncio.wait(tasks.values(), timeout=LAST_MOMENT)
    for txid, task in tasks.items():
        if not task.done():
            logger.warning("Left behind: %s", task.get_name().partition("|")[2].partition("|")[0])
            processor._tasks.pop(txid, None)


class FilteringNamespace(EventNamespace):
    """Sends of the deltas to a tab what ``filtering`` lets through; takes no event of no tab."""

    app: AppWithProcessor

    async def on_event(self, sid: str, data: Any) -> None:
        if sid in self.sid_to_token:
            await super().on_event(sid, data)
        else:  # Reflex would drop it, log all of it, and leave the page waiting
            self.app.token_lost(sid)

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        found = _filter.get()
        if found is not None and found[0] == token and update.delta:
            update = dataclasses.replace(update, delta=await found[1](update.delta))
            if not update.delta and not update.events:
                return
        await super().emit_update(update, token)


Shown = Callable[[Any], Awaitable[Any]]

_filter: ContextVar[tuple[str, Shown] | None] = ContextVar("reflex_adapter.filter", default=None)


@contextmanager
def filtering(token: str, shown: Shown) -> Iterator[None]:
    """Have what is sent to the tab ``token`` in this block be what ``shown`` makes of its deltas.

    For what Reflex sends past the context of an event, as ``app.modify_state`` does.
    """
    reset = _filter.set((token, shown))
    try:
        yield
    finally:
        _filter.reset(reset)


def forget_entering(proxy: StateProxy) -> None:
    """Have Reflex make up at its end for a background handler that never enters ``proxy``."""
    proxy._self_entered_context = False


def socket_id(router_data: Mapping[str, Any]) -> str | None:
    """Return the id of the socket an event came by; Reflex overwrites what a client says of it."""
    return router_data.get(RouteVar.SESSION_ID)


def page_url(router_data: Mapping[str, Any]) -> str:
    """Return the URL in the browser's address bar, as the client claims it: path and query."""
    claim = router_data.get(RouteVar.ORIGIN)
    return claim if isinstance(claim, str) else "/"


def state_classes(state: type[Any] = rx.State) -> Iterator[type[rx.State]]:
    """Return a state class and all below it, as a tab has them."""
    yield state
    for child in state.get_substates():
        yield from state_classes(child)


def route_of_page(component: Any, route: str | None) -> str | None:
    """Return the route that ``rx.App.add_page`` gives to a page."""
    return rx.App._page_route_key(component, route)


def route_of_load(path: str) -> str | None:
    """Return the route whose ``on_load`` handlers Reflex runs for a page at this path, if any.

    It is found as ``rx.App.get_load_events`` finds it, and as exactly: a client may claim anything.
    """
    frontend_path = get_config().frontend_path.rstrip("/")
    if frontend_path and not f"{path}/".startswith(f"{frontend_path}/"):
        return None
    route: str | None = RegistrationContext.get().app.router(path.removeprefix(frontend_path))
    return route


def schema_of_pages() -> str:
    """Return what a page that is compiled of the states of now says of them when it connects."""
    schema: str = rx.State._to_frontend_schema()
    return schema


def own_fields(state: type[rx.State]) -> dict[str, Any]:
    """Return the fields whose values instances of this class have, and not those of one above it.

    A mixin has no instances.
    """
    fields = {} if state._mixin else state.get_fields()
    return {name: field for name, field in fields.items() if field._owner is state}


def browser_storage(state: type[rx.State]) -> dict[str, Any]:
    """Return the class's own vars that the browser stores, and their defaults."""
    stored = {n: f for n, f in own_fields(state).items() if state._is_client_storage(n)}
    return {name: field.default_value() for name, field in stored.items()}


async def load_all_states(root: rx.State) -> None:
    """Load what is kept of the tab's other states too, each of which Redis has for itself."""
    if isinstance(EventContext.get().state_manager, StateManagerRedis):
        for state in state_classes():
            await root.get_state(state)


def forget_computed(state: rx.State) -> None:
    """Have the state's cached vars be computed anew, whatever they depend on, and sent.

    Not those of a shared state that the tab is linked to: all who are there would be sent them.
    """
    if not state.computed_vars or vars(state).get("_linked_to"):
        return
    for var in state.computed_vars.values():
        var.mark_dirty(instance=state)
    state.dirty_vars.update(state.computed_vars)
    state._was_touched = True
    state._mark_ancestors_dirty()


def is_read_by_cached_vars(state: type[rx.State], name: str) -> bool:
    """Tell whether a cached var is computed anew when this var of ``state`` changes."""
    return name in state._var_dependencies


async def leave_shared_states(root: rx.State) -> None:
    """Unlink the tab from all shared states, and give it its own in their places at once.

    The documented ``_unlink`` does so for the events to come; in this one the tab would go on
    showing what it was linked to. So what Reflex does at the end of the event is done now: the
    shared states are taken out of the tab's, written, and their locks released.
    """
    if not root._reflex_internal_links:
        return
    root._reflex_internal_links = {}
    shared = await root.get_state(SharedStateBaseInternal)
    for state in shared._held_locks_linked_states():
        state._linked_from.discard(root.rx_router_session.client_token)
    if shared._held_locks and shared._exit_stack is not None:
        shared._held_locks.clear()
        await shared._exit_stack.aclose()


class OfTab:
    """A state that knows its tab. Cached vars that ask depend on where the state is linked to."""

    @property
    def _tab(self) -> str:
        token: str = self.rx_router_session.client_token  # type: ignore[attr-defined]
        if not token:  # before the first event
            with suppress(LookupError):  # a build
                token = EventContext.get().token
        return token

    @_override_base_method
    def dict(self, include_computed: bool = True, initial: bool = False, **options: Any) -> Any:
        """Return what the page is shown; ``initial`` is what it is compiled with, for nobody."""
        values = partial(super().dict, include_computed, initial, **options)  # type: ignore[misc]
        return of_nobody(values, self._tab) if initial else values()


def connection_scope(app: rx.App, sid: str) -> Mapping[str, Any] | None:
    """Return the server's scope of this socket, not the client's word; ``None`` once closed."""
    if app.sio is None or app.event_namespace is None:
        return None
    environ = app.sio.get_environ(sid, app.event_namespace.namespace)
    return environ["asgi.scope"] if environ else None


def token_of_socket(app: rx.App, sid: str) -> str | None:
    """Return the token of the tab that this socket is open for, if it is connected here."""
    return app.event_namespace.sid_to_token.get(sid) if app.event_namespace else None


def linked_socket(app: rx.App, token: str) -> str | None:
    """Return the id of the socket of the tab that has this token, if it has one now."""
    namespace = app.event_namespace
    record = namespace._token_manager.token_to_socket.get(token) if namespace else None
    return record.sid if record else None


async def release_token(app: rx.App, token: str) -> None:
    """Take ``token`` from the socket that has it, or Reflex would give the next one a new one."""
    if app.event_namespace and (sid := linked_socket(app, token)):
        await app.event_namespace._token_manager.disconnect_token(token, sid)


async def is_linked(app: rx.App, token: str) -> bool:
    """Tell whether Reflex knows of a socket for ``token``, in any process that shares its Redis."""
    namespace = app.event_namespace
    return namespace is not None and await namespace._token_manager.is_token_connected(token)


async def forget_token(app: rx.App, token: str) -> None:
    """Take ``token`` from a socket of a process that is no more; nobody else would, for an hour."""
    manager = app.event_namespace and app.event_namespace._token_manager
    if isinstance(manager, RedisTokenManager):
        await manager.redis.delete(manager._get_redis_key(token))


def redis_url() -> str | None:
    """Return where several processes would have the states of tabs in common."""
    return get_config().redis_url or None


def event_underway(app: rx.App, token: str) -> str | None:
    """Return the name of the event that the tab with this token waits for, if there is one.

    Background handlers are not in the queue.
    """
    queue = app.event_processor._token_queues.get(token)
    return queue[0][0].event.name if queue else None


def queue_exceeds(app: rx.App, token: str, most: int) -> bool:
    """Tell whether more events than so many, which a page sent and no other event, have not begun.

    Background handlers begin at once; the first of the others in the queue has begun.
    """
    queue = app.event_processor._token_queues.get(token, ())
    if len(queue) - 1 <= most:
        return False
    waiting = islice(queue, 1, None)
    return sum(not entry.ctx.parent_txid for entry, _ in waiting) > most


def registered_handler(app: rx.App, name: str) -> RegisteredEventHandler | None:
    """Return the handler that an event of this name runs in ``app``, if there is one."""
    context = app._registration_context
    return context.event_handlers.get(name) if context else None


def enqueues_on_load(registered: RegisteredEventHandler) -> bool:
    """Tell whether this is the handler that enqueues the ``on_load`` handlers of a page.

    The contexts of their events have its event's as their parent.
    """
    own = OnLoadInternalState.event_handlers["on_load_internal"]
    return bool(registered.handler.fn is own.fn)


def take_messages_of(size: int) -> None:
    """Have the app that is made next take messages of so many characters, as we bound them.

    Its own default is less than ours, and it closes the socket without a word.
    """
    limit = environment.REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE
    limit.set(max(size, limit.get()))


def backend_paths() -> dict[str, str]:
    """Return what the compiled page calls the backend's endpoints, and their paths."""
    return {endpoint.name: str(endpoint) for endpoint in Endpoint}


@contextmanager
def another_web_folder() -> Iterator[Path]:
    """Have Reflex write into a folder of the moment what else goes beside the compiled pages."""
    web_dir = environment.REFLEX_WEB_WORKDIR.get()
    with tempfile.TemporaryDirectory() as folder:
        environment.REFLEX_WEB_WORKDIR.set(Path(folder))
        try:
            yield Path(folder)
        finally:
            environment.REFLEX_WEB_WORKDIR.set(web_dir)


@contextmanager
def serving_only() -> Iterator[None]:
    """Let calling the app evaluate all pages, for the states they make, and compile none.

    It needs no node and leaves nothing behind.
    """
    with another_web_folder():
        environment.REFLEX_SKIP_COMPILE.set(True)
        try:
            yield
        finally:
            environment.REFLEX_SKIP_COMPILE.set(None)


@contextmanager
def compiling() -> Iterator[None]:
    """Let calling the app compile its pages for Vite, as Reflex's own development server does.

    Files that stay the same are not written. Raises ``PackagesMissing`` where npm fails.
    """
    environment.REFLEX_ENV_MODE.set(Env.DEV)
    try:
        if prerequisites.needs_reinit():
            prerequisites.initialize_frontend_dependencies()
        remove_outdated_assets()
        yield
    except SystemExit as stop:  # how Reflex reports it
        raise PackagesMissing from stop
    with another_web_folder() as folder:
        build.set_env_json()
        addresses = (folder / Dirs.ENV_JSON).read_bytes()
    file = web_folder() / Dirs.ENV_JSON
    if not file.exists() or file.read_bytes() != addresses:
        file.write_bytes(addresses)


def web_folder() -> Path:
    """Return the folder of the compiled pages, which the bundler reads."""
    return prerequisites.get_web_dir().absolute()


def states_folder() -> Path:
    """Return where Reflex keeps states, unless it keeps them in Redis."""
    return environment.REFLEX_STATES_WORKDIR.get()


def compile_pages() -> Path:
    """Compile the pages and install what they import; return the folder the bundler reads.

    The app is imported here and not by ``prerequisites.get_compiled_app``, which refuses modules
    that a finder provides, as those of an editable installation.
    """
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    if prerequisites.needs_reinit():
        prerequisites.initialize_frontend_dependencies()
    app = import_module(get_config().module).app
    remove_outdated_assets()
    app._compile(prerender_routes=True)
    build.set_env_json()
    return prerequisites.get_web_dir()


def remove_outdated_assets() -> None:
    """Remove what a compilation, which copies newer files only, would leave among the public."""
    remove_outdated(web_folder() / Dirs.PUBLIC, Path.cwd() / Dirs.APP_ASSETS)


def explicit_values(config: rx.Config) -> dict[str, Any]:
    """Return what a configuration was told, without the defaults that Reflex filled in."""
    return {name: getattr(config, name) for name in config._non_default_attributes}


def bundle_pages() -> Path:
    """Bundle what ``compile_pages`` left; return the folder of the result."""
    try:
        build.build()
    except SystemExit as stop:  # how Reflex reports a failed build
        raise RuntimeError("Bundling the pages failed; its output above says why.") from stop
    return prerequisites.get_web_dir() / Dirs.STATIC


def compiled_routes() -> Path:
    """Return the file in which ``compile_pages`` left the routes of all pages, as JSON."""
    return prerequisites.get_web_dir() / Dirs.ROUTES_MANIFEST
