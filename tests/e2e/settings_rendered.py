"""The shop with a template of its own around the pages."""

from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import TEMPLATES

REFLEX_DJANGO_RENDER_SPA_VIA_TEMPLATE_ENGINE = True
TEMPLATES = [{**TEMPLATES[0], "DIRS": [Path(__file__).with_name("templates")]}]
