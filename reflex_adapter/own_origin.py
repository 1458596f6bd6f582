"""Make the compiled page talk to the origin it was loaded from, whichever that is.

Reflex compiles the backend's address into the bundle. This plugin compiles an address in that
cannot exist (RFC 2606, section 2) and, once the bundle is built, turns it into
``window.location.origin``. So one build works on any host, port and scheme.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

from reflex_adapter._reflex import backend_paths

PLACE_HOLDER = "http://own-origin.invalid"
LITERAL = re.compile(rf"""([`"']){re.escape(PLACE_HOLDER)}([^`"'$\\]*)\1""")
OWN_ORIGIN = r'(globalThis.location?.origin??"http://localhost")+"\2"'

# Reflex's getBackendURL drops the port of https://localhost:8443.
PORT_DROPPED = 'endpoint.port = "";'
PORT_KEPT = "endpoint.port = window.location.port;"


class OwnOriginPlugin(Plugin):
    """Uses Reflex's plugin hooks only; fails the build if the bundle is not as it expects."""

    def update_env_json(self, **context: Any) -> dict[str, Any]:
        return {name: PLACE_HOLDER + path for name, path in backend_paths().items()}

    def pre_compile(self, **context: Any) -> None:
        context["add_modify_task"]("utils/state.js", keep_port)

    def post_build(self, **context: Any) -> None:
        scripts = [file for file in context["static_dir"].rglob("*.js") if has_place_holder(file)]
        if not scripts:
            raise unexpected("the bundle does not name its backend")
        for script in scripts:
            rewrite(script, LITERAL, rf"({OWN_ORIGIN})")
        for page in filter(has_place_holder, context["static_dir"].rglob("*.html")):
            rewrite(page, re.compile(re.escape(PLACE_HOLDER)), "")


def keep_port(state_js: str) -> str:
    if PORT_DROPPED not in state_js and PORT_KEPT not in state_js:
        raise unexpected("utils/state.js has another getBackendURL")
    return state_js.replace(PORT_DROPPED, PORT_KEPT)


def has_place_holder(file: Path) -> bool:
    return PLACE_HOLDER in file.read_text(encoding="utf-8")


def rewrite(file: Path, pattern: re.Pattern[str], replacement: str) -> None:
    text = pattern.sub(replacement, file.read_text(encoding="utf-8"))
    if PLACE_HOLDER in text:
        raise unexpected(f"{file.name} names its backend in an unknown way")
    file.write_text(text, encoding="utf-8")


def unexpected(what: str) -> RuntimeError:
    return RuntimeError(f"The page would not find its backend: {what}. Is this Reflex supported?")
