"""Channels, which knows who somebody is by the same cookies."""

from channels.auth import AuthMiddlewareStack
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path


class WhoConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        await self.accept()
        await self.send(self.scope["user"].get_username() or "nobody")


chat = AllowedHostsOriginValidator(
    AuthMiddlewareStack(URLRouter([path("ws/who/", WhoConsumer.as_asgi())]))
)
