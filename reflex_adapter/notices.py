"""What the processes of a project tell each other: small notices, signed with ``SECRET_KEY``.

A notice names an account or a ticket, never a session, and says of whom it is. Whoever can write to
the broker without the key can do nothing by it: what is not signed is ignored.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import salted_hmac

logger = logging.getLogger("reflex_adapter")

SALT = "reflex_adapter.notices"
MOST_AGE = 300  # seconds by which clocks of machines may differ
MOST_BYTES = 4096


@dataclass(frozen=True)
class Notice:
    """``kind`` is what the receivers know it by, ``about`` the account or ticket."""

    kind: str
    about: str
    sender: str  # the process that tells it


def own_channel() -> str:
    return channel_of(settings.SECRET_KEY)


def channels() -> list[str]:
    """Return those to listen to: of old secrets too, while processes that have them still run."""
    return [channel_of(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def channel_of(key: str | bytes) -> str:
    """Return the channel of the project that has this secret: several may share a broker."""
    name = salted_hmac(SALT, "channel", secret=key, algorithm="sha256").hexdigest()
    return f"reflex_adapter:{name[:32]}"


def signed(notice: Notice) -> str:
    return signing.dumps(asdict(notice), salt=SALT)


class Reader:
    """Reads what came by the channel, and says once in the log that something is no notice."""

    def __init__(self) -> None:
        self._warned = False

    def read(self, data: bytes) -> Notice | None:
        try:
            return checked(data)
        except (signing.BadSignature, ValueError, TypeError) as error:
            if not self._warned:
                self._warned = True
                why = type(error).__name__  # its text would quote what came
                logger.warning("Ignored what came by Redis and is no notice of ours: %s", why)
            return None


def checked(data: bytes) -> Notice:
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes")
    content: Any = signing.loads(data.decode("ascii"), salt=SALT, max_age=MOST_AGE)
    return Notice(**{name: str(value) for name, value in content.items()})
