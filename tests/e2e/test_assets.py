"""What of ``assets/`` is public: what is there now, and nothing that was there before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.e2e.edited import LEFT_BEHIND
from tests.e2e.servers import SHOP, manage

UP_TO_DATE = "Nothing has changed.\n"


def test_a_deleted_or_replaced_file_does_not_stay_in_the_build(build: None, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop, symlinks=True, ignore=LEFT_BEHIND)
    (shop / "assets/private").mkdir()
    (shop / "assets/private/secret.txt").write_text("secret")
    (shop / "assets/terms.txt").write_text("the new terms")
    built = tmp_path / "static" / "_reflex"
    manage("export_reflex", cwd=shop, SHOP_STATIC_ROOT=built.parent)
    assert (built / "private/secret.txt").is_file()

    shutil.rmtree(shop / "assets/private")
    (shop / "assets/terms.txt").write_text("the old terms")
    os.utime(shop / "assets/terms.txt", (0, 0))
    manage("export_reflex", cwd=shop, SHOP_STATIC_ROOT=built.parent)
    assert not (built / "private").exists()
    assert (built / "terms.txt").read_text() == "the old terms"
    assert (built / "favicon.ico").is_file()
    assert manage("export_reflex", cwd=shop, SHOP_STATIC_ROOT=built.parent).endswith(UP_TO_DATE)
