"""Stacks, plans and requests at random: what hypothesis makes the examples of."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from tests.django_adapter.differential.acts import ANSWERS, CHANGES, ERRORS
from tests.django_adapter.differential.exchanges import Asked
from tests.django_adapter.differential.middleware import DJANGO, MEANT, OURS, PATHS, USUAL, places
from tests.django_adapter.differential.normal import FILES, SIGNED, TOKEN, Visitor
from tests.django_adapter.differential.views import VIEW_PATHS

Plan = dict[tuple[str, str], str]

VIEW_TOLD = ["return None", "stream", "stream and fail", *ERRORS, *ANSWERS, *CHANGES]
HEADERS = [
    ("accept-encoding", "gzip"),
    ("accept-language", "de"),
    ("if-none-match", "*"),
    ("host", "not/allowed"),
    ("origin", "http://elsewhere.example"),
    ("x-csrftoken", TOKEN),
    ("user-agent", "bad robot"),
]
USUAL_SETTINGS: list[dict[str, Any]] = [{}, {}, {}]
OTHER_SETTINGS: list[dict[str, Any]] = [
    {"DEBUG": True},
    {"DEBUG_PROPAGATE_EXCEPTIONS": True},
    {"SECURE_SSL_REDIRECT": True},
    {"SESSION_SAVE_EVERY_REQUEST": True, "CSRF_USE_SESSIONS": True},
    {"CSRF_USE_SESSIONS": True},
    {"MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage"},
]


def with_extra(stack: list[str], extra: list[tuple[int, str]]) -> list[str]:
    stack = list(stack)
    for index, path in extra:
        stack.insert(index, path)
    return stack


any_stack = st.lists(st.sampled_from(PATHS), max_size=8)
# Django's own in the order in which they work, with others anywhere among them.
usual_stack = st.builds(
    with_extra,
    st.sampled_from([USUAL, DJANGO]),
    st.lists(st.tuples(st.integers(0, len(USUAL)), st.sampled_from(list(OURS))), max_size=5),
)
visitors = st.builds(
    Visitor,
    engine=st.sampled_from([SIGNED, FILES]),
    session=st.sampled_from(["none", "known", "user", "unknown"]),
    token=st.booleans(),
)


@st.composite
def plans_for(draw: st.DrawFn, stack: list[str]) -> Plan:
    plan: Plan = {}
    if possible := sorted(set(places(stack))):
        for place in draw(st.lists(st.sampled_from(possible), max_size=4, unique=True)):
            plan[place] = draw(st.sampled_from(MEANT[place[1]]))
    if draw(st.booleans()):
        plan["view", "call"] = draw(st.sampled_from(VIEW_TOLD))
    if draw(st.integers(0, 9)) == 9:
        plan["error handler", draw(st.sampled_from(["404", "500"]))] = "raise"
    return plan


@st.composite
def exchanges_asked(draw: st.DrawFn) -> Asked:
    stack = draw(st.one_of(any_stack, usual_stack))
    return Asked(
        stack=stack,
        plan=draw(plans_for(stack)),
        path=draw(st.sampled_from(VIEW_PATHS)),
        method=draw(st.sampled_from(["GET", "POST", "HEAD"])),
        visitor=draw(visitors),
        headers=tuple(draw(st.lists(st.sampled_from(HEADERS), max_size=2, unique=True))),
        settings=draw(st.sampled_from(USUAL_SETTINGS + OTHER_SETTINGS)),
        signals=draw(st.booleans()),
        whole=draw(st.booleans()),
    )


@st.composite
def events_asked(draw: st.DrawFn) -> Asked:
    """What the runner can be asked: a request without a body, for an async view of its own."""
    asked, path = draw(exchanges_asked()), draw(st.sampled_from(["/async/", "/open/"]))
    plan = {place: todo for place, todo in asked.plan.items() if todo != "take over urls"}
    return dataclasses.replace(asked, path=path, method="GET", plan=plan)
