"""That the README's table of system checks has those there are, and no others, each tested."""

from __future__ import annotations

import re

from tests.fresh import PACKAGES, ROOT

ID = re.compile(r"\b(?:django_adapter|reflex_adapter)\.[EWI]\d{3}\b")
SHORT = re.compile(r"\b[EWI]\d{3}\b")


def in_code() -> list[str]:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return [id for file in files for id in ID.findall(file.read_text())]


def in_table() -> list[str]:
    lines = (ROOT / "README.md").read_text().splitlines()
    return [found[0] for line in lines if (found := re.findall(rf"^\| `({ID.pattern})` \|", line))]


def test_the_readme_has_all_checks_and_no_others() -> None:
    assert len(in_table()) > 15
    assert sorted(in_table()) == sorted(set(in_code()))


def test_an_id_is_given_once() -> None:
    assert len(in_code()) == len(set(in_code()))


def test_each_check_is_named_in_a_test() -> None:
    for package in ("django_adapter", "reflex_adapter"):
        ids = {id.partition(".")[2] for id in in_table() if id.startswith(package)}
        tests = [file.read_text() for file in (ROOT / "tests" / package).rglob("test_*.py")]
        assert ids <= {id for text in tests for id in SHORT.findall(text)}, package
