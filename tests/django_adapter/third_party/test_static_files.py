"""whitenoise and servestatic: the files of STATIC_ROOT are served, and nothing else is touched."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django.fixtures import Settings

from tests.django_adapter.third_party.conftest import Ask, Respond, RunEvent

SERVESTATIC = "servestatic.middleware.ServeStaticMiddleware"
WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
ALONE = [SERVESTATIC]

pytestmark = [
    pytest.mark.urls(__name__),
    pytest.mark.parametrize("server", [SERVESTATIC, WHITENOISE]),
    pytest.mark.usefixtures("served_by"),
    # WhiteNoise gives Django a synchronous iterator of each file, also under its own handler.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous:Warning"),
]


def sync_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


urlpatterns = [path("sync/", sync_page), path("async/", async_page)]


@pytest.fixture
def served_by(chain: None, settings: Settings, server: str) -> None:
    settings.MIDDLEWARE = [server if m == SERVESTATIC else m for m in settings.MIDDLEWARE]


async def test_a_file_is_served(ask: Ask, settings: Settings) -> None:
    response = await ask("/static/site.css")
    assert response.content == (settings.STATIC_ROOT / "site.css").read_bytes()
    assert response.headers["content-type"] == 'text/css; charset="utf-8"'
    assert response.headers["cache-control"] == "max-age=60, public"


async def test_a_file_is_served_as_asked_for(ask: Ask) -> None:
    whole = await ask("/static/site.css")
    again = await ask("/static/site.css", headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = await ask("/static/site.css", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, b"body")
    head = await ask("/static/site.css", method="HEAD")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))
    assert (await ask("/static/site.css", method="POST")).status_code == 405


async def test_other_paths_are_the_projects(ask: Ask) -> None:
    assert (await ask("/sync/")).text == (await ask("/async/")).text == "done"
    assert (await ask("/static/nothing.css")).status_code == 404


@pytest.mark.parametrize("page", ["/page/", "/static/", "/static/nothing.css"])
async def test_an_event_passes(respond: Respond, page: str) -> None:
    assert (await respond(async_page, path=page)).content == b"done"


async def test_an_event_of_a_file_is_refused(run: RunEvent) -> None:
    """No page has such a path, but a client may say so; then no handler runs."""
    ran = await run(async_page, path="/static/site.css")
    assert (ran.response.status_code, ran.reached) == (405, False)
