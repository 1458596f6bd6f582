"""The default layout of a page made with ``template``: Django's messages above its content."""

from __future__ import annotations

from typing import Any

import reflex as rx

from reflex_adapter.state import AppState

COLORS = {"success": "green", "warning": "amber", "error": "red"}
ONE_LINE = "44px"  # the height of a message that needs no second line


def default_layout(content: rx.Component) -> rx.Component:
    """Return ``content`` in a container of readable width, with the messages as they arrive.

    They stay in sight wherever the page is scrolled to, and one short message moves nothing.
    """
    messages = rx.vstack(
        rx.foreach(AppState.messages, message_callout),
        width="100%",
        margin_bottom="1em",
        min_height=ONE_LINE,
        position="sticky",
        top="0.5em",
        z_index="1",
        pointer_events="none",  # the room for messages may lie over what is to be clicked
    )
    layout: rx.Component = rx.container(messages, content, size="3")
    return layout


def message_callout(message: Any) -> rx.Component:
    color = rx.match(message["level_tag"], *COLORS.items(), "blue")
    callout: rx.Component = rx.callout(
        message["message"].to(str),
        color_scheme=color,
        size="1",
        role="status",
        width="100%",
        background_color="var(--accent-3)",  # Radix's own lets the page shine through
        box_shadow="var(--shadow-3)",
        pointer_events="auto",
    )
    return callout
