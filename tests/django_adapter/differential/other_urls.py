"""The URLconf that a middleware may choose for a request, without error handlers of its own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.django_adapter.differential.acts import act


async def elsewhere(request: HttpRequest) -> HttpResponse:
    act(request, "view", "elsewhere")
    return HttpResponse("elsewhere")


urlpatterns = [path("sync/", elsewhere), path("async/", elsewhere)]
