"""Canaries for ``reflex_adapter/_reflex.py``: each says what to do if Reflex no longer has it.

Nothing here is a promise of Reflex. A failure means that a new version of it works differently
inside, not that it is broken: the message names the place of ours that has to change.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import logging
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
import reflex_base
from reflex import constants, state
from reflex.compiler import compiler, utils
from reflex.event import EventHandler
from reflex.istate import shared
from reflex.istate.data import HeaderData
from reflex.istate.manager import StateManager
from reflex.istate.manager.disk import StateManagerDisk
from reflex.utils import frontend_skeleton, js_runtimes, processes
from reflex.utils.token_manager import SocketRecord
from reflex_base.constants import ReactRouter, SocketEvent
from reflex_base.event import resolve_upload_handler_param
from reflex_components_core.core import _upload

from django_adapter import RESERVED_PREFIXES
from reflex_adapter import _reflex
from reflex_adapter._reflex import (
    FIELD_MARKER,
    LOGGERS,
    SETVAR,
    AppWithProcessor,
    BaseStateEventProcessor,
    Dirs,
    Endpoint,
    Env,
    EventContext,
    EventNamespace,
    EventQueueEntry,
    FilteringNamespace,
    FrontendEventExceptionState,
    OfTab,
    OnLoadInternalState,
    RedisTokenManager,
    RegisteredEventHandler,
    RegistrationContext,
    RouteVar,
    SharedStateBaseInternal,
    StateManagerRedis,
    StateProxy,
    StateUpdate,
    UpdateVarsInternalState,
    UploadTypeError,
    _override_base_method,
    build,
    environment,
    forget_computed,
    get_config,
    own_fields,
    prerequisites,
    reload_config,
    route_of_page,
    state_classes,
)
from reflex_adapter.calling import with_function
from reflex_adapter.claims import TOKEN_HEADER
from reflex_adapter.codings import CODINGS
from reflex_adapter.dev.stale_pages import SCHEMA
from reflex_adapter.django_led_app import app
from reflex_adapter.files import SHELLS
from reflex_adapter.handshake import OF_ROUTER
from reflex_adapter.own_origin import PORT_DROPPED, OwnOriginPlugin
from reflex_adapter.own_path_plugin import OwnPathPlugin, with_own_base
from reflex_adapter.public_states import REFLEX_STATES
from reflex_adapter.state import AppState
from tests.probe.identity import LookState
from tests.probe.remembering import RememberingState

THEIRS = {"reflex", "reflex_base", "reflex_components_core"}
TEMPLATES = Path(str(reflex_base.__file__)).with_name(".templates")
STATE_JS = TEMPLATES / "web" / "utils" / "state.js"


def fields(kind: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def names_in(function: Any) -> set[str]:
    return set(inspect.unwrap(function).__code__.co_names)


def test_events_run_in_a_method_that_subclasses_may_override() -> None:
    expected = ["self", "entry", "registered_handler"]
    assert parameters(BaseStateEventProcessor._execute_event) == expected, (
        "Override what runs an event now in processor.DjangoEventProcessor."
    )
    assert "Subclasses" in str(inspect.getdoc(BaseStateEventProcessor.__base__._execute_event)), (
        "Reflex does not invite overriding it any more: read how it wants to be extended."
    )


def test_the_processor_is_made_where_we_make_ours() -> None:
    theirs = names_in(rx.App._setup_event_processor)
    ours = names_in(AppWithProcessor._setup_event_processor)
    assert theirs - ours == {"BaseStateEventProcessor", "backend_exception_handler"}, (
        "Repeat what rx.App._setup_event_processor does now in _reflex.AppWithProcessor."
    )
    assert parameters(BaseStateEventProcessor)[:2] == ["middleware", "backend_exception_handler"], (
        "Give reflex_app.DjangoApp.make_processor the new arguments."
    )


def test_what_is_sent_past_an_event_is_sent_by_a_namespace_of_ours() -> None:
    namespace: Any = app.event_namespace
    assert isinstance(namespace, EventNamespace)
    assert isinstance(namespace, FilteringNamespace), "See _reflex.AppWithProcessor._setup_state."
    handlers = app.sio.namespace_handlers  # type: ignore[union-attr]
    assert handlers[namespace.namespace] is namespace, "Register it as Reflex does now."
    assert "emit_update" in names_in(rx.App.modify_state), "See _reflex.filtering."
    assert parameters(EventNamespace.on_event) == ["self", "sid", "data"]
    assert parameters(EventNamespace.emit_update) == ["self", "update", "token"]
    assert {"delta", "events"} <= fields(StateUpdate), "See _reflex.FilteringNamespace."


def test_a_handshakes_headers_are_those_that_the_router_has_names_for() -> None:
    names = fields(HeaderData) - {"cookie", "raw_headers"}
    ours = {name.decode().replace("-", "_") for name in OF_ROUTER}
    assert names == ours, "Name what Reflex's router.headers has now in handshake.OF_ROUTER."


def test_the_page_that_is_loaded_is_found_as_reflex_finds_it() -> None:
    assert names_in(rx.App.get_load_events) == {
        *("get_config", "frontend_path", "rstrip", "startswith", "removeprefix"),
        *("_load_events", "get", "router"),
    }, "Repeat what rx.App.get_load_events does now in _reflex.route_of_load."
    assert "get_load_events" in names_in(state._load_events_for_page)
    assert "rx_router_url" in names_in(state._load_events_for_page), "See page_loads.page_refused."
    assert RegistrationContext.get().app is app, "See _reflex.route_of_load."
    assert (route_of_page(None, "/a/"), route_of_page(app_page, None)) == ("a", "app-page")


def test_the_route_of_a_path_is_found_by_a_property_of_the_app() -> None:
    assert isinstance(vars(rx.App)["router"], functools.cached_property), "See AppWithProcessor."
    long = f"/club/{'x' * 1000}"
    assert (app.router("/club/a"), app.router(long)) == ("club/[name]",) * 2


def test_an_upload_to_a_task_that_takes_no_files_raises_an_error_of_its_own() -> None:
    async def task(self: Any) -> None: ...

    handler = EventHandler(fn=rx.event(task, background=True))
    assert issubclass(UploadTypeError, TypeError), "See upload_border.OF_CLIENTS."
    with pytest.raises(UploadTypeError):
        resolve_upload_handler_param(handler)


def app_page() -> None:
    """A function that is named as a page is."""


def test_uploads_enqueue_their_events_where_we_mark_them() -> None:
    assert parameters(BaseStateEventProcessor.enqueue) == ["self", "token", "event", "ev_ctx"], (
        "See upload_events.UploadEventProcessor."
    )
    buffered = BaseStateEventProcessor.enqueue_stream_delta.__code__.co_names
    assert "enqueue" in buffered, "See upload_events.UploadEventProcessor."


def test_what_an_event_enqueues_with_is_handed_on() -> None:
    assert "enqueue_impl" in names_in(EventContext.fork), "See upload_events.EnqueueOfUpload."
    assert "enqueue_impl" in names_in(EventContext.enqueue), "See upload_events.EnqueueOfUpload."


def test_a_tab_finds_its_socket() -> None:
    manager = app.event_namespace._token_manager  # type: ignore[union-attr]
    assert isinstance(manager.token_to_socket, dict), "See _reflex.linked_socket."


def test_a_socket_finds_the_token_of_its_tab() -> None:
    assert isinstance(app.event_namespace.sid_to_token, dict), "See _reflex.token_of_socket."  # type: ignore[union-attr]
    on_event = inspect.getsource(EventNamespace.on_event)
    assert "self.sid_to_token.get(sid)" in on_event, "What is an event enqueued for now?"


def test_the_page_takes_updates_from_the_answer_to_an_upload() -> None:
    templates = Path(str(reflex_base.__file__)).with_name(".templates")
    upload_js = (templates / "web" / "utils" / "helpers" / "upload.js").read_text()
    assert "socket._callbacks.$event" in upload_js, "Read it for upload_border.line_for_page."


def test_our_processor_is_the_one_in_use() -> None:
    assert app._setup_event_processor in app.get_lifespan_tasks(), "What starts the processor now?"


def test_a_token_manager_can_be_told_that_the_process_forked() -> None:
    manager = app.event_namespace._token_manager  # type: ignore[union-attr]
    assert parameters(manager._reset_instance_id) == [], "See _reflex.AppWithProcessor."


def test_a_state_has_the_token_of_its_tab_in_a_var() -> None:
    """A var, for what a cached var depends on: linking a state into a tab makes it dirty."""
    assert "rx_router_session" in rx.State.base_vars, "See _reflex.OfTab."
    assert rx.State(_reflex_internal_init=True).rx_router_session.client_token == ""
    assert "update(ROUTER_VARS)" in inspect.getsource(shared._patch_state), "See _reflex.OfTab."


def test_a_tab_can_leave_what_it_is_linked_to_before_its_event_ends() -> None:
    where = "See _reflex.leave_shared_states."
    needed = {"_exit_stack", "_held_locks", "_held_locks_linked_states"}
    assert needed <= set(dir(SharedStateBaseInternal)), where
    assert "_reflex_internal_links" in rx.State.get_fields(), where
    linked = inspect.getsource(SharedStateBaseInternal._internal_patch_linked_state)
    assert "_linked_from.add(self.rx_router_session.client_token)" in linked, where
    source = inspect.getsource(SharedStateBaseInternal._modify_linked_states)
    assert "async with exit_stack:\n                yield None\n" in source, where
    assert "in self._held_locks_linked_states():" in source.partition("yield None")[2], where


def test_redis_keeps_each_state_for_itself_and_gives_it_on_demand() -> None:
    source = inspect.getsource(rx.State.get_state)
    assert "_get_state_from_redis" in source, "See _reflex.load_all_states."
    assert "StateManagerRedis" in inspect.getsource(state.BaseState._get_state_from_redis)
    assert issubclass(StateManagerRedis, StateManager)


def test_a_cached_var_can_be_forgotten() -> None:
    where = "See _reflex.forget_computed."
    look = LookState(_reflex_internal_init=True, parent_state=AppState(_reflex_internal_init=True))
    cached = LookState.computed_vars["cached_name"]
    vars(look)[cached._cache_attr] = "of the last one"
    forget_computed(look)
    assert cached._cache_attr not in vars(look), where
    assert "cached_name" in look.dirty_vars, where
    assert look.parent_state is not None
    assert look.get_name() in look.parent_state.dirty_substates, where
    assert {"_linked_to"} <= shared.SharedState.get_fields().keys(), where
    assert "_was_touched" in inspect.getsource(StateManagerRedis), where


def test_a_field_knows_the_class_whose_instances_have_its_value() -> None:
    owners = {field._owner for field in AppState.get_fields().values()}
    assert {rx.State, AppState} <= owners, "See _reflex.own_fields."
    assert "is_hydrated" not in own_fields(AppState)
    assert (rx.State._mixin, AppState._mixin, shared.SharedState._mixin) == (False, False, True)
    assert AppState in set(state_classes()), "See _reflex.state_classes."


def test_the_page_stores_what_an_update_has_for_its_storage_unless_it_begins_a_page_load() -> None:
    state_js = STATE_JS.read_text()
    where = "See browser_storage.overwrite_storage."
    assert "!main_state.is_hydrated_rx_state_" in state_js, where
    assert "state_key = `${substate}.${key}`" in state_js, where
    assert FIELD_MARKER == "_rx_state_", where
    assert "removesuffix(FIELD_MARKER)" in inspect.getsource(state._apply_client_storage_vars), (
        "See browser_storage.full_name."
    )
    assert rx.State._is_client_storage("is_hydrated") is False, "See _reflex.browser_storage."


def test_shared_states_are_sent_to_other_tabs_by_a_method_of_the_app() -> None:
    source = inspect.getsource(shared._do_update_other_tokens)
    assert "app.modify_state(" in source, "Bind the tab's request elsewhere than in DjangoApp."


def test_a_token_can_be_taken_from_its_socket() -> None:
    manager = app.event_namespace._token_manager  # type: ignore[union-attr]
    assert parameters(manager.disconnect_token) == ["token", "sid"], "See _reflex.release_token."
    assert "sid" in fields(SocketRecord), "See _reflex.release_token."
    assert isinstance(manager.token_to_socket, dict), "See _reflex.release_token."


def test_a_page_says_which_tab_it_is_where_we_look_for_it() -> None:
    state_js = STATE_JS.read_text()
    assert "query: { token }" in state_js, "See claims.TOKEN_PARAMETER."
    assert 'socket.current.on("new_token"' in state_js, "See in_band.new_token."
    source = inspect.getsource(_upload)
    assert f'headers.get("{TOKEN_HEADER.decode()}")' in source, "See claims.TOKEN_HEADER."


def test_a_page_says_what_states_it_was_made_of() -> None:
    assert f"{SCHEMA}: app.stateSchema" in STATE_JS.read_text(), "See dev.stale_pages.SCHEMA."
    assert _reflex.schema_of_pages() == rx.State._to_frontend_schema()
    assert "_to_frontend_schema()" in inspect.getsource(EventNamespace.on_connect)


def test_a_page_emits_what_we_let_through() -> None:
    assert set(re.findall(r"emit\((\"?\w+)", STATE_JS.read_text())) == {
        '"event',
        "CLIENT_ERROR_EVENT",
    }, "See in_band.event_of."
    assert SocketEvent.CLIENT_ERROR == "client_error", "See in_band.event_of."
    assert app.event_namespace.namespace == "/_event"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        (EventContext, {"token", "parent_txid", "router_data", "emit_delta_impl"}),
        (EventContext, {"emit_event_impl", "enqueue_impl", "state_manager", "txid"}),
        (EventQueueEntry, {"event", "ctx"}),
        (RegisteredEventHandler, {"handler", "states"}),
        (rx.EventHandler, {"fn"}),
    ],
)
def test_what_an_event_is_made_of_can_be_copied_with_changes(kind: Any, needed: set[str]) -> None:
    assert needed <= fields(kind), "Use the new names in processor.py, handlers.py, updates.py."


def test_handlers_are_registered_by_name() -> None:
    context = app._registration_context
    name = f"{rx.State.get_full_name()}.hydrate"
    registered = context.event_handlers[name]
    assert isinstance(registered, RegisteredEventHandler), "See handlers.for_django."
    assert (registered.handler.fn.__name__, registered.states[0]) == ("hydrate", rx.State)
    assert registered.handler.is_background is False
    assert _reflex.registered_handler(app, name) is registered, "See exposed.py."
    assert _reflex.registered_handler(app, "nobody") is None


def test_setvar_calls_the_setter_of_a_var() -> None:
    registered = app._registration_context.event_handlers[f"{AppState.get_full_name()}.setvar"]
    function = registered.handler.fn
    assert function.__qualname__ == SETVAR, "See exposed.is_setvar."
    assert list(inspect.signature(function).parameters)[1:] == ["var_name", "value"], "exposed.py"
    assert constants.SETTER_PREFIX == "set_", "See exposed.has_setter."
    copy = with_function(registered, print)
    assert type(copy.handler) is EventHandler, "See calling.with_function."
    assert (copy.handler.fn, copy.handler.state) == (print, registered.handler.state)


def test_a_background_handler_gets_a_proxy_that_can_be_linked_to_another() -> None:
    assert parameters(StateProxy.__init__)[1::2] == ["state_instance", "parent_state_proxy"], (
        "See watched.WatchedStateProxy: which proxy does a background handler get now?"
    )
    assert "parent_state_proxy=self" in inspect.getsource(StateProxy.get_state), "See watched.py."
    run = inspect.getsource(BaseStateEventProcessor._execute_event)
    assert "if not proxy._self_entered_context" in run, "See _reflex.forget_entering."


def test_page_loads_run_in_a_state_of_their_own() -> None:
    assert "on_load_internal" in OnLoadInternalState.event_handlers, (
        "Find the state that runs on_load now, for handlers.for_django."
    )
    assert "load_events" in inspect.getsource(state._load_events_for_page), (
        "See _reflex.enqueues_on_load: which event enqueues the handlers of a page now?"
    )


def test_the_states_of_reflex_itself_are_known() -> None:
    own = {state for state in rx.State.__subclasses__() if state.__module__ == "reflex.state"}
    known = {OnLoadInternalState, UpdateVarsInternalState, FrontendEventExceptionState}
    assert own - {rx.ComponentState} == known, (
        "Look what its events do, and whether public_states.REFLEX_STATES should name it."
    )
    assert {rx.State, *known} == REFLEX_STATES


def test_router_data_names_the_socket_and_the_url() -> None:
    assert (RouteVar.SESSION_ID, RouteVar.ORIGIN) == ("sid", "asPath"), (
        "The pages and the tests' client send these names: see _reflex.page_url."
    )


def test_the_backends_paths_are_those_that_django_leaves_to_it() -> None:
    assert {str(endpoint) for endpoint in Endpoint} == set(RESERVED_PREFIXES), (
        "Bring django_adapter.application.RESERVED_PREFIXES up to date."
    )


def test_settings_of_reflex_can_be_set_for_a_moment() -> None:
    assert isinstance(environment.REFLEX_WEB_WORKDIR.get(), Path), "See _reflex.serving_only."
    assert environment.REFLEX_SKIP_COMPILE.get() is False, "See _reflex.serving_only."
    assert Env.PROD.value == "prod"
    assert hasattr(environment.REFLEX_ENV_MODE, "set"), "See _reflex.compile_pages."


def test_how_large_a_message_may_be_is_read_from_the_environment() -> None:
    limit = environment.REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE
    assert int(os.environ[limit.name]) == limit.get() == 1024 * 1024, "See take_messages_of."


def test_states_are_kept_in_a_folder_that_the_environment_names() -> None:
    folder = environment.REFLEX_STATES_WORKDIR
    assert os.environ[folder.name] == str(folder.get()), "See states_folder."
    assert StateManagerDisk().states_directory == folder.get()


def test_events_wait_in_a_queue_of_their_tab() -> None:
    """`_reflex.queue_exceeds`; that it counts them right is held by ``test_event_flood.py``."""
    fields = {field.name for field in dataclasses.fields(BaseStateEventProcessor)}
    assert "_token_queues" in fields, "See EventProcessor._enqueue_for_token."
    assert hasattr(rx.App, "event_processor"), "See _reflex.queue_exceeds."
    assert "parent_txid" in {field.name for field in dataclasses.fields(EventContext)}


def test_events_that_run_are_tasks_that_the_processor_waits_for() -> None:
    """`_reflex.end_events`; what it is for is held by ``test_stop.py``."""
    fields = {field.name for field in dataclasses.fields(BaseStateEventProcessor)}
    assert "_tasks" in fields, "See EventProcessor._create_event_task."
    assert "_tasks" in names_in(BaseStateEventProcessor._stop_tasks), "See EventProcessor.stop."
    named = inspect.getsource(BaseStateEventProcessor._create_event_task)
    assert 'name = f"reflex_event|{entry.event.name}|' in named, "See _reflex.end_events."


def test_tokens_are_kept_in_redis_for_all_processes() -> None:
    """`_reflex.is_linked` and `forget_token`; what for is held by ``test_tabs_elsewhere.py``."""
    assert parameters(RedisTokenManager.is_token_connected) == ["self", "token"], "See is_linked."
    stored = names_in(RedisTokenManager._store_socket_record)
    assert {"redis", "_get_redis_key"} <= stored, "See _reflex.forget_token."


def test_the_configuration_says_where_states_are_shared() -> None:
    assert parameters(prerequisites.parse_redis_url) == [], "See StateManager.create."
    assert "redis_url" in names_in(prerequisites.parse_redis_url), "See _reflex.redis_url."


def test_the_steps_of_an_export_can_be_taken_one_by_one() -> None:
    steps = [build.build, build.set_env_json, prerequisites.get_web_dir]
    steps += [prerequisites.needs_reinit, prerequisites.initialize_frontend_dependencies]
    assert [parameters(step) for step in steps] == [[]] * 5, "See reflex.utils.export.export."
    assert "prerender_routes" in parameters(rx.App._compile), "See reflex.utils.export.export."
    assert Dirs.STATIC == "build/client", "See what build.build() leaves, for bundle_pages."
    assert "ROUTES_MANIFEST" in names_in(compiler.compile_app), "See _reflex.compiled_routes."


def test_calling_the_app_compiles_it_for_vite() -> None:
    """`_reflex.compiling`; that Vite has the pages then is held by ``e2e/test_develop.py``."""
    assert "_compile" in names_in(rx.App.__call__), "See _reflex.compiling."
    assert "_install_frontend_packages" in names_in(js_runtimes.install_frontend_packages)
    assert "SystemExit" in names_in(processes.stream_logs), "See _reflex.compiling."
    assert Env.DEV.value == "dev"
    warmup = environment.REFLEX_VITE_WARMUP_ROUTES
    assert (warmup.name, warmup.get()) == ("REFLEX_VITE_WARMUP_ROUTES", False), "See dev/loop.py."


def test_a_build_has_the_names_that_the_index_knows() -> None:
    compressing = (TEMPLATES / "web" / "compress-static.js").read_text()
    assert set(re.findall(r'extension: "(.*)"', compressing)) == set(CODINGS), "See codings.py."
    assert ReactRouter.SPA_FALLBACK in SHELLS, "See files.SHELLS."
    assert '"404.html"' in inspect.getsource(build.build), "See files.SHELLS."


def test_a_configuration_remembers_what_it_was_told() -> None:
    disabled = [rx.plugins.SitemapPlugin]
    config = rx.Config(app_name="tea", telemetry_enabled=True, disable_plugins=disabled)
    told = {"app_name", "telemetry_enabled", "disable_plugins"}
    assert told <= config._non_default_attributes, "See _reflex.explicit_values."
    assert "transport" not in config._non_default_attributes, "See _reflex.explicit_values."


def test_the_configuration_is_kept_for_all_who_ask() -> None:
    assert get_config() is get_config(), "See config_finder: who loads rxconfig, and when?"
    assert get_config().module == "reflex_adapter.django_led_app", "See _reflex.compile_pages."


def test_the_page_drops_the_port_where_our_plugin_keeps_it() -> None:
    assert STATE_JS.read_text().count(PORT_DROPPED) == 1, (
        "Read getBackendURL for own_origin.keep_port."
    )


@pytest.mark.parametrize("plugin", [OwnOriginPlugin, OwnPathPlugin])
def test_plugins_have_the_hooks_that_ours_use(plugin: type[rx.plugins.Plugin]) -> None:
    ours = {name for name in vars(plugin) if not name.startswith("_")}
    assert ours <= set(dir(rx.plugins.Plugin)), "See Reflex's plugin hooks, for own_origin.py."


def test_the_bundler_is_told_the_path_of_the_app_in_one_place() -> None:
    config = frontend_skeleton._compile_vite_config(get_config())
    assert with_own_base(config) == config, "See own_path_plugin.with_own_base."
    assert not parameters(reload_config), "See build.for_any_path."


def test_values_that_pages_begin_with_are_asked_of_a_method_that_may_be_replaced() -> None:
    where = "See _reflex.OfTab.dict."
    assert parameters(rx.State.dict)[:3] == ["self", "include_computed", "initial"], where
    for caller in (utils.compile_state, state._diff_against_initial_state):
        assert ".dict(initial=True)" in inspect.getsource(caller), where

    def replaced() -> None: ...

    assert vars(_override_base_method(replaced)) == {"__override_base_method__": True}, where
    assert AppState.dict is OfTab.dict, where


def test_what_a_cached_var_reads_is_kept_where_it_is_declared() -> None:
    by_session = RememberingState.get_full_name(), "by_session"
    assert by_session in AppState._var_dependencies["_session_digest"], (
        "See _reflex.is_read_by_cached_vars."
    )
    assert "_messages_since" not in AppState._var_dependencies


def test_every_undocumented_name_has_a_canary() -> None:
    tree = ast.parse(Path(_reflex.__file__).read_text())
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    theirs = [node for node in imports if str(node.module).partition(".")[0] in THEIRS]
    names = {alias.name for node in theirs for alias in node.names}
    here = ast.walk(ast.parse(Path(__file__).read_text()))
    used = {node.id for node in here if isinstance(node, ast.Name)}
    assert names <= used, f"Write a canary for {names - used}."


@pytest.mark.parametrize("name", LOGGERS)
def test_clients_words_are_logged_by_these(name: str) -> None:
    logger = getattr(sys.modules.get(name), "logger", None)
    assert isinstance(logger, logging.Logger), "See reflex_logs.py: who logs them now?"
    assert logger.name == name, "See reflex_logs.py."


def test_the_decorator_of_handlers_leaves_no_mark() -> None:
    def function() -> None: ...

    assert rx.event(function) is function, "exposed.is_decorated could ask the mark instead."
    assert vars(function) == {}, "exposed.is_decorated could ask the mark instead."
