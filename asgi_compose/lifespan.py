"""Run the lifespans of several applications as one.

An application that ends without answering startup takes no part; one that answers
``lifespan.startup.failed``, or nothing, stops the others. Nothing is kept on the group: servers may
run it as often as they like. This module never sees a request.
"""

from __future__ import annotations

import asyncio
import logging

from asgi_compose.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("asgi_compose")

# Seconds that a cancelled application gets for its ``finally`` blocks.
GRACE = 1.0


class LifespanGroup:
    """Start applications in order, stop them in reverse, and answer the server once for all.

    They share the server's ``state``, so that a request finds what any of them put there. A failed
    start stops those already started and passes the message on; failures to stop are all reported.
    """

    def __init__(
        self,
        *apps: ASGIApp,
        # Each for all applications together, and below the 60 seconds after which hypercorn gives
        # up, so that the log says which application it was.
        startup_timeout: float = 50.0,
        shutdown_timeout: float = 50.0,
    ) -> None:
        self.apps = tuple({id(app): app for app in apps}.values())
        self.startup_timeout = startup_timeout
        self.shutdown_timeout = shutdown_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            raise ValueError(f"LifespanGroup takes lifespan scopes, not {scope['type']!r}.")
        await receive()
        members: list[Member] = []
        try:
            answer = await self._start(scope, members)
            if answer["type"] == "lifespan.startup.complete":
                await send(answer)
                await receive()
                answer = await self._stop(members)
        finally:
            for member in reversed(members):  # none is left, unless an error brought us here
                await member.cancel()
        # The very last act, since hypercorn cancels this task as soon as it has the answer.
        await send(answer)

    async def _start(self, scope: Scope, members: list[Member]) -> Message:
        deadline = _now() + self.startup_timeout
        for app in self.apps:
            members.append(Member(app, scope))
            failure = await members[-1].answered(deadline)
            if failure is not None:
                failures = [failure, *await self._failures_to_stop(members)]
                return {"type": "lifespan.startup.failed", "message": "\n".join(failures)}
            if not members[-1].serving:
                logger.info("%r takes no part in lifespan", app)
                members.pop()
        return {"type": "lifespan.startup.complete"}

    async def _stop(self, members: list[Member]) -> Message:
        failures = await self._failures_to_stop(members)
        if failures:
            return {"type": "lifespan.shutdown.failed", "message": "\n".join(failures)}
        return {"type": "lifespan.shutdown.complete"}

    async def _failures_to_stop(self, members: list[Member]) -> list[str]:
        """Stop all members, the last one first; one that hangs takes no time from the others."""
        failures = []
        deadline = _now() + self.shutdown_timeout
        while members:
            fair_share = (deadline - _now()) / len(members)
            failure = await members[-1].stop(_now() + fair_share)
            members.pop()
            if failure is not None:
                failures.append(failure)
        return failures


class Member:
    """One application's lifespan: the server's side of it, in a task of its own."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self.app = app
        self.asked = False
        self.serving = False
        self.error: Exception | None = None
        self.inbox: asyncio.Queue[Message] = asyncio.Queue()
        self.tell("lifespan.startup")
        self.task = asyncio.create_task(self.run({**scope}))

    def tell(self, event: str) -> None:
        self.event = event
        self.answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.inbox.put_nowait({"type": event})

    async def answered(self, deadline: float) -> str | None:
        """Wait for the answer to the last event; return what went wrong, if anything did.

        Nothing has gone wrong where the application ended instead: see ``serving`` and ``error``.
        """
        seconds = max(0.0, deadline - _now())
        either: list[asyncio.Future[Message] | asyncio.Task[None]] = [self.answer, self.task]
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        failure = None
        if self.failed:
            failure = self.answer.result().get("message") or f"{self.app!r} gave no reason"
            logger.error("%r answered %s.failed: %s", self.app, self.event, failure)
        elif not self.answer.done() and not self.task.done():
            failure = f"{self.app!r} did not answer {self.event} within {seconds:.1f} seconds"
            logger.error(failure)
        return failure

    async def stop(self, deadline: float) -> str | None:
        """Shut the application down if it is up, end its task, and return what went wrong."""
        if not self.serving:
            await self.end(deadline)
            return None
        self.tell("lifespan.shutdown")
        failure = await self.answered(deadline)
        await self.end(deadline)
        if failure is None and self.error is not None:
            failure = f"{self.app!r} raised {self.error!r}"
        return failure

    async def end(self, deadline: float) -> None:
        """Let an application that has answered finish; cancel any other."""
        if self.answer.done():
            await asyncio.wait([self.task], timeout=max(0.0, deadline - _now()))
        await self.cancel()

    async def cancel(self) -> None:
        if self.task.done():
            return
        self.task.cancel()
        await asyncio.wait([self.task], timeout=GRACE)
        if not self.task.done():
            logger.error("%r goes on running although it was cancelled", self.app)

    @property
    def failed(self) -> bool:
        return self.answer.done() and self.answer.result()["type"] == f"{self.event}.failed"

    async def run(self, scope: Scope) -> None:
        try:
            await self.app(scope, self.receive, self.send)
        except Exception as error:
            self.error = error
            # Not worth a line: it knows no lifespan, or has said in its answer what is wrong.
            expected = self.failed or not self.asked
            level = logging.DEBUG if expected else logging.ERROR
            logger.log(level, "%r raised in its lifespan", self.app, exc_info=error)

    async def receive(self) -> Message:
        if self.answer.done() and not self.serving and not self.task.cancelling():
            self.task.cancel()  # it waits for more, and no more will come
        self.asked = True
        return await self.inbox.get()

    async def send(self, message: Message) -> None:
        answers = (f"{self.event}.complete", f"{self.event}.failed")
        if self.answer.done() or message["type"] not in answers:
            raise RuntimeError(f"{message['type']} is not due: answer each event once")
        self.serving = message["type"] == "lifespan.startup.complete"
        self.answer.set_result(message)


def _now() -> float:
    return asyncio.get_running_loop().time()
