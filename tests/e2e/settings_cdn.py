"""The shop with its static files on another host, hashed, and given to it by WhiteNoise."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE

USE_X_FORWARDED_HOST = True  # a cache in front says by it what the browser asked for
STATIC_URL = "https://cdn.example/static/"
MIDDLEWARE = [
    MIDDLEWARE[0],
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *MIDDLEWARE[1:],
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
