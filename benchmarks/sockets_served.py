"""``python -m benchmarks.sockets_served APPLICATION PORT``: serve it, and tell its memory.

For each line on its standard input it writes one: the bytes that this process has for itself, once
garbage is collected. When the input ends, so does the process.
"""

from __future__ import annotations

import asyncio
import gc
import os
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

PRIVATE = re.compile(r"^Private_(?:Clean|Dirty):\s+(\d+) kB$", re.MULTILINE)


def own_bytes() -> int:
    gc.collect()
    return 1024 * sum(map(int, PRIVATE.findall(Path("/proc/self/smaps_rollup").read_text())))


def application(name: str) -> Any:
    module, _, attribute = name.partition(":")
    found = getattr(import_module(module), attribute.removesuffix("()"))
    return found() if attribute.endswith("()") else found


def tell() -> None:
    if not sys.stdin.readline():
        os._exit(0)  # clients are still connected, and hypercorn would wait for them
    print(own_bytes(), flush=True)


async def main(name: str, port: str) -> None:
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.backlog = 1000
    config.loglevel = "WARNING"
    asyncio.get_running_loop().add_reader(sys.stdin, tell)
    await serve(application(name), config)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
