"""Have Reflex build an app that finds its files at whatever path it is served."""

from __future__ import annotations

import json
import re
from typing import Any

from reflex.plugins import Plugin

from reflex_adapter._reflex import get_config
from reflex_adapter.own_path import make_movable

BASE = re.compile(r'\bbase: "[^"]*"')


class OwnPathPlugin(Plugin):
    """Uses Reflex's plugin hooks only; fails the build if it is not as it expects."""

    def pre_compile(self, **context: Any) -> None:
        # Reflex writes this file once, and not again when the path of the app is another one.
        context["add_modify_task"]("vite.config.js", with_own_base)

    def post_build(self, **context: Any) -> None:
        make_movable(context["static_dir"])


def with_own_base(vite_config: str) -> str:
    base = f"base: {json.dumps(get_config().prepend_frontend_path('/'))}"
    changed, times = BASE.subn(lambda _: base, vite_config)
    if times != 1:
        raise RuntimeError("vite.config.js names no base. Is this Reflex supported?")
    return changed
