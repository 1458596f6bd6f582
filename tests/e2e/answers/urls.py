"""Two of Django's own pages to be sent to, and the app."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from reflex_adapter.urls import reflex_mount


def elsewhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p id=path>{request.get_full_path()}</p>")


urlpatterns = [
    path("elsewhere/", elsewhere),
    path("cart/json/", elsewhere),  # what the tests ask a server whether it answers
    reflex_mount(app_name="answers", django_prefix=("/elsewhere", "/cart/json")),
]
