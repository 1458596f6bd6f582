"""Sessions in files, whose store is as strict as a database about being asked in the event loop."""

from __future__ import annotations

from django.contrib.sessions.backends import file
from django.utils.asyncio import async_unsafe


class SessionStore(file.SessionStore):
    load = async_unsafe(file.SessionStore.load)
    save = async_unsafe(file.SessionStore.save)
    exists = async_unsafe(file.SessionStore.exists)
    delete = async_unsafe(file.SessionStore.delete)
