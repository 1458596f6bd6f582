"""Where guards send a stranger: the login page that a guard names, or else the settings."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch

from reflex_adapter.conf import configuration


class ToLogin(HttpResponseRedirect):
    """A redirect to the project's own login page; which may be on another site, for it says so."""


def to_login(request: HttpRequest, login_url: str | None, redirect_field_name: str) -> ToLogin:
    """Redirect to the login page, which leads back to the page of the request."""
    login = resolve_url(login_url or configuration().login_url or settings.LOGIN_URL)
    here = request.build_absolute_uri()
    there, page = urlsplit(login), urlsplit(here)
    is_here = there.scheme in ("", page.scheme) and there.netloc in ("", page.netloc)
    query = QueryDict(there.query, mutable=True)
    if redirect_field_name:
        query[redirect_field_name] = request.get_full_path() if is_here else here
    return ToLogin(there._replace(query=query.urlencode(safe="/")).geturl())


def check_login_url() -> None:
    """Raise ``ImproperlyConfigured`` if ``REFLEX_DJANGO_LOGIN_URL`` leads nowhere."""
    login_url = configuration().login_url
    if login_url is None:  # nothing is looked up, which would read all URL patterns
        return
    try:
        resolve_url(login_url)
    except NoReverseMatch as error:
        raise ImproperlyConfigured(
            "REFLEX_DJANGO_LOGIN_URL must be a URL, or the name of one in your urls.py, "
            f"not {login_url!r}."
        ) from error
