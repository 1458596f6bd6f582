"""Pages that load themselves again when the process that has made them is followed by another.

Vite tells its pages so too, but only those that have all their modules: this is for the others, and
for those that were loaded while the next process began.
"""

from __future__ import annotations

import os

from asgi_compose import Receive, Scope, Send, refuse

ALIVE = "/@reflex_adapter/alive"  # a WebSocket that says which process this is, and then nothing

SCRIPT = """<script>
(function follow() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}%(path)s`);
  socket.onmessage = (said) => said.data === "%(process)s" || location.reload();
  socket.onclose = () => setTimeout(follow, 100);
})();
document.currentScript.remove();  // React knows nothing of it
</script>"""


def script() -> str:
    """Return what a page of this process begins with."""
    return SCRIPT % {"path": ALIVE, "process": os.getpid()}


async def alive(scope: Scope, receive: Receive, send: Send) -> None:
    """Say which process this is, and listen to nothing that is said, until the socket is closed."""
    if scope["type"] == "http":
        return await refuse(scope, receive, send, status=404, text="This is a WebSocket's path.")
    if scope["type"] == "lifespan" or (await receive())["type"] != "websocket.connect":
        return
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": str(os.getpid())})
    while (await receive())["type"] != "websocket.disconnect":
        pass
