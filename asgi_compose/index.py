"""Find the first route that takes a path without asking each: one look into a dictionary a segment.

Routes are sorted by the next segment of their path once, when a dispatcher is made. A predicate
that is not literal goes into every branch, at its place, so that the order keeps its meaning; where
one is left to be asked, what is found is an application that asks it and calls the next one.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from asgi_compose.asgi import ASGIApp, Predicate, Receive, Scope, Send

# The segments that are still to be compared, with None for the end of the path, what is to be asked
# after that, and who takes it then.
Candidate = tuple[tuple[str | None, ...], Predicate | None, ASGIApp]
# Finds the application by the segments of a path, of which the first is what stands before its
# first slash, and the last None.
Find = Callable[[Sequence[str | None]], ASGIApp]


def by_segment(candidates: Iterable[Candidate], depth: int = 1) -> Find:
    """Return what finds an application by the segments of a path from this one on.

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
    index = {segment: by_segment(branch, depth + 1) for segment, branch in branches.items()}
    taker = _in_turn(others)
    other: Find = lambda segments: taker  # noqa: E731
    return (lambda segments: index.get(segments[depth], other)(segments)) if index else other


def _in_turn(candidates: Sequence[Candidate]) -> ASGIApp:
    choices = [(predicate, app) for _, predicate, app in candidates if predicate is not None]
    last = candidates[-1][2]

    def first_that_takes_it(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        for predicate, app in choices:
            if predicate(scope):
                return app(scope, receive, send)
        return last(scope, receive, send)

    return first_that_takes_it if choices else last
