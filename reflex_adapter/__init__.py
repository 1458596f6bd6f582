"""Reflex inside Django. Importing this package loads neither Reflex nor a model."""

from reflex_adapter.pages import page, template
from reflex_adapter.revocation import disconnect

__all__ = ["disconnect", "page", "template"]
