"""Reflex inside Django. Importing this package loads neither Reflex nor a model."""

from reflex_adapter.pages import page, template

__all__ = ["page", "template"]
