"""The whole application under real hypercorn, in a process of its own that can be looked into.

Run as a script it serves until its input ends, and first prints its address.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fresh import ROOT, SHOP


@dataclass
class Alone:
    address: str
    process: Process
    log: Path

    def memory(self) -> int:
        """Return the bytes of memory that the process has in use."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [kibibytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
        return int(kibibytes) * 1024


@asynccontextmanager
async def alone(folder: Path) -> AsyncIterator[Alone]:
    """Serve in a process of its own while the block runs; it writes its log into ``folder``."""
    paths = os.pathsep.join(map(str, (ROOT, SHOP)))
    settings = {"PYTHONPATH": paths, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    log = folder / "server.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__),
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=PIPE,
            stdout=PIPE,
            stderr=output,
        )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = (await process.stdout.readline()).decode().strip()
        assert address, log.read_text()
        yield Alone(address, process, log)
    finally:
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:  # a client that reads nothing keeps hypercorn from stopping
            process.kill()
            await process.wait()


async def serve() -> None:
    from reflex_adapter.asgi_entry import application  # noqa: PLC0415 - this process alone
    from tests.reflex_adapter.serving import served  # noqa: PLC0415

    async with served(application) as address:
        print(address, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
