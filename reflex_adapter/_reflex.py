"""Everything undocumented of Reflex that this project relies on, each name with its reason.

Nothing else here imports a name of Reflex that its documentation does not show. If an upgrade of
Reflex breaks something, ``tests/reflex_adapter/test_undocumented.py`` says which of these it was.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import reflex as rx
from packaging.specifiers import SpecifierSet

# The state behind page loads: its events begin a page, as those of rx.State do.
from reflex.state import OnLoadInternalState

# The steps of `reflex export`, whose documented form is a command line only.
from reflex.utils import build, prerequisites

# The configuration in force, and with it the module that holds the app.
from reflex_base.config import get_config

# Names: the keys of router_data, the paths that the backend serves, where the bundler writes.
from reflex_base.constants import Dirs, Endpoint, Env, RouteVar

# Settings of Reflex that it reads from its own environment variables.
from reflex_base.environment import environment

# Which event is running: its token, its transaction and the way its updates take to the client.
from reflex_base.event.context import EventContext

# Runs events. `_execute_event` is what its docstring tells subclasses to override; `enqueue` is
# overridden too, since what an upload sends has no other mark of where it came from.
from reflex_base.event.processor import BaseStateEventProcessor, EventQueueEntry

# A handler and its state, as `_execute_event` is given them.
from reflex_base.registry import RegisteredEventHandler

__all__ = [
    "UNSTABLE_NAME",
    "AppWithProcessor",
    "BaseStateEventProcessor",
    "EventContext",
    "EventQueueEntry",
    "OfTab",
    "OnLoadInternalState",
    "RegisteredEventHandler",
    "backend_paths",
    "bundle_pages",
    "check_version",
    "compile_pages",
    "connection_scope",
    "explicit_values",
    "linked_socket",
    "page_url",
    "serving_only",
    "socket_id",
]

# Parts of compiled names that differ from run to run though the page is the same: the hash of a
# variable in an element's id, and the digest of a component in which such a name occurs.
UNSTABLE_NAME = re.compile(rb"reflex_Var_-?\d+_reflex_Var|_comp_[0-9a-f]{32}")

SUPPORTED = SpecifierSet(">=0.10.1,<0.11", prereleases=True)


def check_version(installed: str | None = None) -> None:
    """Raise ``RuntimeError`` unless this module was written for the installed Reflex."""
    installed = installed or version("reflex")
    if installed not in SUPPORTED:
        raise RuntimeError(
            f"Reflex {SUPPORTED} is supported, {installed} installed: pip install 'reflex~=0.10.1'."
        )


class AppWithProcessor(rx.App):
    """An ``rx.App`` whose events are run by a processor of its subclass's choice.

    Reflex has no option for that; it builds the processor in ``_setup_event_processor``.
    """

    def make_processor(self) -> BaseStateEventProcessor:
        raise NotImplementedError

    @asynccontextmanager
    async def _setup_event_processor(self) -> AsyncIterator[None]:
        namespace = self.event_namespace
        if namespace is not None:
            namespace._token_manager._reset_instance_id()  # as the original: workers may fork
        self._event_processor = self.make_processor()
        async with self._event_processor.configure(
            state_manager=self.state_manager, event_namespace=namespace
        ):
            yield


def socket_id(router_data: Mapping[str, Any]) -> str | None:
    """Return the id of the socket an event came by; Reflex overwrites what a client says of it."""
    return router_data.get(RouteVar.SESSION_ID)


def page_url(router_data: Mapping[str, Any]) -> str:
    """Return the URL in the browser's address bar, as the client claims it: path and query."""
    claim = router_data.get(RouteVar.ORIGIN)
    return claim if isinstance(claim, str) else "/"


class OfTab:
    """A state that knows its tab. Cached vars that ask depend on where the state is linked to."""

    @property
    def _tab(self) -> str:
        token: str = self.rx_router_session.client_token  # type: ignore[attr-defined]
        if not token:  # before the first event
            with suppress(LookupError):  # a build
                token = EventContext.get().token
        return token


def connection_scope(app: rx.App, sid: str) -> Mapping[str, Any] | None:
    """Return the ASGI scope the server made for this socket, or ``None`` once it is closed.

    Not from ``router_data``: the client can replace the headers in there in band.
    """
    if app.sio is None or app.event_namespace is None:
        return None
    environ = app.sio.get_environ(sid, app.event_namespace.namespace)
    return environ["asgi.scope"] if environ else None


def linked_socket(app: rx.App, token: str) -> str | None:
    """Return the id of the socket of the tab that has this token, if it has one now."""
    if app.event_namespace is None:
        return None
    record = app.event_namespace._token_manager.token_to_socket.get(token)
    return record.sid if record else None


def backend_paths() -> dict[str, str]:
    """Return what the compiled page calls the backend's endpoints, and their paths."""
    return {endpoint.name: str(endpoint) for endpoint in Endpoint}


@contextmanager
def serving_only() -> Iterator[None]:
    """Let calling the app evaluate all pages, for the states they make, and compile none.

    It needs no node and leaves nothing behind: Reflex writes its notes into a folder of the moment.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment.REFLEX_SKIP_COMPILE.set(True)
        web_dir = environment.REFLEX_WEB_WORKDIR.get()
        environment.REFLEX_WEB_WORKDIR.set(Path(folder))
        try:
            yield
        finally:
            environment.REFLEX_WEB_WORKDIR.set(web_dir)
            environment.REFLEX_SKIP_COMPILE.set(None)


def compile_pages() -> Path:
    """Compile the pages and install what they import; return the folder the bundler reads.

    The app is imported here and not by ``prerequisites.get_compiled_app``, which refuses modules
    that a finder provides, as those of an editable installation.
    """
    environment.REFLEX_ENV_MODE.set(Env.PROD)
    if prerequisites.needs_reinit():
        prerequisites.initialize_frontend_dependencies()
    import_module(get_config().module).app._compile(prerender_routes=True)
    build.set_env_json()
    return prerequisites.get_web_dir()


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
