"""Answers in the place of the handlers named here, so that one page has them all."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.deprecation import MiddlewareMixin

STATUS = {"forbidden": 403, "unauthorized": 401, "missing": 404, "too_many": 429}
STATUS |= {"busy": 503, "failing": 500, "in_place": 200}
LOCATION = {"redirected": "/elsewhere/?from=chain", "redirected_away": "https://evil.example/"}


class Answers(MiddlewareMixin):
    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
        name = view.__name__
        if name == "hydrate_and_load" and request.path == "/refused":
            return HttpResponse(status=403)
        if name == "breaks":
            raise LookupError("broken middleware")
        if name in LOCATION:
            return HttpResponseRedirect(LOCATION[name])
        return HttpResponse(status=STATUS[name]) if name in STATUS else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
        answered = isinstance(exception, KeyError)
        return HttpResponseRedirect("/elsewhere/?from=exception") if answered else None
