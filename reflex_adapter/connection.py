"""One client's connection: what it said when it connected, and the cookies it got since.

A WebSocket keeps the cookies of its handshake for ever. Those that the chain sets on an event are
laid over them here, so that the next event of the socket has them at once. Never in a state,
never in a log.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Collection
from http.cookies import Morsel, SimpleCookie
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from asgi_compose import Scope, Send
from django_adapter import SyntheticRequests
from reflex_adapter.closable import ClosableSocket
from reflex_adapter.conf import configuration
from reflex_adapter.guards import Guard
from reflex_adapter.last_load import LastLoad
from reflex_adapter.logins import Login, account_of, login_of
from reflex_adapter.under_way import EventsUnderWay
from reflex_adapter.visitor import new_visitor, visitor_line, visitor_of

STALE_SESSION = 4401  # the close code after which the page comes back with the browser's cookies
ENDS_NOW = re.compile(r"0+|-\d+")  # a Max-Age that deletes the cookie (RFC 6265, section 5.2.2)


class Connection(ClosableSocket):
    """The true scope of a connection whose ``Origin`` and host were checked, and its way back."""

    def __init__(self, scope: Scope, send: Send) -> None:
        super().__init__(send)
        self.handshake = scope
        self.withheld = False  # whether a stranger was kept from some of the state
        # The guards of what was kept back of guarded states, each class's, and the account then.
        self.kept_back: set[tuple[Guard, ...]] = set()
        self.kept_back_from = ""
        self.last_page = "/"  # of the last event, as the client claims it
        self.last_load = LastLoad()
        self._header = cookie_header(scope)
        self._cookies = split_cookies(self._header)
        self._requests: SyntheticRequests | None = None  # until a cookie changes, or it rests
        self._used = False  # whether anything was requested since it rested last
        self.visitor = visitor_of(self._cookies)
        self._found: str | None = None  # the session cookie that led to a session
        self.account = ""  # of whom the last event was
        self.login: Login | None = None  # what made them so, if it was a session
        self.checked = 0.0  # when that was last asked of its store, in seconds of monotonic()
        self.events = EventsUnderWay()

    @property
    def requests(self) -> SyntheticRequests:
        """What makes requests with the cookies of this moment."""
        self._used = True
        if self._requests is None:
            self._requests = SyntheticRequests(self.scope)
        return self._requests

    def rest(self) -> None:
        """Hold less, if nothing was requested since this was called last: headers, parsed."""
        if not self._used:
            self._requests = None
        self._used = False

    @property
    def scope(self) -> Scope:
        """The handshake's scope with the cookies of this moment."""
        others = [pair for pair in self.handshake["headers"] if pair[0].lower() != b"cookie"]
        cookie = [(b"cookie", self._header.encode("latin-1"))] if self._header else []
        return {**self.handshake, "headers": [*others, *cookie]}

    @property
    def session_cookie(self) -> str | None:
        """The session cookie as the client would send it."""
        return self._cookies.get(settings.SESSION_COOKIE_NAME)

    def respond(
        self, response: HttpResponseBase, own: Collection[str] = (), *, ran: bool = True
    ) -> list[str]:
        """Take what Django answered an event; return the ``Set-Cookie`` values to be brought on.

        A WebSocket has no way to bring any itself. Cookies named ``own`` are brought in any case:
        what the browser has by now, this socket does not know. ``ran`` tells whether the handler
        did, for those whose answer shows it.
        """
        return self.take(response.cookies, own)

    def make_visitor(self) -> tuple[str, str]:
        """Make who connected without one a visitor; return it and its ``Set-Cookie`` value."""
        visitor = new_visitor()
        value, line = visitor_line(self.requests.request(path="/"), visitor)
        self._cookies[configuration().visitor_cookie] = value
        self._header = "; ".join(
            filter(None, [self._header, f"{configuration().visitor_cookie}={value}"])
        )
        self._requests = None
        self.visitor = visitor
        return visitor, line

    def session_gone(self, given: str | None, found: bool | None) -> bool:
        """Tell whether the session of the cookie ``given`` has gone since this socket had it.

        One that had gone before the handshake is no news to the browser: it would come back with
        the same cookie, again and again.
        """
        if found:
            self._found = given
        return found is False and given is not None and given == self._found == self.session_cookie

    def saw(self, request: HttpRequest) -> str | None:
        """Note who ``request`` was from, once the chain has ended.

        Returns the account whose login it was, if that is another or none by now.
        """
        former, account = self.login, self.account
        self.account, self.login = account_of(request), login_of(request, self.login)
        self.checked = time.monotonic()
        return account if former is not None and former != self.login else None

    def has_lost_login(self, request: HttpRequest) -> bool:
        """Tell whether ``request`` was found to be nobody's, and no event here has logged out."""
        return self.login is not None and not self.events.count and login_of(request) is None

    def connect_again(self) -> None:
        """Have the client come back with the cookies of its browser, once no event is under way."""
        self.events.once_none(functools.partial(self.close_soon, STALE_SESSION))

    def take(self, cookies: SimpleCookie, own: Collection[str] = ()) -> list[str]:
        """Apply what a response sets; return those ``Set-Cookie`` values that change something.

        Raises ``UnicodeEncodeError`` for a value that no header can carry, as Django does.
        """
        for morsel in cookies.values():
            morsel.OutputString().encode("ascii")
        applied = [(morsel, self._apply(morsel)) for morsel in cookies.values()]
        news = [morsel for morsel, changed in applied if changed or morsel.key in own]
        return [morsel.OutputString() for morsel in news]

    def session_changed(self) -> None:
        """Forget what requests so far had of the session, which was changed by another way."""
        self._requests = None

    def _apply(self, morsel: Morsel[str]) -> bool:
        before = self._cookies.get(morsel.key)
        if ends_now(morsel):
            self._cookies.pop(morsel.key, None)
        else:
            self._cookies[morsel.key] = morsel.coded_value
        changed = before != self._cookies.get(morsel.key)
        if changed:
            self._header = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            self._requests = None
        return changed


def ends_now(morsel: Morsel[str]) -> bool:
    """Tell whether a ``Set-Cookie`` line deletes its cookie."""
    return ENDS_NOW.fullmatch(str(morsel["max-age"])) is not None


@functools.lru_cache(128)  # of the claims of clients, which are up to 16 kB each
def path_and_query(page: str) -> tuple[str, bytes]:
    """Return the path of a page, decoded, and its query, as a request for it has them.

    A claim that is no page's URL counts as ``/``.
    """
    try:
        url = urlsplit(page)
        path, query = unquote(url.path), url.query.encode()
        path.encode()
    except ValueError:  # a UnicodeEncodeError is one
        return "/", b""
    return (path, query) if path.startswith("/") and "\0" not in path else ("/", query)


def sent_cookies(scope: Scope) -> dict[str, str]:
    """Return the cookies of a scope, each value as it was sent."""
    return split_cookies(cookie_header(scope))


def cookie_header(scope: Scope) -> str:
    """Return the one ``Cookie`` header of a scope; over HTTP/2 they may be several."""
    headers = (value for name, value in scope["headers"] if name.lower() == b"cookie")
    return b"; ".join(headers).decode("latin-1")


def split_cookies(header: str) -> dict[str, str]:
    split = (pair.partition("=") for pair in header.split(";"))
    return {name.strip(): value.strip() for name, equals, value in split if equals}
