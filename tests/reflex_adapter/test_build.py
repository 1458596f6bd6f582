"""The build on disk: when it counts as changed, and how a new one takes the old one's place."""

from __future__ import annotations

import re
import resource
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reflex_adapter.build import WORK, digest_of, replace, stamp_of
from reflex_adapter.build_stages import Stages, one_at_a_time


def write(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return folder


def content_of(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_text() for file in files}


@pytest.fixture
def web(tmp_path: Path) -> Path:
    return write(tmp_path / ".web", **{"app/root.jsx": "root", "package.json": "{}", ".env": "a"})


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda web: write(web, **{"app/root.jsx": "ROOT"}), id="changed"),
        pytest.param(lambda web: write(web, **{".env": "b"}), id="changed hidden"),
        pytest.param(lambda web: write(web, **{"app/new.jsx": ""}), id="added empty"),
        pytest.param(lambda web: (web / "package.json").unlink(), id="removed"),
        pytest.param(lambda web: (web / "app").rename(web / "apps"), id="folder renamed"),
        pytest.param(lambda web: (web / ".env").rename(web / "env"), id="file renamed"),
        pytest.param(
            lambda web: write(web, **{"app/root.jsx": "{}", "package.json": "root"}), id="swapped"
        ),
    ],
)
def test_the_digest_changes_when_an_input_changes(
    web: Path, change: Callable[[Path], object]
) -> None:
    before = digest_of(web)
    change(web)
    assert digest_of(web) != before


@pytest.mark.parametrize("folder", sorted(WORK))
def test_what_the_bundler_writes_is_not_its_input(web: Path, folder: str) -> None:
    before = digest_of(web)
    write(web, **{f"{folder}/x/file": "x"})
    assert digest_of(web) == before


def test_the_digest_does_not_depend_on_the_place_or_the_time(web: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    for name in reversed(list(content_of(web))):  # in another order
        write(copy, **{name: (web / name).read_text()})
    assert digest_of(copy) == digest_of(web)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write(tmp_path / "bundle", **{"index.html": "new", "assets/a.js": "new"})


def test_the_first_build_makes_its_folders(bundle: Path, tmp_path: Path) -> None:
    target = tmp_path / "static" / "deep" / "_reflex"
    assert stamp_of(target) is None
    replace(target, bundle, "digest")
    assert content_of(target) == {"index.html": "new", "assets/a.js": "new", ".input": "digest"}
    assert stamp_of(target) == "digest"


def test_a_new_build_leaves_nothing_of_the_old_one(bundle: Path, tmp_path: Path) -> None:
    target = write(tmp_path / "_reflex", **{"index.html": "old", "gone.js": "old", ".input": "old"})
    replace(target, bundle, "new")
    assert content_of(target) == {"index.html": "new", "assets/a.js": "new", ".input": "new"}
    assert stamp_of(target) == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["_reflex", "bundle"]


def test_the_bundle_itself_stays(bundle: Path, tmp_path: Path) -> None:
    replace(tmp_path / "_reflex", bundle, "new")
    assert content_of(bundle) == {"index.html": "new", "assets/a.js": "new"}


def test_a_copy_that_fails_leaves_the_old_build(bundle: Path, tmp_path: Path) -> None:
    (bundle / "zzz.js").symlink_to(tmp_path / "nowhere")
    target = write(tmp_path / "_reflex", **{"index.html": "old", ".input": "old"})
    with pytest.raises(RuntimeError, match=f"written to {target}: .*No such file .* has stayed"):
        replace(target, bundle, "new")
    assert content_of(target) == {"index.html": "old", ".input": "old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["_reflex", "bundle"]


@pytest.fixture
def small_files() -> Iterator[None]:
    """Files may have a hundred bytes: more is refused, as where the disk is full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("large", ["assets/a.js", ".input"])
def test_nothing_is_left_of_a_build_for_which_there_is_no_room(
    bundle: Path, tmp_path: Path, request: pytest.FixtureRequest, large: str
) -> None:
    digest = "x" * 1000 if large == ".input" else "new"
    write(bundle, **{"assets/a.js": "x" * (1000 if large == "assets/a.js" else 1)})
    target = write(tmp_path / "_reflex", **{"index.html": "old"})
    request.getfixturevalue("small_files")
    with pytest.raises(RuntimeError, match=f"written to {target}: .*File too large"):
        replace(target, bundle, digest)
    assert content_of(target) == {"index.html": "old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["_reflex", "bundle"]


def test_where_no_folder_can_be_made_a_sentence_says_so(bundle: Path, tmp_path: Path) -> None:
    target = write(tmp_path, static="a file") / "static" / "_reflex"
    with pytest.raises(RuntimeError, match=f"written to {target}: Not a directory. What was"):
        replace(target, bundle, "new")


@pytest.mark.parametrize("leftover", ["_reflex.new", "_reflex.old"])
def test_what_an_interrupted_build_left_is_cleared_away(
    bundle: Path, tmp_path: Path, leftover: str
) -> None:
    write(tmp_path / leftover, **{"half.html": "half"})
    target = write(tmp_path / "_reflex", **{"index.html": "old"})
    replace(target, bundle, "new")
    assert "half.html" not in content_of(target)
    assert not (tmp_path / leftover).exists()


def test_a_build_that_was_put_aside_when_it_ended_comes_back(bundle: Path, tmp_path: Path) -> None:
    (bundle / "zzz.js").symlink_to(tmp_path / "nowhere")
    write(tmp_path / "_reflex.old", **{"index.html": "old"})
    with pytest.raises(RuntimeError, match="cannot be written"):
        replace(tmp_path / "_reflex", bundle, "new")
    assert content_of(tmp_path / "_reflex") == {"index.html": "old"}


def test_each_stage_is_said_with_the_time_so_far() -> None:
    said: list[str] = []
    stages = Stages(said.append)
    for stage in ("Compiling", "Bundling"):
        stages.begin(stage)
    assert [re.sub(r"[0-9.]+ s", "T", line) for line in said] == [
        "[ T] Compiling ...",
        "[ T] Bundling ...",
    ]


def test_a_build_waits_for_another_one_in_its_folder_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    told, ended = threading.Event(), threading.Event()

    def say(stage: str) -> None:
        said.append(stage)
        told.set()

    def second() -> None:
        with one_at_a_time(tmp_path, Stages(say)):
            ended.set()

    with one_at_a_time(tmp_path, Stages(say)):
        assert said == []
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(10)
        assert "Another process builds" in said[0]
        assert not ended.is_set()
    assert ended.wait(10)
    thread.join(10)
    assert list(tmp_path.iterdir()) == []


def test_builds_in_other_folders_do_not_wait(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    said: list[str] = []
    with (
        one_at_a_time(tmp_path, Stages(said.append)),
        one_at_a_time(tmp_path / "other", Stages(said.append)),
    ):
        assert said == []
