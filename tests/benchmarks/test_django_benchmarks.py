"""That the benchmarks of Django's chain run, count hops, and time nothing that answers wrong."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async

import benchmarks
from benchmarks.in_turn import InLoop, OnThread, Timed, hops, of_runs, ratio
from tests.benchmarks.test_frame import check_shape

ROOT = Path(benchmarks.__file__).parents[1]
WRONG = """
from benchmarks import django_project
django_project.answer = lambda request, user: django_project.HttpResponse("wrong")
"""
OF_CHAIN = {
    f"{ratio}_{visitor}"
    for ratio in ("ours_vs_inline_limit", "django_async_vs_ours", "hops_of_ours")
    for visitor in ("anonymous", "user")
}
OF_HTTP = {
    f"ours_vs_django_{kind}_view{where}"
    for kind in ("sync", "async")
    for where in ("", "_hypercorn")
}


def run(name: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run a benchmark as quickly as can be, in a process of its own, after what is said before."""
    code = f"from benchmarks.__main__ import main\n{before}\nmain(['{name}', '--json', '--quick'])"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def printed_by(name: str) -> dict[str, Any]:
    ended = run(name)
    assert ended.returncode == 0, ended.stderr
    printed: dict[str, Any] = json.loads(ended.stdout)
    check_shape(printed, name)
    return printed


def test_chain_runs_from_end_to_end() -> None:
    printed = printed_by("chain")
    assert printed["ratios"].keys() >= OF_CHAIN
    assert printed["ratios"]["hops_of_ours_anonymous"] == 0
    assert printed["ratios"]["hops_of_ours_user"] == 1
    columns = [row["column"] for row in printed["rows"] if row["row"] == "ours"]
    assert columns == ["0", "7", "15", "30"] * 4 + ["7 to 15", "15 to 30"] * 2


def test_http_runs_from_end_to_end() -> None:
    pytest.importorskip("hypercorn")
    printed = printed_by("http")
    assert printed["ratios"].keys() == OF_HTTP
    rows = {(row["table"], row["row"]) for row in printed["rows"]}
    assert ("Under hypercorn, requests/s", "Django's WSGI application") in rows


def test_bridge_runs_from_end_to_end() -> None:
    printed = printed_by("bridge")
    assert printed["ratios"].keys() >= {"anonymous", "user"}
    hops = [row for row in printed["rows"] if row["unit"] == "hops"]
    assert [row["median"] for row in hops] == [0, 1]


def test_events_runs_from_end_to_end() -> None:
    pytest.importorskip("hypercorn")
    printed = printed_by("events")
    added = {f"added_{who}" for who in ("anonymous", "user", "user_cached")}
    assert printed["ratios"].keys() >= added
    rows = {(row["table"], row["row"]) for row in printed["rows"]}
    assert ("An event, 32 sockets", "plain Reflex") in rows


def test_sockets_runs_from_end_to_end() -> None:
    pytest.importorskip("hypercorn")
    printed = printed_by("sockets")
    assert printed["ratios"].keys() >= {"memory_per_socket_ours_vs_plain"}
    held = {row["row"]: row["median"] for row in printed["rows"] if row["unit"] == "KiB"}
    assert held["hypercorn alone (limit)"] < held["plain Reflex"]


def test_hostile_runs_from_end_to_end() -> None:
    pytest.importorskip("hypercorn")
    printed = printed_by("hostile")
    assert printed["ratios"].keys() == {"p99_attacked_vs_quiet", "p50_attacked_vs_quiet"}
    sent = {row["row"]: row["min"] for row in printed["rows"] if row["table"].startswith("What")}
    assert sent.keys() == {"flooded", "closed", "unread", "bytes of body"}
    assert all(sent.values())


@pytest.mark.parametrize("name", ["chain", "http", "bridge"])
def test_wrong_answer_ends_it_with_an_error(name: str) -> None:
    ended = run(name, WRONG)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert "answers (200, 'wrong') where" in ended.stderr


async def stays() -> None:
    await asyncio.sleep(0)


async def goes_twice() -> None:
    await sync_to_async(int)()
    await asyncio.to_thread(int)


async def goes_without_the_loop() -> None:
    loop = asyncio.get_running_loop()
    back = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.call_soon_threadsafe(back.set))
    thread.start()
    await back.wait()
    thread.join()


@pytest.mark.parametrize(
    ("once", "counted"), [(stays, 0), (goes_twice, 2), (goes_without_the_loop, 1)]
)
def test_thread_hops_are_counted(once: Callable[[], Awaitable[None]], counted: int) -> None:
    assert hops(once) == counted


def test_batch_calls_what_it_times() -> None:
    called: list[str] = []

    async def once() -> None:
        called.append("in the loop")

    loop = asyncio.new_event_loop()
    assert InLoop(loop, once)() > 0
    assert OnThread(lambda: called.append("here"))() > 0
    loop.close()
    assert {"in the loop", "here"} == set(called)


def test_ratio_is_that_of_things_timed_in_the_same_round() -> None:
    alone = Timed(["a"], [[(1.0,)]])
    timed = Timed(["a", "b"], [[(2.0, 1.0), (30.0, 10.0), (8.0, 2.0)], [(1.0, 1.0)]])
    found = ratio([alone, timed], "a", "b")
    assert (found.min, found.max) == (1, 3)
    assert of_runs([alone, timed], float, "a") == [1]


def test_start_runs_from_end_to_end() -> None:
    printed = printed_by("start")
    assert printed["ratios"].keys() == {"shop_vs_plain_reflex", "seconds_of_the_shop"}
