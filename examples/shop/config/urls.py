"""The URLs of the shop: Django's own first, then Reflex for every other path.

Do not import ``shop.views`` here. It loads Reflex, which ``manage.py migrate`` does without.
"""

from django.contrib import admin
from django.urls import path

from config.static import media_file, static_file
from reflex_adapter.urls import reflex_mount
from shop import api

urlpatterns = [
    path("admin/", admin.site.urls),
    path("cart/json/", api.cart_json),
    path("static/<path:path>", static_file),
    path("media/<path:path>", media_file),
    reflex_mount(app_name="shop", django_prefix=("/admin", "/cart/json", "/static", "/media")),
]
