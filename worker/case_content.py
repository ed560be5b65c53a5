"""What a case-study bundle says: plain values, gathered by the caller, already cleared for the reader.

Texts come in pairs, English and Simplified Chinese. `None` means "not known" and is printed as such; an empty
or blank text is treated the same way, so that a forgotten field never leaves a hole on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol


class ByteSource(Protocol):
    """An open file, a storage reader: anything that gives bytes in blocks and can be closed."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; an empty result means the end."""

    def close(self) -> None:
        """Let go of the file or connection."""


class Words(NamedTuple):
    """One text in both languages."""

    en: str | None
    zh: str | None


class CityDatum(NamedTuple):
    """One line of the city data block. With one value known (a figure, say) it stands for both languages."""

    label_en: str
    label_zh: str
    value_en: str | None
    value_zh: str | None


class Section(NamedTuple):
    """One section of the narrative; line breaks in a text part its paragraphs."""

    heading_en: str
    heading_zh: str
    text_en: str | None
    text_zh: str | None


class Citation(NamedTuple):
    """Why a committee or jury chose the case; the label says which ("Citation of the jury")."""

    label_en: str
    label_zh: str
    text_en: str | None
    text_zh: str | None


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A stored file that goes into the bundle byte for byte.

    `open` is called once for each reading and gives the file from its beginning. `filename` is the name its
    owner gave it: it is shown and kept in the data, never used as a path. `sha256` (hex) and `size` (bytes)
    are what storage recorded; the build fails when the bytes read are not those.
    """

    open: Callable[[], ByteSource]
    filename: str
    media_type: str
    sha256: str
    size: int
    caption_en: str | None = None
    caption_zh: str | None = None


class Picture(Enclosure):
    """An enclosure that is also printed in the PDF; its caption is the text for those who cannot see it."""


class Attachment(Enclosure):
    """An enclosure that is only listed in the PDF."""


@dataclass(frozen=True, kw_only=True)
class CaseStudyContent:
    """Everything a bundle is made of. The same content gives the same bytes.

    `stable_id` is the public reference ("GA6-07"); `outcomes` are its labels (Winner, Shortlisted, special
    awards) as (English, Chinese); `sdgs` are goal numbers from 1 to 17; `published_on` dates the bundle, its
    files and its PDF.
    """

    stable_id: str
    award_name_en: str
    award_name_zh: str
    cycle_name_en: str
    cycle_name_zh: str
    outcomes: tuple[tuple[str, str], ...] = ()
    city_en: str | None = None
    city_zh: str | None = None
    country_en: str | None = None
    country_zh: str | None = None
    title_en: str | None = None
    title_zh: str | None = None
    summary_en: str | None = None
    summary_zh: str | None = None
    city_data: tuple[CityDatum, ...] = ()
    theme_en: str | None = None
    theme_zh: str | None = None
    sdgs: tuple[int, ...] = ()
    sections: tuple[Section, ...] = ()
    citations: tuple[Citation, ...] = ()
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    sources: tuple[str, ...] = ()
    licence_en: str | None = None
    licence_zh: str | None = None
    published_on: date | None = None
    url: str | None = None


# Short names of the Sustainable Development Goals (United Nations, A/RES/70/1, 2015).
SDG_NAMES: dict[int, Words] = {
    1: Words("No poverty", "无贫穷"),
    2: Words("Zero hunger", "零饥饿"),
    3: Words("Good health and well-being", "良好健康与福祉"),
    4: Words("Quality education", "优质教育"),
    5: Words("Gender equality", "性别平等"),
    6: Words("Clean water and sanitation", "清洁饮水和卫生设施"),
    7: Words("Affordable and clean energy", "经济适用的清洁能源"),
    8: Words("Decent work and economic growth", "体面工作和经济增长"),
    9: Words("Industry, innovation and infrastructure", "产业、创新和基础设施"),
    10: Words("Reduced inequalities", "减少不平等"),
    11: Words("Sustainable cities and communities", "可持续城市和社区"),
    12: Words("Responsible consumption and production", "负责任消费和生产"),
    13: Words("Climate action", "气候行动"),
    14: Words("Life below water", "水下生物"),
    15: Words("Life on land", "陆地生物"),
    16: Words("Peace, justice and strong institutions", "和平、正义与强大机构"),
    17: Words("Partnerships for the goals", "促进目标实现的伙伴关系"),
}
