"""A certificate for the servers, and clients that trust it: made anew for each run."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

import trustme


@cache
def authority() -> trustme.CA:
    return trustme.CA()


def issue_certificate(file: Path) -> None:
    """Write a certificate for this machine, and its key, into one file."""
    authority().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(file))


def trusting(*protocols: str) -> ssl.SSLContext:
    """Return what a client needs to trust the servers and nobody else, offering these protocols."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    context.set_alpn_protocols(protocols)
    return context
