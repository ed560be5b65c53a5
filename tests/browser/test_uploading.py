"""Files in a real browser: broken line, dead server, reload, sign-out, and the file is whole; many at once; refusals."""

from __future__ import annotations

import base64
import io
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from tests.browser.conftest import Site, Window
from tests.support import corpus
from tests.support.browser import accessibility_faults
from tests.support.processes import bare_environment, running_worker

pytestmark = pytest.mark.browser

DROP = """files => {
  const data = new DataTransfer();
  for (const [name, type, text] of files) {
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type, lastModified: 1 }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.querySelector("h1").dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def photograph() -> bytes:
    """Noise does not compress: some two megabytes."""
    buffer = io.BytesIO()
    Image.effect_noise((1700, 1300), 90).convert("RGB").save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def files_page(site: Site) -> str:
    return site.paths["edit"].replace("/edit", "/files")


def kill_the_web_server(site: Site) -> None:
    """Its only worker dies without a word, as in a power cut; the master starts another one."""
    for worker in Path(f"/proc/{site.web}/task/{site.web}/children").read_text().split():
        os.kill(int(worker), signal.SIGKILL)


def test_an_upload_survives_a_broken_line_a_restarted_server_a_reload_and_a_sign_out(
    window: Callable[..., Window], site: Site, tmp_path: Path
) -> None:
    data, name = photograph(), "老城 水塔.jpg"
    chosen = tmp_path / name
    chosen.write_bytes(data)
    one = window("official")
    page = one.open(files_page(site))
    line_is = {"whole for": 2}  # pieces

    def carry(route: Route) -> None:
        if line_is["whole for"] > 0:
            line_is["whole for"] -= 1
            route.continue_()
        else:
            route.abort("connectionreset")

    page.route(re.compile(r"/uploads/[\w-]+$"), carry)
    page.set_input_files("#files", chosen)
    line = page.locator(".upload-list li")
    expect(line).to_contain_text("The connection was lost.")
    expect(line).to_contain_text("has arrived and is kept")
    kill_the_web_server(site)
    page.on("dialog", lambda dialog: dialog.accept())  # leaving while a file is on its way is asked about
    page.reload()
    expect(line).to_have_count(1)  # the browser kept the file: nothing has to be chosen again
    expect(line).to_contain_text("The connection was lost.")

    other = window(beside=one)
    other.open("/account")
    other.page.locator(".user-menu summary").click()
    with other.page.expect_navigation():
        other.page.get_by_role("button", name="Sign out").click()
    line_is["whole for"] = 1_000
    page.get_by_role("button", name="Try now").click()
    expect(line).to_contain_text("You were signed out.")
    assert accessibility_faults(page) == []
    other.sign_in("official")  # and this window goes on by itself
    attached = page.locator("[data-attached] > li").filter(has_text=name)
    expect(attached).to_be_visible()
    expect(line).to_have_count(0)
    address = attached.get_by_role("link", name=name).get_attribute("href")
    assert page.request.get(site.address + str(address)).body() == data
    with running_worker({**bare_environment(), **site.settings}, folder=tmp_path):
        expect(attached.locator("img")).to_be_visible(timeout=40_000)  # it appears by itself
    attached.locator("img").click()
    expect(page.get_by_role("dialog").locator("img")).to_have_js_property("complete", True)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_many_files_are_dropped_at_once_and_each_refusal_says_why(window: Callable[..., Window], site: Site) -> None:
    one = window("official")
    page = one.open(files_page(site))
    page.set_input_files("#files", {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""})
    page.locator(".upload-list li").get_by_role("button", name="Dismiss").click()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:captions'))") == []
    files = [(f"图 {number}.png", "image/png", corpus.picture("PNG", size=(60 + number, 40))) for number in range(4)]
    files += [
        ("page.pdf", "application/pdf", corpus.HTML),
        ("nothing.pdf", "application/pdf", b""),
        ("tool.exe", "", b"MZ"),
    ]
    page.evaluate(DROP, [[name, kind, base64.b64encode(data).decode()] for name, kind, data in files])
    attached = page.locator("[data-attached] > li")
    for number in range(4):
        expect(attached.filter(has_text=f"图 {number}.png")).to_be_visible()
    lines = page.locator(".upload-list li")
    expect(lines).to_have_count(3)
    expect(lines.filter(has_text="page.pdf")).to_contain_text("By its content this is a web page (HTML).")
    expect(lines.filter(has_text="nothing.pdf")).to_contain_text("The file is empty.")
    expect(lines.filter(has_text="tool.exe")).to_contain_text("names end in “.exe” are not accepted")
    assert accessibility_faults(page) == []
    lines.filter(has_text="page.pdf").get_by_role("button", name="Dismiss").click()
    page.get_by_role("button", name="Dismiss all that were not taken").click()
    expect(lines).to_have_count(0)
    first = attached.filter(has_text="图 0.png")
    first.get_by_label("Caption in English").fill("Zero")
    first.get_by_role("button", name="Move down").click()
    expect(page.locator("[data-flash=success]")).to_contain_text("The captions and the new order are saved.")
    names = page.locator("[data-attached] .file-name a").all_inner_texts()
    assert names.index("图 0.png") > names.index("图 1.png")
    expect(attached.filter(has_text="图 0.png").get_by_label("Caption in English")).to_have_value("Zero")
