"""What the frame of the benchmarks promises: nothing wrong is timed, and figures come in one shape.

No test here looks at how long anything took.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from asyncio import StreamReader, StreamWriter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import benchmarks
from benchmarks import __main__ as command_line
from benchmarks import plot
from benchmarks.harness import (
    QUICK,
    Case,
    Effort,
    Ratio,
    Report,
    Row,
    Spread,
    WrongAnswer,
    check,
    environment,
    interleave,
)
from benchmarks.load import Load, measure
from benchmarks.postgres import binaries

ROOT = Path(benchmarks.__file__).parents[1]
RATIOS = {
    "ours_vs_hypercorn_1",
    "ours_vs_hypercorn_64_last",
    "ours_vs_starlette_1",
    "ours_vs_starlette_64_last",
    "ours_1000_vs_1",
    "ours_vs_handwritten_if_1",
    "rps_behind_ours_vs_bare",
}


class Toy:
    """A benchmark of sums, which counts how often each way of adding was timed."""

    def __init__(self, total: int = 6) -> None:
        self.total = total
        self.timed: list[str] = []

    def case(self, name: str, took: float) -> Case:
        def batch() -> float:
            self.timed.append(name)
            return took

        return Case(name, lambda: check(name, sum((1, 2, 3)), self.total), batch)

    def measure(self, effort: Effort) -> Report:
        [runs] = interleave([[self.case("slow", 30.0), self.case("fast", 10.0)]], effort)
        slow, fast = zip(*runs[0], strict=True)
        ratio = Ratio("fast_vs_slow", Spread.of([fast[0] / slow[0]]), at_most=0.5)
        rows = [Row("sums", "slow", "3", "ns", Spread.of(slow))]
        return Report("toy", [ratio], [*rows, Row("sums", "fast", "3", "ns", Spread.of(fast))], {})

    def draw(self, report: Report) -> str:
        return plot.lines("sums", "x", "y", {row.row: [(1, 10), (8, 20)] for row in report.rows})


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    toy = Toy()
    monkeypatch.setattr(command_line, "NAMES", ("toy",))
    monkeypatch.setattr(command_line, "import_module", {"benchmarks.toy": toy}.__getitem__)
    return toy


def test_every_case_is_timed_in_each_round_of_each_run(toy: Toy) -> None:
    groups = [[toy.case("a", 1), toy.case("b", 2)], [toy.case("c", 3)]]
    timed = interleave(groups, Effort(runs=3, rounds=5, pairs=1))
    assert timed == [[[(1, 2)] * 5] * 3, [[(3,)] * 5] * 3]
    assert [toy.timed.count(name) for name in "abc"] == [15, 15, 15]
    assert toy.timed[:10] != ["a", "b"] * 5  # shuffled, so that none always follows the same one


def test_wrong_answer_fails_before_anything_is_timed() -> None:
    toy = Toy(total=7)
    with pytest.raises(WrongAnswer, match="slow answers 6 where 7 is right"):
        toy.measure(QUICK)
    assert toy.timed == []


def test_json_has_the_shape_that_is_promised(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    command_line.main(["toy", "--json", "--quick"])
    printed = json.loads(capsys.readouterr().out)
    check_shape(printed, "toy")
    assert printed["ratios"] == {"fast_vs_slow": pytest.approx(1 / 3)}
    spread = {"min": 30, "median": 30, "max": 30}
    assert printed["rows"][0] == {
        "table": "sums", "row": "slow", "column": "3", "unit": "ns", **spread
    }  # fmt: skip


def test_text_says_which_limits_hold(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    command_line.main(["toy", "--quick"])
    printed = capsys.readouterr().out
    assert "| `fast_vs_slow` | 0.333 (0.333-0.333) | at most 0.5 | yes |" in printed
    assert "| sums | 3 |\n|---|---|\n| slow | 30 (30-30) |" in printed


@pytest.mark.parametrize(
    ("ratio", "holds"),
    [
        (Ratio("", Spread(0.1, 0.5, 0.9), at_most=0.5), True),
        (Ratio("", Spread(0.1, 0.5, 0.9), at_most=0.4), False),
        (Ratio("", Spread(0.1, 0.5, 0.9), at_least=0.5), True),
        (Ratio("", Spread(0.1, 0.5, 0.9), at_least=0.6), False),
        (Ratio("", Spread(0.1, 0.5, 0.9)), True),
    ],
)
def test_limit_is_kept_by_the_median(ratio: Ratio, holds: bool) -> None:
    assert ratio.holds is holds


def test_plot_is_an_svg_with_a_name_for_each_line(toy: Toy, tmp_path: Path) -> None:
    command_line.main(["toy", "--quick", "--plot", str(tmp_path / "toy.svg")])
    svg = ElementTree.parse(tmp_path / "toy.svg")
    texts = {element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert {"sums", "slow", "fast"} <= texts


def test_plot_leaves_out_what_has_no_logarithm() -> None:
    svg = plot.lines("sums", "x", "y", {"some": [(1, -2), (8, 3), (64, 4)], "none": [(1, 0)]})
    assert svg.count("<circle") == 2
    assert ">some<" in svg
    assert ">none<" not in svg


def test_environment_states_versions_machine_and_date() -> None:
    stated = environment("pytest")
    assert stated["packages"] == f"pytest {pytest.__version__}"
    assert {"date", "python", "machine"} <= stated.keys()


@pytest.mark.parametrize(("status", "body"), [(b"500", b"hello"), (b"200", b"other")])
async def test_client_fails_on_the_first_wrong_answer(status: bytes, body: bytes) -> None:
    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %s\r\n\r\n%s" % (status, body))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        asked = Load([port], "/", "hello", connections=1, requests=1, slices=1)
        with pytest.raises(ExceptionGroup) as caught:
            await measure(asked)
    assert caught.group_contains(WrongAnswer)


def test_dispatch_runs_from_end_to_end(tmp_path: Path) -> None:
    pytest.importorskip("channels")
    pytest.importorskip("engineio")
    pytest.importorskip("hypercorn")
    pytest.importorskip("starlette")
    command = [sys.executable, "-m", "benchmarks", "dispatch", "--json", "--quick", "--plot"]
    command += [str(tmp_path / "dispatch.svg")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    printed = json.loads(run.stdout)
    check_shape(printed, "dispatch")
    assert printed["ratios"].keys() >= RATIOS
    tables = {row["table"].split(" match")[0] for row in printed["rows"]}
    assert tables >= {
        f"{kind}, {match}"
        for kind in ("HTTP", "WebSocket")
        for match in ("first", "last", "default")
    }
    columns = [row["column"] for row in printed["rows"] if row["row"] == "ours"]
    assert columns == ["1", "8", "64", "1000"] * 6
    assert b"ours" in (tmp_path / "dispatch.svg").read_bytes()


def test_leases_runs_from_end_to_end() -> None:
    pytest.importorskip("psycopg")
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    command = [sys.executable, "-m", "benchmarks", "leases", "--json", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    printed = json.loads(run.stdout)
    check_shape(printed, "leases")
    assert printed["ratios"].keys() == {"one_thread_vs_16_leases"}
    assert [row["row"] for row in printed["rows"][:2]] == ["one shared thread", "16 leases"]


def check_shape(printed: dict[str, Any], name: str) -> None:
    assert printed.keys() == {"name", "ratios", "rows", "environment"}
    assert printed["name"] == name
    assert all(isinstance(ratio, float) for ratio in printed["ratios"].values())
    assert isinstance(printed["environment"], dict)
    for row in printed["rows"]:
        assert row.keys() == {"table", "row", "column", "unit", "min", "median", "max"}
        assert row["min"] <= row["median"] <= row["max"]
