"""Find the first route that takes a path without asking each: one look into a dictionary a segment.

Routes are sorted by the next segment of their path once, when a dispatcher is made. A predicate
that is not literal goes into every branch, at its place, so that the order keeps its meaning. All
that is made here are ASGI applications which call the next one and have no coroutine of their own.
"""

from collections.abc import Awaitable, Iterable, Sequence

from asgi_compose.asgi import ASGIApp, Predicate, Receive, Scope, Send, route_path

# The segments that are still to be compared, what is to be asked after that, and who takes it then.
Candidate = tuple[tuple[str | None, ...], Predicate | None, ASGIApp]
Index = dict[str | None, ASGIApp]


def by_segment(candidates: Iterable[Candidate], depth: int = 1) -> tuple[Index, ASGIApp]:
    """Return the application for each known segment at this depth, and that for all others.

    One of the candidates has to take all that is left, and the ones after it have no say.
    """
    branches: dict[str | None, list[Candidate]] = {}
    others: list[Candidate] = []
    for segments, predicate, app in candidates:
        if segments:
            branches.setdefault(segments[0], others.copy()).append((segments[1:], predicate, app))
            continue
        for branch in (others, *branches.values()):
            branch.append(((), predicate, app))
        if predicate is None:
            break
    index = {segment: _below(branch, depth + 1) for segment, branch in branches.items()}
    return index, _in_turn(others)


def _below(candidates: Iterable[Candidate], depth: int) -> ASGIApp:
    index, other = by_segment(candidates, depth)

    def by_next_segment(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        path = route_path(scope) if scope.get("root_path") else scope["path"]
        segments = path.split("/", depth + 1)
        segment = segments[depth] if len(segments) > depth else None
        return index.get(segment, other)(scope, receive, send)

    return by_next_segment if index else other


def _in_turn(candidates: Sequence[Candidate]) -> ASGIApp:
    choices = [(predicate, app) for _, predicate, app in candidates if predicate is not None]
    last = candidates[-1][2]

    def first_that_takes_it(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        for predicate, app in choices:
            if predicate(scope):
                return app(scope, receive, send)
        return last(scope, receive, send)

    return first_that_takes_it if choices else last
