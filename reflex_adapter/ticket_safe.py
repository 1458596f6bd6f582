"""Tickets in Redis, for whichever process their page comes to; unreadable without the ticket.

What is kept there is encrypted with a key that only the ticket has, which only the page has, and
signed with ``SECRET_KEY``: who reads Redis learns no session key, and who writes to it sets no
cookie. It is under a hash of the ticket, which does not lead back to it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass

from django.core.signing import BadSignature, Signer

from reflex_adapter.other_processes import OtherProcesses

SALT = "reflex_adapter.tickets"


@dataclass(frozen=True)
class Cookies:
    """``Set-Cookie`` values for the browser of ``visitor`` that still has the cookie ``given``."""

    lines: list[str]
    given: str | None
    visitor: str | None


async def put(others: OtherProcesses, ticket: str, cookies: Cookies, seconds: int) -> bool:
    """Keep ``cookies`` for who brings ``ticket``; return whether ``others`` find them."""
    if not others.exist:
        return False
    return await others.broker.keep(label(ticket), seal(ticket, cookies), seconds)


async def take(others: OtherProcesses, ticket: str) -> Cookies | None:
    """Return what is kept for ``ticket``: once."""
    sealed = await others.broker.take(label(ticket)) if others.exist else None
    return None if sealed is None else unseal(ticket, sealed)


def label(ticket: str) -> str:
    """Return what the ticket is called where it must not stand."""
    return hashlib.sha256(f"{SALT}.label:{ticket}".encode()).hexdigest()


def seal(ticket: str, cookies: Cookies) -> str:
    secret = encrypted(ticket, json.dumps(asdict(cookies)).encode())
    return signer(ticket).sign(base64.b64encode(secret).decode())


def unseal(ticket: str, sealed: str) -> Cookies | None:
    try:
        secret = signer(ticket).unsign(sealed)
    except BadSignature:
        return None
    return Cookies(**json.loads(encrypted(ticket, base64.b64decode(secret))))


def signer(ticket: str) -> Signer:
    return Signer(salt=f"{SALT}:{label(ticket)}")  # what is signed for one is good for no other


def encrypted(ticket: str, data: bytes) -> bytes:
    """Encrypt or decrypt, by a key stream as long as ``data``.

    It is made of the ticket, which is random and encrypts nothing else: a one-time pad.
    """
    stream = hashlib.shake_256(f"{SALT}.key:{ticket}".encode()).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))
