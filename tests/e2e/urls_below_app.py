"""The shop with its pages below ``/app``, and a front page of Django's own."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.static import media_file, static_file
from reflex_adapter.urls import reflex_mount
from shop import api


def front(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Django's own front page")


def no_icon(request: HttpRequest) -> HttpResponse:
    """What a browser asks every site for, and says so where there is none."""
    return HttpResponse(status=204)


urlpatterns = [
    path("", front),
    path("favicon.ico", no_icon),
    path("admin/", admin.site.urls),
    path("cart/json/", api.cart_json),
    path("app/cart/json/", api.cart_json),
    path("static/<path:path>", static_file),
    path("media/<path:path>", media_file),
    reflex_mount(app_name="shop", mount_prefix="/app", django_prefix=("/app/cart/json",)),
]
