"""What a project may have itself among the middleware of others."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin


class Synchronous:
    """Makes all middleware before it synchronous too, of the kind that can be either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class LooksAtUser(MiddlewareMixin):
    """Asks who it is: a user is loaded by then, and replaced by what comes after."""

    def process_request(self, request: HttpRequest) -> None:
        bool(request.user.is_authenticated)
