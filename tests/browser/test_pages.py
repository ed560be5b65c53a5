"""Every key page in both languages, wide and narrow: no fault that axe knows, nothing to scroll sideways, no complaint."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site, Window
from tests.support.browser import accessibility_faults

pytestmark = pytest.mark.browser

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}

# who looks -> what they look at; words in {} are paths that the fixture knows
PAGES: dict[str | None, tuple[str, ...]] = {
    None: (
        "/", "/cases", "/cases?q=water", "/cases/GA6-bogota", "/cases/figures", "/cycles", "/cycles/call", "/cycles/6",
        "/announcements", "/announcements/jury/shortlist", "/sign-in", "/register", "/no-such-page",
    ),
    "official": ("/submissions", "{edit}", "{review}", "/account", "/account/second-factor"),
    "secretary": (
        "/secretariat/call/", "{check}", "/secretariat/call/rules", "/secretariat/call/people", "/secretariat/committee/scores",
        "/secretariat/jury/announcements", "/secretariat/call/submissions", "/secretariat/call/check", "{alike}",
        "/secretariat/call/advice", "/secretariat/call/rules/form", "/secretariat/call/freeze",
    ),
    "member": ("/committee/committee/", "/committee/committee/next", "/committee/committee/compare"),
    "chair": (
        "/committee/committee/workbench?method=mean&first=2", "/committee/committee/workbench/pairs",
        "/committee/committee/workbench/without-one", "/committee/committee/shortlist", "/committee/committee/shortlist-lock",
    ),
    "juror": ("/jury/jury/", "/jury/jury/ballot"),
    "adviser": ("/advice/call/", "{advise}", "{advise}/letter"),
    "observer": ("/observer/jury/", "/observer/jury/rules", "/observer/jury/log", "/observer/jury/records"),
}  # fmt: skip

# Words of an interface in English that nothing on a Chinese page should say, outside text marked as English.
ENGLISH = re.compile(
    r"\b(save[ds]?|submit(ted)?|back|next|previous|search|sign (in|out)|home|deadline|draft|status|state|city|cities|country"
    r"|required|optional|needed|name|title|summary|file[s]?|page|close|open|edit|delete|remove|cancel|yes|continue|language"
    r"|password|address|received|winner[s]?|shortlist(ed)?|case[s]?|result[s]?|cycle[s]?|jury|committee|secretariat|of|the|and)\b",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"\S+@\S+|https?://\S+")
# What a reader of Chinese reads: without what is marked as English, what people typed, and names of files.
READ = """() => {
  const copy = document.body.cloneNode(true);
  const foreign = "[lang=en], a[href^=http], .sources, script, textarea, input, code, kbd, .mono, .user-menu summary";
  for (const node of copy.querySelectorAll(foreign)) node.remove();
  const labels = [...copy.querySelectorAll("[aria-label], [placeholder], [title]")].flatMap(
    (node) => ["aria-label", "placeholder", "title"].map((name) => node.getAttribute(name) ?? ""));
  const texts = [];
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode.textContent);
  return [...texts, ...labels, document.title].map((text) => text.trim()).filter(Boolean);
}"""


def _faults(page: Page, what: str) -> list[str]:
    found = [f"{what}: {fault}" for fault in accessibility_faults(page)]
    scroll = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, f"{what}: {scroll} px to scroll sideways"] if scroll > 0 else found


def _leftover(page: Page, what: str) -> list[str]:
    texts: list[str] = page.evaluate(READ)
    return [
        f"{what}: English on a Chinese page: {text[:80]!r}" for text in texts if ENGLISH.search(ADDRESS.sub("", text))
    ]


@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages(window: Callable[..., Window], site: Site, who: str | None, language: str) -> None:
    one = window(who)
    page = one.page
    found: list[str] = []
    titles: dict[str, str] = {}
    for path in (known.format(**site.paths) for known in PAGES[who]):
        what = f"{path} ({language})"
        page.set_viewport_size(WIDE)
        one.open(path + ("&" if "?" in path else "?") + f"lang={language}")
        assert one.status == (404 if path == "/no-such-page" else 200), what
        assert page.locator("html").get_attribute("lang") == ("zh-Hans" if language == "zh" else "en"), what
        assert page.locator("h1").count() == 1, what
        found += _faults(page, f"{what} wide")
        if language == "zh":
            found += _leftover(page, what)
        page.set_viewport_size(NARROW)
        found += _faults(page, f"{what} narrow")
        title = page.title()
        if not re.match(r"\S.* · \S", title) or title in titles.values():
            found.append(f"{what}: the title is {title!r}, as of {titles}")
        titles[path.partition("?")[0]] = title
    assert found == []
