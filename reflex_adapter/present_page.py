"""Whether the page that a tab has by now is the one that an event came from."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING

from reflex_adapter.bridge import Outcome
from reflex_adapter.connection import Connection
from reflex_adapter.other_tabs import connection_of

if TYPE_CHECKING:
    from reflex_adapter.reflex_app import DjangoApp

logger = logging.getLogger("reflex_adapter")


def concerns(app: DjangoApp, connection: Connection, token: str, outcome: Outcome) -> bool:
    """Tell whether who has the tab now is to be told what an event of ``connection`` came to.

    A refusal is not for who came to it under another session meanwhile.
    """
    refused = outcome.response.status_code >= HTTPStatus.BAD_REQUEST
    if refused and not reaches(app, connection, token):
        logger.info("Told nobody of a refusal: its session has ended")
        return False
    return True


def reaches(app: DjangoApp, connection: Connection, token: str) -> bool:
    """Tell whether what an event of ``connection`` sends is for who has the tab's socket now.

    A page that came back with another session may be another account's, and one that was loaded
    anew during a login has yet to get the cookies. Each begins with the whole state anyway.
    """
    if not connection.closed:
        return True
    present = connection_of(app, token)
    return present is not None and present.session_cookie == connection.session_cookie
