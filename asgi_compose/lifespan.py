"""Run the lifespans of several applications as one.

An application that ends without answering startup takes no part; one that answers
``lifespan.startup.failed``, or nothing, stops the others. Nothing is kept on the group: servers may
run it as often as they like. It runs on asyncio; elsewhere, since a start that is only skipped
would not be missed before the first request, it answers that it failed.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable
from contextlib import suppress
from time import monotonic
from typing import Literal

from asgi_compose.asgi import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("asgi_compose")

State = Literal["shared", "own"]

ELSEWHERE = "LifespanGroup runs on asyncio only. Answer lifespan before it, or use asyncio."
# Seconds for all applications together, below the 60 after which hypercorn gives up, so that the
# log says which application it was; and those that a cancelled one gets for its ``finally`` blocks.
TIMEOUT, GRACE = 50.0, 1.0


class LifespanGroup:
    """Start applications in order, stop them in reverse, and answer the server once for all.

    A failed start stops those already started and passes the message on; all failures are reported.
    What a failed application raised is raised after the answer, as servers and test clients have it
    from the application itself. With ``state="shared"`` all fill the server's ``scope["state"]``,
    so that a request finds what any of them put there; with ``"own"`` each has its own, which its
    requests see by ``with_state()``. The timeouts are seconds for all applications together.
    """

    def __init__(
        self, *apps: ASGIApp, state: State = "shared",
        startup_timeout: float = TIMEOUT, shutdown_timeout: float = TIMEOUT,
    ) -> None:  # fmt: skip
        self.apps = tuple({id(app): app for app in apps}.values())
        self.state = state
        self.startup_timeout, self.shutdown_timeout = startup_timeout, shutdown_timeout
        # The server's state holds the own ones: it is what reaches requests, once for each server.
        self._key = f"asgi_compose.own.{id(self)}"
        for app in self.apps:
            _check_takes_three(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            raise ValueError(f"LifespanGroup takes lifespan scopes only, not {scope['type']!r}.")
        await receive()
        if asyncio._get_running_loop() is None:  # of asyncio's public names; others call it so too
            await send({"type": "lifespan.startup.failed", "message": ELSEWHERE})
            raise RuntimeError(ELSEWHERE)
        members: list[Member] = []
        try:
            if started := await self._start(scope, members):
                await send({"type": "lifespan.startup.complete"})
                await receive()
            await self._stop(members)
        except BaseException:
            for member in reversed(members):
                await member.cancel()
            raise
        failures = [member.failure for member in reversed(members) if member.failure]
        event = "shutdown" if started else "startup"
        failed = {"type": f"lifespan.{event}.failed", "message": "\n".join(failures)}
        # Nothing is awaited after it, since hypercorn cancels this task once it has the answer.
        await send(failed if failures else {"type": "lifespan.shutdown.complete"})
        if errors := [member.error for member in members if member.error]:
            raise errors[0] if len(errors) == 1 else ExceptionGroup("lifespans failed", errors)

    def with_state(self, app: ASGIApp) -> ASGIApp:
        """Return ``app`` as requests should call it: with the state that it filled at its start."""

        def app_with_state(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            state = scope.get("state") or {}
            if self._key in state:
                scope = {**scope, "state": {**state, **state[self._key][id(app)]}}
            return app(scope, receive, send)

        return app if self.state == "shared" else app_with_state

    def _scope_for(self, app: ASGIApp, scope: Scope) -> Scope:
        if self.state == "shared" or scope.get("state") is None:
            return {**scope}
        return {**scope, "state": scope["state"].setdefault(self._key, {}).setdefault(id(app), {})}

    async def _start(self, scope: Scope, members: list["Member"]) -> bool:
        deadline = monotonic() + self.startup_timeout
        for app in self.apps:
            member = Member(app, self._scope_for(app, scope))
            members.append(member)
            await member.answer_to("lifespan.startup", deadline)
            if not member.started:
                if member.failure:
                    return False
                logger.info("%r takes no part in lifespan", app)
                members.pop()
        return True

    async def _stop(self, members: list["Member"]) -> None:
        """Stop all members, the last one first; one that hangs takes no time from the others."""
        deadline = monotonic() + self.shutdown_timeout
        for left in range(len(members), 0, -1):
            now = monotonic()
            await members[left - 1].stop(now + (deadline - now) / left)


class Member:
    """One application's lifespan: the server's side of it, in a task of its own."""

    failure: str | None = None
    error: Exception | None = None

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self.app, self.started = app, False
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.task = asyncio.create_task(self.run(scope))

    async def answer_to(self, event: str, deadline: float) -> None:
        """Send ``event`` and wait until it is answered, the application ends, or time is up."""
        self.event, self.answered = event, asyncio.get_running_loop().create_future()
        self.inbox.put_nowait({"type": event})
        ends, seconds = [self.answered, self.task], deadline - monotonic()
        done, _ = await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            self.failure = f"{self.app!r} did not answer {event} within {seconds:.1f} seconds"
            logger.error(self.failure)

    async def stop(self, deadline: float) -> None:
        """Shut the application down if it is up, and end its task."""
        if self.started:
            await self.answer_to("lifespan.shutdown", deadline)
        if self.answered.done():  # it may finish what it does after its answer
            await asyncio.wait([self.task], timeout=deadline - monotonic())
        await self.cancel()

    async def cancel(self) -> None:
        self.answered.cancel()  # if it was not yet answered
        self.task.cancel()
        await asyncio.wait([self.task], timeout=GRACE)
        if not self.task.done():
            logger.error("%r goes on running although it was cancelled", self.app)

    async def run(self, scope: Scope) -> None:
        await asyncio.sleep(0)  # with eager tasks, self.task would not be there yet
        try:
            await self.app(scope, self.receive, self.send)
        except Exception as error:
            self.error = error
            if not self.failure:
                # An application that was not even asked to start does not know what lifespans are.
                level = logging.ERROR if self.started or self.inbox.empty() else logging.DEBUG
                logger.log(level, "%r raised in its lifespan", self.app, exc_info=error)
                self.failure = f"{self.app!r} raised {error!r}" if self.started else None

    async def receive(self) -> Message:
        if self.answered.done() and (self.failure or self.event == "lifespan.shutdown"):
            self.task.cancel()  # it waits for more, and no more will come
        return await self.inbox.get()

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if self.answered.done() or kind not in (f"{self.event}.complete", f"{self.event}.failed"):
            if self.task.cancelling():
                return  # Starlette answers that with the traceback of a failure
            raise RuntimeError(f"{kind} is not due: answer each event once")
        if kind.endswith("failed"):
            self.failure = message.get("message") or f"{self.app!r} gave no reason"
            if not self.task.cancelling():
                logger.error("%r answered %s: %s", self.app, kind, self.failure)
        self.started |= kind == "lifespan.startup.complete"
        self.answered.set_result(None)


def _check_takes_three(app: ASGIApp) -> None:
    with suppress(ValueError):  # what is not written in Python may have no signature
        try:
            inspect.signature(app).bind("scope", "receive", "send")
        except TypeError as error:
            advice = "Wrap ASGI 2 applications with asgiref's guarantee_single_callable()."
            raise TypeError(f"{app!r} does not take (scope, receive, send). {advice}") from error
