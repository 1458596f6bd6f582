"""Stacks, plans and requests at random: what hypothesis makes the examples of."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import strategies as st

from tests.django_adapter.differential.acts import ANSWERS, CHANGES, ERRORS, NEED_THREAD
from tests.django_adapter.differential.asked import Asked
from tests.django_adapter.differential.middleware import (
    AFTER,
    BEFORE,
    CALL,
    DJANGO,
    EXCEPTION,
    FINALLY,
    OURS,
    TEMPLATE,
    USUAL,
    VIEW,
    places,
)
from tests.django_adapter.differential.normal import FILES, SIGNED, TOKEN, Visitor
from tests.django_adapter.differential.views import NO_VIEW_PATHS, VIEW_PATHS

Plan = dict[tuple[str, str], str]

changes, answers = st.sampled_from(list(CHANGES)), st.sampled_from(list(ANSWERS))
errors = st.sampled_from(list(ERRORS))
marks = st.sampled_from(["set cookie", "delete cookies", "mark"])
nothing = st.just("return None")
templates = st.sampled_from(["answer template", "answer async template", "answer failing template"])


def weighted(*strategies: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """One of these, each as often as is said (``one_of`` knows each only once)."""
    drawn = [strategy for weight, strategy in strategies for _ in range(weight)]
    return st.sampled_from(range(len(drawn))).flatmap(drawn.__getitem__)


# What can be told at each phase; most requests are to come to the view, and back.
early = weighted((8, changes), (1, answers), (1, errors))
TOLD = {
    BEFORE: early,
    CALL: weighted((6, changes), (1, errors)),
    VIEW: early,
    TEMPLATE: weighted((3, changes), (2, templates), (1, answers), (1, errors), (1, nothing)),
    EXCEPTION: weighted((1, changes), (1, answers), (1, errors)),
    AFTER: weighted((2, changes), (3, marks), (1, answers), (1, errors), (1, nothing)),
    FINALLY: weighted((3, changes), (1, errors)),
}
streams = st.sampled_from(["stream", "stream and fail"])
told_view = weighted(
    (3, changes),
    (2, answers),
    (3, templates),
    (3, errors),
    (1, streams),
    (1, nothing),
    (3, st.none()),
)

HEADERS = [
    ("accept-encoding", "gzip"),
    ("accept-language", "de"),
    ("if-none-match", "*"),
    ("x-csrftoken", TOKEN),
]
UNWANTED = [
    ("host", "not/allowed"),
    ("origin", "http://elsewhere.example"),
    ("user-agent", "bad robot"),
]
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


# Ours in any order, with some of Django's at places where they do not belong.
any_stack = st.lists(
    weighted((3, st.sampled_from(list(OURS))), (1, st.sampled_from(DJANGO))), max_size=8
)
# Django's own in the order in which they work, with others anywhere among them.
usual_stack = st.builds(
    with_extra,
    st.sampled_from([USUAL, USUAL, DJANGO]),
    st.lists(st.tuples(st.integers(0, len(USUAL)), st.sampled_from(list(OURS))), max_size=5),
)
paths = weighted((6, st.sampled_from(VIEW_PATHS)), (1, st.sampled_from(NO_VIEW_PATHS)))
visitors = st.builds(
    Visitor,
    engine=st.sampled_from([SIGNED, FILES]),
    session=st.sampled_from(["none", "known", "user", "unknown"]),
    token=st.booleans(),
)


headers = st.tuples(
    st.lists(st.sampled_from(HEADERS), max_size=2, unique=True),
    weighted((9, st.just([])), (1, st.sampled_from(UNWANTED).map(lambda one: [one]))),
).map(lambda both: (*both[0], *both[1]))


@st.composite
def plans_for(draw: st.DrawFn, stack: list[str]) -> Plan:
    plan: Plan = {}
    if possible := sorted(set(places(stack))):
        for place in draw(st.lists(st.sampled_from(possible), max_size=4, unique=True)):
            plan[place] = draw(TOLD[place[1]])
    if told := draw(told_view):
        plan["view", "call"] = told
    if draw(st.integers(0, 9)) == 9:
        plan["error handler", draw(st.sampled_from(["404", "500"]))] = "raise"
    return plan


stacks = st.one_of(any_stack, usual_stack)


@st.composite
def exchanges_asked(draw: st.DrawFn, stacks: st.SearchStrategy[list[str]] = stacks) -> Asked:
    stack = draw(stacks)
    return Asked(
        stack=stack,
        plan=draw(plans_for(stack)),
        path=draw(paths),
        method=draw(st.sampled_from(["GET", "GET", "POST", "HEAD"])),
        visitor=draw(visitors),
        headers=draw(headers),
        settings=draw(weighted((2, st.just({})), (1, st.sampled_from(OTHER_SETTINGS)))),
        signals=draw(st.booleans()),
        whole=draw(st.booleans()),
    )


@st.composite
def events_asked(draw: st.DrawFn) -> Asked:
    """What the runner can be asked: a request without a body, for an async view of its own."""
    asked, path = draw(exchanges_asked()), draw(st.sampled_from(["/async/", "/open/"]))
    plan = {place: todo for place, todo in asked.plan.items() if todo != "take over urls"}
    return dataclasses.replace(asked, path=path, method="GET", plan=plan)


@st.composite
def non_blocking_asked(draw: st.DrawFn) -> Asked:
    """Requests of which our hooks need no thread, and say so in the settings."""
    asked = draw(exchanges_asked())
    plan = {place: todo for place, todo in asked.plan.items() if todo not in NEED_THREAD}
    hooks = [path for path in asked.stack if ".hooks." in path]
    changed = {**asked.settings, "DJANGO_ADAPTER_NON_BLOCKING": hooks}
    return dataclasses.replace(asked, plan=plan, settings=changed, visitor=Visitor(SIGNED))


@st.composite
def several_asked(draw: st.DrawFn) -> list[Asked]:
    """Requests to meet in one handler; signals could not be told apart."""
    first = dataclasses.replace(draw(exchanges_asked()), signals=False)
    others = draw(st.lists(exchanges_asked(st.just(first.stack)), min_size=1, max_size=5))
    same = {"settings": first.settings, "signals": False}
    visitors = [dataclasses.replace(each.visitor, engine=first.visitor.engine) for each in others]
    pairs = zip(others, visitors, strict=True)
    return [first, *(dataclasses.replace(one, visitor=who, **same) for one, who in pairs)]
