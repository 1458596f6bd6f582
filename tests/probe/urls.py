"""The shop's URLs, and in front of them views that say what they find and do what a site does."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import path

from config.urls import urlpatterns as urls_of_the_shop
from tests.probe.report import READS, READS_OF_THE_DATABASE, report


def view_report(request: HttpRequest, **captured: Any) -> JsonResponse:
    return JsonResponse(report(request, {**READS, **READS_OF_THE_DATABASE}))


def view_praise(request: HttpRequest) -> JsonResponse:
    """Leave a message, and a session that ends in ten minutes."""
    messages.success(request, "said by a view")
    request.session["remembered"] = "by a view"
    request.session.set_expiry(600)
    return JsonResponse({})


@login_not_required
def view_who(request: HttpRequest) -> JsonResponse:
    username = request.user.get_username()  # first: it ends a session that is no longer good
    session = dict(request.session.items())
    shown = [message.message for message in messages.get_messages(request)]
    return JsonResponse({"user": username, "session": session, "messages": shown})


urlpatterns = [
    path("report/<int:number>/<str:text>/", view_report, name="report"),
    path("praise/", view_praise),
    path("who/", view_who),
    *urls_of_the_shop,
]
