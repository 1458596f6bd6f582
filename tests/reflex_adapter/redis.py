"""A real Redis for as long as a test needs it, on a port of its own and without a file."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import redis

from tests.reflex_adapter.serving import free_port

PATIENCE = 10.0


class RedisServer:
    """A server that can be stopped, and started again on its port, without what it had."""

    def __init__(self, executable: str) -> None:
        self._executable = executable
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        command = [self._executable, *options, "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until_it_answers(self._port)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    @contextmanager
    def away(self, how: str) -> Iterator[None]:
        """Have it "stopped", or "hanging": it takes connections and says nothing."""
        assert self._process is not None
        if how == "stopped":
            self.stop()
        else:
            self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            if self._process is None:
                self.start()
            else:
                self._process.send_signal(signal.SIGCONT)


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Give a server that runs; skip where there is none to start."""
    executable = shutil.which("redis-server")
    if executable is None:
        pytest.skip("Redis is not installed: apt-get install redis-server")
    server = RedisServer(executable)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def running_redis() -> Iterator[str]:
    """Start a server and give its URL; skip where there is none to start."""
    with redis_server() as server:
        yield server.url


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
