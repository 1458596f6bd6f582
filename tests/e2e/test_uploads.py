"""Staff put photos of the products into the shop: an upload, in a real browser."""

from __future__ import annotations

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import in_chromium, log_in

pytestmark = in_chromium

# One pixel (RFC 2083).
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def drop(tab: Page, *files: tuple[str, bytes]) -> None:
    payloads = [{"name": name, "mimeType": "image/png", "buffer": body} for name, body in files]
    tab.locator("#photos input[type=file]").set_input_files(payloads)  # type: ignore[arg-type]


def test_a_photo_is_kept_for_whom_uploads_it(tab: Page, shop: str) -> None:
    log_in(tab, shop)
    tab.goto(f"{shop}/account")
    drop(tab, ("teapot.png", PNG), ("no-product.png", PNG), ("tea-cup.html", PNG))
    expect(tab.get_by_role("status")).to_have_text(
        [
            "Teapot has a photo by demo.",
            "no-product.png is no photo named after a product.",
            "tea-cup.html is no photo named after a product.",
        ]
    )
    tab.goto(shop)
    photo = tab.get_by_role("img", name="Teapot")
    expect(photo).to_have_css("object-fit", "contain")  # not stretched to the width of its tile
    address = f"{shop}{photo.get_attribute('src')}"
    assert httpx.get(address).content == PNG


def test_an_upload_that_is_too_large_is_refused_where_everybody_sees_it(
    browser: Browser, shop: str
) -> None:
    context = browser.new_context()  # its console has an error: the browser's, of the status
    tab = context.new_page()
    log_in(tab, shop)
    tab.goto(f"{shop}/account")
    with tab.expect_response("**/_upload") as response:
        drop(tab, ("teapot.png", bytes(11 * 1024 * 1024)))
    assert response.value.status == 413
    expect(tab.get_by_text("a file may have 10 MiB.")).to_be_visible()
    drop(tab, ("teapot.png", PNG))
    expect(tab.get_by_role("status")).to_have_text(["Teapot has a photo by demo."])
    context.close()


def test_an_upload_is_refused_after_a_logout_elsewhere(browser: Browser, shop: str) -> None:
    context = browser.new_context()
    tab = context.new_page()
    log_in(tab, shop)
    tab.goto(f"{shop}/account")
    expect(tab.locator("#photos")).to_be_visible()
    context.clear_cookies(name="sessionid")
    with tab.expect_response("**/_upload") as response:
        drop(tab, ("teapot.png", PNG))
    assert response.value.status == 403
    tab.wait_for_url("**/admin/login/?next=/account")  # the page is for those who are logged in
    context.close()
