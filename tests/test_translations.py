"""The shop's translations: nothing is left out, and what is compiled is what is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from tests.fresh import SHOP

CATALOGUES = sorted((SHOP / "shop" / "locale").glob("*/LC_MESSAGES/django.po"))
by_language = pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.parts[-3])


def texts_in_code() -> Iterator[str]:
    """Every text that a module of the shop gives to ``gettext()``, or to ``label()`` as ``_()``."""
    for module in (SHOP / "shop").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            match node:
                case ast.Call(ast.Name("_" | "gettext"), [ast.Constant(text)]):
                    yield text


@by_language
def test_every_text_is_translated_and_no_other(file: Path) -> None:
    catalogue = polib.pofile(str(file))
    translated = {entry.msgid for entry in catalogue.translated_entries()}
    assert translated == set(texts_in_code())
    assert len(catalogue) == len(translated)


@by_language
def test_what_is_compiled_is_what_is_written(file: Path) -> None:
    compiled = polib.mofile(str(file.with_suffix(".mo")))
    written = {entry.msgid: entry.msgstr for entry in polib.pofile(str(file))}
    assert {entry.msgid: entry.msgstr for entry in compiled} == written


def test_there_is_one_for_each_language_but_the_first() -> None:
    assert [file.parts[-3] for file in CATALOGUES] == ["de"]
