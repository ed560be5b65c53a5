"""Words are counted in a real browser as the server counts them, and what stands past the limit is marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, expect

from awardapp.domain.words import count_words
from tests.browser.conftest import Site, Window

pytestmark = pytest.mark.browser

CORPUS = (
    "",
    "The city's water-saving plan: 1,250 homes, 3.5 km, don’t stop.",
    "广州国际城市创新奖 2027 年第七届 innovation-driven 城市",
    "Ñandú café – naïve “quotes”… 50% / 75 %  a\nb\tc",
    "𠀀𠮷𱍊 mixed 字 e-mail a.b,c;d 1.000,5",
    "cafe\u0301s noirs, हिन्दी में, می‌خواهم, ไทย, Привет мир, مدينة قوانغتشو, 한국어 문장",
    "二〇二七年，人山人海々。「城市」，《创新》——很好！",
    "❤️ 👩‍🏫 👍🏽 a🙂b x\u00adx ＡＢＣ １２３ ① ½ m² H₂O",
    "a--b 'quoted' ’tis rock ’n’ roll; end.Next end. Next 3.5.1 -1 --",
)
# Everything a keyboard, a paste or a slip may bring; halves of characters cannot be sent to a browser.
TEXTS = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.sampled_from("abcÄé019 ’'-.,，。、_\n\t\U00020000\uf900\u0301\u200d\u00ad々〇"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@pytest.fixture
def page(window: Callable[..., Window], site: Site) -> Page:
    page = window("official").open(site.paths["edit"])
    page.evaluate("async () => { window.measure = (await import('/static/word-count.js')).measure; }")
    return page


def measured(page: Page, texts: list[str], limit: int) -> list[Any]:
    """For each text: the words, and how many UTF-16 units stand before the first one past the limit."""
    return page.evaluate(
        "([texts, limit]) => texts.map((text) => { const { n, from } = measure(text, limit);"
        " return [n, from < 0 ? null : text.slice(0, from)]; })",
        [texts, limit],
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(texts=st.lists(TEXTS, min_size=1, max_size=30), limit=st.integers(0, 12))
def test_browser_and_server_count_alike(page: Page, texts: list[str], limit: int) -> None:
    texts = [*texts, *CORPUS]
    for text, (n, within) in zip(texts, measured(page, texts, limit), strict=True):
        assert n == count_words(text)
        assert (within is None) == (n <= limit)
        if within is not None:
            assert text.startswith(within)
            assert count_words(within) == limit


def test_what_stands_past_the_limit_is_marked_where_it_stands(page: Page) -> None:
    for name, language, word, within in (
        ("summary_en", "words", "word ", 200),
        ("summary_zh", "characters", "字", 350),
    ):
        field = page.locator(f"[name={name}]")
        note = page.locator(f"#{name}-count")
        field.fill(word * within)
        expect(note).to_have_text(f"{within} of {within} {language}")
        mark = page.locator(f".with-excess:has([name={name}]) mark")
        expect(mark).to_have_count(0)
        field.fill(word * within + "Überzählig 多余 too many")
        expect(mark).to_have_text("Überzählig 多余 too many")
        expect(note).to_have_text(
            f"{within + 5} of {within} {language}, 5 too many. What is past the limit is marked,"
            " from “Überzählig 多余 too many” on."
        )
        # The copy behind the field breaks its lines where the field does.
        heights = page.evaluate(
            "name => { const field = document.querySelector(`[name=${name}]`);"
            " const behind = field.previousElementSibling;"
            " return [field.scrollHeight, behind.scrollHeight, field.clientWidth, behind.clientWidth]; }",
            name,
        )
        assert heights[0] == heights[1], heights
        assert heights[2] == heights[3], heights
