"""The answers that a composing application gives itself, when no other application is to see it.

Nothing here decides whom to refuse, and nothing is ever sent after the refusal.
"""

from asgi_compose.asgi import Receive, Scope, Send


async def refuse(scope: Scope, receive: Receive, send: Send, *, status: int, text: str) -> None:
    """Answer an HTTP request with ``status``, or refuse a WebSocket before it opens.

    A WebSocket gets ``status`` too where the server offers the denial response; elsewhere it is
    closed, which servers turn into a 403.
    """
    response = "http.response"
    if scope["type"] == "websocket":
        await receive()  # websocket.connect; the specification lets nobody answer before it
        response = "websocket.http.response"
        if response not in (scope.get("extensions") or {}):
            return await send({"type": "websocket.close", "code": 1008})  # policy violation
    elif scope["type"] != "http":
        raise ValueError(f"refuse() answers http and websocket, not {scope['type']!r}.")
    body = text.encode()
    length = str(len(body)).encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", length)]
    await send({"type": f"{response}.start", "status": status, "headers": headers})
    await send({"type": f"{response}.body", "body": body, "more_body": False})
