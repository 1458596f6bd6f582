"""Find the first route that takes a path without asking each: one look into a dictionary a segment.

Routes are sorted by the next segment of their path once, when a dispatcher is made. A predicate
that is not literal goes into every branch, at its place, so that the order keeps its meaning. All
that is made here are ASGI applications which call the next one and have no coroutine of their own.
"""

from collections.abc import Awaitable, Iterable

from asgi_compose.predicates import Segments, route_path
from asgi_compose.types import ASGIApp, Predicate, Receive, Scope, Send

# The segments that are still to be compared, what is to be asked after that, and who takes it then.
Candidate = tuple[Segments, Predicate | None, ASGIApp]
Index = dict[str | None, ASGIApp]


def by_segment(
    candidates: Iterable[Candidate], default: ASGIApp, depth: int = 1
) -> tuple[Index, ASGIApp]:
    """Return the application for each known segment at this depth, and that for all others."""
    branches: dict[str | None, list[Candidate]] = {}
    others: list[Candidate] = []
    for segments, predicate, app in candidates:
        if segments:
            branch = branches.setdefault(segments[0], others.copy())
            branch.append((segments[1:], predicate, app))
        elif predicate is not None:
            for branch in (others, *branches.values()):
                branch.append(((), predicate, app))
        else:  # takes all that is left
            default = app
            break
    index = {it: _below(branch, default, depth + 1) for it, branch in branches.items()}
    return index, _by_predicate(others, default)


def _below(candidates: Iterable[Candidate], default: ASGIApp, depth: int) -> ASGIApp:
    index, other = by_segment(candidates, default, depth)

    def by_next_segment(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        path = route_path(scope) if scope.get("root_path") else scope["path"]
        segments = path.split("/", depth + 1)
        segment = segments[depth] if len(segments) > depth else None
        return index.get(segment, other)(scope, receive, send)

    return by_next_segment if index else other


def _by_predicate(candidates: Iterable[Candidate], default: ASGIApp) -> ASGIApp:
    choices = [(predicate, app) for _, predicate, app in candidates if predicate is not None]

    def first_that_takes_it(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        for predicate, app in choices:
            if predicate(scope):
                return app(scope, receive, send)
        return default(scope, receive, send)

    return first_that_takes_it if choices else default
