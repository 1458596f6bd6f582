from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import asgi_compose

FOREIGN = ("anyio", "asgiref", "django", "hypercorn", "reflex", "starlette")


def test_all_is_sorted_and_complete() -> None:
    names = {name for name in vars(asgi_compose) if not name.startswith("_")}
    public = {name for name in names if not inspect.ismodule(getattr(asgi_compose, name))}
    assert asgi_compose.__all__ == sorted(public)


def test_importing_the_package_imports_the_standard_library_only() -> None:
    script = (
        "import sys; before = set(sys.modules); import asgi_compose;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    root = Path(asgi_compose.__file__).parents[1]
    printed = subprocess.check_output([sys.executable, "-c", script], cwd=root, text=True)
    imported = set(printed.split())
    assert "asgi_compose" in imported
    assert not imported & set(FOREIGN)
    assert imported - {"asgi_compose"} <= sys.stdlib_module_names
