"""FastAPI, which asks Django who somebody is as the README has it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated

from django.conf import settings
from django.contrib.auth import aget_user
from django.contrib.auth.models import User
from django.http import HttpRequest
from fastapi import Depends, FastAPI, Request, WebSocket

from django_adapter import own_thread

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore
NOTES = Path(os.environ["BESIDE_FOLDER"]) / "notes"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, str]]:
    with NOTES.open("a") as notes:
        notes.write("startup\n")
    yield {"filled": "by FastAPI"}
    with NOTES.open("a") as notes:
        notes.write("shutdown\n")


async def current_user(request: Request):
    key = request.cookies.get(settings.SESSION_COOKIE_NAME)
    django_request = HttpRequest()
    django_request.session = SessionStore(key)
    async with own_thread():
        return await aget_user(django_request)


api = FastAPI(lifespan=lifespan)


@api.get("/me")
async def me(request: Request, user: Annotated[User, Depends(current_user)]) -> dict[str, str]:
    return {"user": user.get_username(), "state": request.state.filled}


@api.websocket("/echo")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.receive_text()
