"""Packets at random, most of them a page's with something changed."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.reflex_adapter.client import APP_STATE, PROBE, ROOT

PAGE = {"pathname": "/", "asPath": "/?a=b", "query": {"a": "b"}}
CONNECT, DISCONNECT, CLOSE = "40/_event,", "41", "1"


def event(name: str, **payload: Any) -> list[Any]:
    return ["event", {"name": name, "payload": payload, "router_data": PAGE}]


EVENTS: list[Any] = [
    event(f"{PROBE}.keep", value="x"),
    event(f"{PROBE}.mark", number=1),
    event(f"{PROBE}.who"),
    event(f"{APP_STATE}.setvar", var_name="seen", value="x"),
    event(f"{ROOT}.hydrate_and_load", vars={}, hashes=[]),
    event(f"{ROOT}.reflex___state____on_load_internal_state.on_load_internal"),
    event(f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal", vars={}),
    ["client_error", {"message": "x"}],
    ["connect", {"QUERY_STRING": "token=x", "asgi.scope": {"headers": []}}],
    ["ping"],
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)  # halves of characters, too
    | st.sampled_from([ROOT, PROBE, f"{PROBE}.who", "/", "//x", "x" * 5000, "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=8,
)
STARTS = st.sampled_from(
    ["42/_event,"] * 6 + ["40/_event,", "42", "42/_event,7", "43/_event,", "4"]
)


@st.composite
def changed_data(draw: st.DrawFn) -> str:
    """Return a page's packet, one value of its data being another, gone, or there twice."""
    data = copy.deepcopy(draw(st.sampled_from(EVENTS)))
    places = list(parts_of(data))
    part, key = draw(st.sampled_from(places))
    if draw(st.booleans()):
        part[key] = draw(JSON)
    elif isinstance(part, dict):
        part[draw(st.text(max_size=10))] = part.pop(key)
    else:
        part.insert(key, copy.deepcopy(part[key]))
    return draw(STARTS) + json.dumps(data)


def parts_of(data: Any) -> Any:
    """Yield each place in ``data`` where there is a value: what it is in, and its key or index."""
    for key in data if isinstance(data, dict) else range(len(data)):
        yield data, key
        if isinstance(data[key], dict | list):
            yield from parts_of(data[key])


@st.composite
def changed_text(draw: st.DrawFn) -> str:
    """Return a page's packet with some of its characters gone, doubled or replaced."""
    text = "42/_event," + json.dumps(draw(st.sampled_from(EVENTS)))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 20)))
    between = draw(st.text(st.characters(codec="utf-8"), max_size=5) | st.just(text[start:end] * 2))
    return text[:start] + between + text[end:]


NESTED = st.integers(1, 50_000).map(lambda deep: f"42/_event,{'[' * deep}{']' * deep}")
PACKETS = st.one_of(
    changed_data(),
    changed_data(),
    changed_text(),
    changed_text(),
    st.text(st.characters(codec="utf-8")),
    st.binary(max_size=2000),
    NESTED,
).filter(lambda packet: packet != CLOSE)


def hostile_packets(many: int) -> list[str | bytes]:
    """Return so many packets, the same each time."""
    found: list[str | bytes] = []

    @settings(
        max_examples=many,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(PACKETS)
    def collect(packet: str | bytes) -> None:
        found.append(packet)

    while len(found) < many:  # it ends early where it finds nothing new
        collect()
    return found[:many]
