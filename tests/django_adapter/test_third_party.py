"""Popular third-party middleware works unchanged, on events and on HTTP.

It needs a project of its own: some of it asks for its place in the settings when Django starts.
So the tests of ``third_party`` run in a pytest of their own, once; here stands what became of them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from tests.fresh import ROOT

FOLDER = Path(__file__).parent / "third_party"
SETTINGS = "tests.django_adapter.third_party.project.settings"
MODULES = sorted(file.stem for file in FOLDER.glob("test_*.py"))


class Report(NamedTuple):
    printed: str
    cases: list[ElementTree.Element]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    file = tmp_path_factory.mktemp("third_party") / "report.xml"
    options = [f"--ds={SETTINGS}", "--no-migrations", f"--junit-xml={file}", "-pno:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, str(FOLDER)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    printed = done.stdout + done.stderr
    assert file.exists(), printed
    return Report(printed, list(ElementTree.parse(file).iter("testcase")))


@pytest.mark.parametrize("module", MODULES)
def test_the_middleware_works_unchanged(report: Report, module: str) -> None:
    cases = [case for case in report.cases if case.attrib["classname"].endswith(f".{module}")]
    assert cases, report.printed
    assert not [case.attrib["name"] for case in cases if len(case)], report.printed
