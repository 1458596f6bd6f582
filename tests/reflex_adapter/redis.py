"""A real Redis for as long as a test needs it, on a port of its own and without a file."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import redis

from tests.reflex_adapter.serving import free_port

PATIENCE = 10.0


@contextmanager
def running_redis() -> Iterator[str]:
    """Start a server and give its URL; skip where there is none to start."""
    executable = shutil.which("redis-server")
    if executable is None:
        pytest.skip("Redis is not installed: apt-get install redis-server")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([executable, *options], stdout=subprocess.DEVNULL)
    try:
        wait_until_it_answers(port)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    with closing(redis.Redis(port=port)) as client:
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < deadline, "redis-server does not answer"
                time.sleep(0.02)
