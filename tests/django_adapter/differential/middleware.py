"""Which middleware there is: ours of every style, with the phases of each, and Django's own."""

from __future__ import annotations

import django

from tests.django_adapter.differential import calls, functions, hooks

VIEW, TEMPLATE, EXCEPTION = "process_view", "process_template_response", "process_exception"
BEFORE, AFTER, FINALLY, CALL = "before", "after", "finally", "call"

HOOKS = {
    hooks.OnlyRequest: [BEFORE],
    hooks.OnlyResponse: [AFTER],
    hooks.OnlyView: [VIEW],
    hooks.OnlyException: [EXCEPTION],
    hooks.OnlyTemplate: [TEMPLATE],
    hooks.Around: [BEFORE, AFTER],
    hooks.Hooks: [BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER],
    hooks.MoreHooks: [BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER],
    hooks.NoHooks: [],
    hooks.SyncOnlyHooks: [BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER],
    hooks.AsyncOnlyHooks: [BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER],
    hooks.HooksAndCall: [CALL, BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER],
    hooks.HooksAndAcall: [CALL, BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER, FINALLY],
    hooks.HooksInvoked: [CALL, BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER],
    hooks.AsyncHooks: [BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER],
}
CALLS = {
    calls.SyncCall: [BEFORE, AFTER, FINALLY],
    calls.SyncCallAndHooks: [BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER, FINALLY],
    calls.Asking: [BEFORE, AFTER],
    calls.AsyncCall: [BEFORE, AFTER, FINALLY],
    calls.AsyncCallAndHooks: [BEFORE, VIEW, TEMPLATE, EXCEPTION, AFTER, FINALLY],
    calls.AsyncCallAndAsyncHooks: [BEFORE, VIEW, EXCEPTION, AFTER, FINALLY],
    calls.EitherCall: [BEFORE, AFTER],
    calls.Unused: [],
    calls.UnusedAsync: [],
}
FUNCTIONS = {
    functions.sync_function: [BEFORE, AFTER],
    functions.async_function: [BEFORE, AFTER],
    functions.undecorated_function: [BEFORE, AFTER],
    functions.partial_function: [BEFORE, AFTER],
    functions.shielding_function: [BEFORE, AFTER],
    functions.unused_function: [],
}
# Not among random ones: what stands in front of it must not be one that asks which it is.
UNMARKED = f"{calls.__name__}.{calls.UnmarkedCall.__name__}"
# Nor this one, behind which nothing is reached.
MISTAKEN = f"{hooks.__name__}.{hooks.AsyncRequestHook.__name__}"
# These are an async or a sync function, depending on what is behind them.
EITHER = {functions.either_function: [], functions.function_with_hooks: [VIEW, EXCEPTION]}

DJANGO = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    *(
        ["django.middleware.csp.ContentSecurityPolicyMiddleware"]
        if django.VERSION >= (6, 0)
        else []
    ),
]
USUAL = [path for path in DJANGO if "Required" not in path]  # in the order of startproject

OURS = {
    f"{made.__module__}.{made.__name__}": (getattr(made, "who", made.__name__), phases)
    for made, phases in {**HOOKS, **CALLS, **FUNCTIONS, **EITHER}.items()
}


def places(stack: list[str]) -> list[tuple[str, str]]:
    """Who of ``stack`` can be told something, and where."""
    told = [OURS[path] for path in stack if path in OURS]
    return [(who.replace("_", " "), phase) for who, phases in told for phase in phases]
