"""The HTTP half of a raw browser: a cookie jar, Django's login form, and tickets redeemed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from reflex_adapter.conf import TICKET_PATH
from tests.reflex_adapter.client import PROBE, EventClient, connected, numbers


class Browser:
    """One person's browser on the site at ``address``; its tabs share its cookies."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        self.http = http
        self.address = address

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.http.cookies.jar}

    @property
    def cookie(self) -> str:
        """The ``Cookie`` header it would send."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def log_in(self, username: str, password: str = "secret") -> None:
        """Use Django's own form."""
        await self.http.get("/admin/login/")
        form = {"username": username, "password": password}
        token = {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
        answer = await self.http.post("/admin/login/", data={**form, **token})
        assert answer.status_code == 302, answer.text

    async def asks(self, path: str) -> Any:
        return (await self.http.get(path)).json()

    @asynccontextmanager
    async def tab(self, **options: Any) -> AsyncIterator[EventClient]:
        """Open a tab; cookies set on its handshake are the browser's from then on."""
        async with connected(self.address, cookie=self.cookie, **options) as tab:
            assert tab.socket.response is not None
            lines = tab.socket.response.headers.get_all("Set-Cookie")
            request = httpx.Request("GET", self.address)
            headers = [("set-cookie", line) for line in lines]
            self.http.cookies.extract_cookies(httpx.Response(200, headers=headers, request=request))
            yield tab

    async def does(self, tab: EventClient, event: str, **payload: Any) -> list[str]:
        """Run ``event`` to its end; return the ``Set-Cookie`` lines that it brought the browser."""
        mark, lines = next(numbers), []
        await tab.send(event, **payload)
        await tab.send(f"{PROBE}.mark", number=mark)
        while tab.var(PROBE, "seen") != f"mark {mark}":
            await tab.receive()
            lines += await self.redeem(tab)
        return lines

    async def redeem(self, tab: EventClient) -> list[str]:
        """Fetch the cookies that the tab was told of, as the page would."""
        lines: list[str] = []
        for headers in tickets(tab):
            cookies = {"Cookie": self.cookie}  # those for TLS too, as if this were it
            answer = await self.http.post(TICKET_PATH, headers={**headers, **cookies})
            assert answer.status_code == 204
            lines += answer.headers.get_list("set-cookie")
        tab.told = [event for event in tab.told if TICKET_PATH not in json.dumps(event)]
        return lines


def tickets(tab: EventClient) -> list[dict[str, str]]:
    """Return the headers with which the page was told to fetch its cookies, each time."""
    scripts = [script for script in tab.scripts if TICKET_PATH in script]
    return [json.loads(script[script.index('{"') : script.rindex("}")]) for script in scripts]


@asynccontextmanager
async def browser(address: str) -> AsyncIterator[Browser]:
    """Open a new browser, without a cookie."""
    async with httpx.AsyncClient(base_url=address, headers={"Origin": address}) as http:
        yield Browser(http, address)
