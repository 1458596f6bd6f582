"""The responses that middleware and views give when they are told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import engines
from django.template.response import TemplateResponse

from tests.django_adapter.differential.trace import note


class Noted(HttpResponse):
    """A response that says when it is closed."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trace, self.noted = request.scope["trace"], request.scope["signals"]

    def close(self) -> None:
        super().close()
        if self.noted:
            self.trace.append(("closed", self.content))


class RendersAsync(TemplateResponse):
    async def render(self) -> TemplateResponse:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().render()


def template(request: HttpRequest, who: str, made: type = TemplateResponse) -> TemplateResponse:
    def rendered(response: HttpResponse) -> None:
        note(request, who, "rendered", response.content)

    source = engines["django"].from_string("{{ who }} {{ request.path }} {{ fails }}")
    response: TemplateResponse = made(request, source, {"who": who})
    response.add_post_render_callback(rendered)
    return response


def failing_template(request: HttpRequest, who: str) -> TemplateResponse:
    def fails() -> str:
        note(request, who, "render")
        raise RuntimeError(f"{who} while rendering")

    response = template(request, who)
    response.context_data["fails"] = fails
    return response


ANSWERS: dict[str, Callable[[HttpRequest, str], HttpResponseBase]] = {
    "answer": lambda request, who: Noted(request, f"{who} answers", status=299),
    "answer 400": lambda request, who: HttpResponse(who, status=400),
    "answer 503": lambda request, who: HttpResponse(who * 300, status=503, reason="Busy"),
    "answer template": template,
    "answer async template": lambda request, who: template(request, who, RendersAsync),
    "answer failing template": failing_template,
}
