"""What a project may have itself at the end of its list."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Synchronous:
    """Makes all middleware before it synchronous too, of the kind that can be either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
