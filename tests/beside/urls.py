from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from reflex_adapter.urls import reflex_mount


def whoami(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.user.get_username())


def shadowed(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Django has it.")


urlpatterns = [
    path("whoami/", whoami),
    re_path("^(?:api|apis|status|ws)/", shadowed),
    reflex_mount(app_name="beside"),
]
