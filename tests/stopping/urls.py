import asyncio
import time

from django.http import HttpRequest, HttpResponse
from django.urls import path

from reflex_adapter.urls import reflex_mount
from tests.stopping.notes import note


async def slow(request: HttpRequest, seconds: str) -> HttpResponse:
    note("view begun")
    try:
        await asyncio.sleep(float(seconds))
    except asyncio.CancelledError:
        note("view cancelled")
        raise
    return HttpResponse("slow")


def blocking(request: HttpRequest, seconds: str) -> HttpResponse:
    note("view begun")
    time.sleep(float(seconds))
    return HttpResponse("blocking")


urlpatterns = [
    path("slow/<str:seconds>", slow),
    path("blocking/<str:seconds>", blocking),
    reflex_mount(app_name="stopping"),
]
