"""The default layout of a page made with ``template``: Django's messages above its content."""

from __future__ import annotations

from typing import Any

import reflex as rx

from reflex_adapter.state import AppState

COLORS = {"success": "green", "warning": "amber", "error": "red"}


def default_layout(content: rx.Component) -> rx.Component:
    """Return ``content`` in a container of readable width, with the messages as they arrive."""
    messages = rx.vstack(
        rx.foreach(AppState.messages, message_callout), width="100%", margin_bottom="1em"
    )
    layout: rx.Component = rx.container(messages, content, size="3")
    return layout


def message_callout(message: Any) -> rx.Component:
    color = rx.match(message["level_tag"], *COLORS.items(), "blue")
    callout: rx.Component = rx.callout(
        message["message"].to(str), color_scheme=color, size="1", role="status", width="100%"
    )
    return callout
