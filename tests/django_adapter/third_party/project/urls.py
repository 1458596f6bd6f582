"""The URLs of the project; what else a test needs, it brings itself."""

from django.urls import include, path

urlpatterns = [path("accounts/", include("allauth.urls"))]
