"""The form in Word through a real browser, the city's pages for everybody's eyes, and the figures of the call as they run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser


def filled_in(source: Path, target: Path, text: str) -> Path:
    """The document with another English title, as a word processor saves it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(buffer, "w") as saved:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                pattern = r'(<w:alias w:val="title_en"/>(?:(?!</w:sdt>).)*?<w:t xml:space="preserve">)[^<]*'
                part = re.sub(pattern, lambda found: found[1] + text, part.decode(), flags=re.S).encode()
            saved.writestr(name, part)
    target.write_bytes(buffer.getvalue())
    return target


def test_the_form_goes_out_as_a_document_comes_back_and_is_taken_over(
    window: Callable[..., Window], site: Site, tmp_path: Path
) -> None:
    one = window("official")
    page = one.open(site.paths["edit"].replace("/edit", "/offline"))
    assert accessibility_faults(page) == []
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the Word document").click()
    source = tmp_path / "source.docx"
    coming.value.save_as(source)
    assert coming.value.suggested_filename.endswith("-Recife-en.docx")

    page.set_input_files("#document", filled_in(source, tmp_path / "累西腓 filled.docx", "Typed in Word"))
    with page.expect_navigation():
        page.get_by_role("button", name="Read it and show what would change").click()
    expect(page.locator("#line-title_en")).to_contain_text("Typed in Word")
    assert page.locator(".offline-line").count() == 1
    assert accessibility_faults(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    with page.expect_navigation():
        page.get_by_role("button", name="Take over what is ticked").click()
    expect(page.locator("[data-flash=success]")).to_be_visible()
    expect(page.locator("[name=title_en]")).to_have_value("Typed in Word")


def test_a_citys_pages_are_for_everybody(window: Callable[..., Window], site: Site) -> None:
    one = window("official")
    page = one.open("/submissions")
    page.locator("main a[href^='/cities/']").first.click()
    city = page.url.removeprefix(site.address)
    for path in ("", "/invite", "/leave"):
        one.open(city + path)
        assert (one.status, accessibility_faults(page)) == (200, [])
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.set_viewport_size({"width": 1280, "height": 900})


def test_the_call_in_figures_brings_itself_up_to_date(window: Callable[..., Window]) -> None:
    page = window().page
    page.clock.install()
    one = window()
    one.page = page
    one.open("/cycles/call/live")
    assert accessibility_faults(page) == []
    expect(page.locator("[data-live-note]")).to_be_visible()
    page.evaluate("document.querySelector('#live dd').textContent = 'old'")
    page.clock.run_for(31_000)
    expect(page.locator("#live dd").first).to_have_text(re.compile(r"^\d+$"))
