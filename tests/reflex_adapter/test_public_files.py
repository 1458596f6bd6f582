"""What stays among the public files, for Reflex to copy the rest of ``assets/`` beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reflex_adapter.public_files import remove_outdated

ASSETS = {"logo.svg": "logo", "fonts/a.woff2": "font", "fonts/deep/b.woff2": "font"}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return folder


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    return write(tmp_path / "assets", ASSETS)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return write(tmp_path / "public", ASSETS)


def names(folder: Path) -> set[str]:
    return {str(found.relative_to(folder)) for found in folder.rglob("*")}


ALL = {*ASSETS, "fonts", "fonts/deep"}


def test_copies_stay(public: Path, assets: Path) -> None:
    remove_outdated(public, assets)
    assert names(public) == ALL


def test_a_copy_whose_original_is_gone_goes(public: Path, assets: Path) -> None:
    (assets / "logo.svg").unlink()
    (assets / "fonts/a.woff2").unlink()
    remove_outdated(public, assets)
    assert names(public) == {"fonts", "fonts/deep", "fonts/deep/b.woff2"}


def test_a_folder_that_is_gone_goes(public: Path, assets: Path) -> None:
    (assets / "fonts").rename(assets / "types")
    remove_outdated(public, assets)
    assert names(public) == {"logo.svg"}


def test_all_goes_without_assets(public: Path, tmp_path: Path) -> None:
    remove_outdated(public, tmp_path / "nowhere")
    assert names(public) == set()


@pytest.mark.parametrize(("text", "stays"), [("LOGO", False), ("logos", False), ("logo", True)])
def test_a_copy_of_what_was_replaced_by_an_older_file_goes(
    public: Path, assets: Path, text: str, stays: bool
) -> None:
    write(assets, {"logo.svg": text})
    os.utime(assets / "logo.svg", (0, 0))
    remove_outdated(public, assets)
    assert ("logo.svg" in names(public)) == stays


def test_a_file_gives_way_to_a_folder_and_a_folder_to_a_file(public: Path, assets: Path) -> None:
    (assets / "logo.svg").unlink()
    write(assets, {"logo.svg/x": "x"})
    (assets / "fonts").rename(assets / "types")
    write(assets, {"fonts": "x"})
    remove_outdated(public, assets)
    assert names(public) == set()


def test_what_a_link_leads_to_is_left_alone(public: Path, assets: Path, tmp_path: Path) -> None:
    """``rx.asset(shared=True)`` links to files of packages; in ``public`` somebody else made it."""
    packages = write(tmp_path / "package", {"a.js": "a"})
    (assets / "a.js").symlink_to(packages / "a.js")
    write(public, {"a.js": "a"})
    (public / "elsewhere").symlink_to(packages)
    (public / "broken").symlink_to(tmp_path / "nowhere")
    remove_outdated(public, assets)
    assert names(public) == {*ALL, "a.js"}
    assert names(packages) == {"a.js"}


def test_there_may_be_nothing_public_yet(assets: Path, tmp_path: Path) -> None:
    remove_outdated(tmp_path / "nowhere", assets)
    assert not (tmp_path / "nowhere").exists()
