"""A real headless Chromium: finding one, starting it with fonts for Chinese, and asking axe about a page."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

DEADLINE: Final = 15_000  # milliseconds for anything the page is asked to do
NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
# The machine may have no sandbox and no screen, and the browser shall talk to nobody but the page.
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> Path | None:
    """The browser to use: $CHROMIUM, else the first known name on PATH, else None."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if name and (found := shutil.which(name)):
            return Path(found)
    return None


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A browser for the time of the context. Raises RuntimeError when there is none on this machine."""
    program = find_chromium()
    if program is None:
        raise RuntimeError("no Chromium: set CHROMIUM to its path")
    fonts = Path(tempfile.mkdtemp(prefix="award-fonts-"))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program,
                args=list(FLAGS),
                env={**os.environ, "FONTCONFIG_FILE": str(font_configuration(fonts))},
                timeout=30_000,
            )
            try:
                yield browser
            finally:
                browser.close()
    finally:
        shutil.rmtree(fonts)


@contextmanager
def new_page(browser: Browser, *, width: int = 1280, height: int = 900, locale: str = "en-GB") -> Iterator[Page]:
    """A page with cookies of its own; whatever it is asked for is bounded by DEADLINE."""
    with browser.new_context(viewport={"width": width, "height": height}, locale=locale) as context:
        context.set_default_timeout(DEADLINE)
        yield context.new_page()


def font_configuration(folder: Path) -> Path:
    """Write a fontconfig file into `folder` that adds the wheel's Chinese fonts to the machine's; return its
    path.

    Without such fonts a browser draws boxes for Chinese and every screenshot looks fine to a test.
    """
    wheel = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    if wheel is None or wheel.origin is None:
        raise RuntimeError("the font wheel pylopdf-fonts-zh-cn is not installed")
    path = folder / "fonts.conf"
    families = "".join(
        f"<alias><family>{generic}</family><default><family>{chinese}</family></default></alias>"
        for generic, chinese in (("sans-serif", "Noto Sans SC"), ("serif", "Noto Serif SC"))
    )
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{escape(str(Path(wheel.origin).parent))}</dir>"
        f"<cachedir>{escape(str(folder / 'cache'))}</cachedir>{families}</fontconfig>",
        encoding="utf-8",
    )
    return path


def accessibility_faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands: rule, words and place; empty when all is well."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['help']} at {', '.join(str(node['target'][0]) for node in fault['nodes'])}"
        for fault in found
    ]
