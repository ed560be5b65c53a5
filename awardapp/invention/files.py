"""Which files come with an invented submission, under which names; what they show is drawn by `pictures`."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from awardapp.invention.library import Kind
from awardapp.invention.values import Attachment, InventedCity, Text
from awardapp.invention.world import plain

# What can come along: what to draw, media type, ending, English and Chinese stem of the name, caption.
_OFFER: tuple[tuple[str, str, str, str, str, Text], ...] = (
    (
        "plan",
        "image/png",
        "png",
        "Plan of {district}",
        "{district}平面图",
        Text("Plan of the area", "片区平面图"),
    ),
    (
        "plan",
        "image/jpeg",
        "jpg",
        "Sites in {district}",
        "{district}实施点位图",
        Text("Sites of the work", "实施点位"),
    ),
    ("chart", "image/png", "png", "Results by year", "历年成效", Text("Results by year", "历年成效图")),
    ("chart", "image/jpeg", "jpg", "Chart of results", "成效对比图", Text("Results compared", "成效对比")),
    (
        "sheet",
        "application/pdf",
        "pdf",
        "Fact sheet {city}",
        "{city}项目简介",
        Text("Fact sheet", "项目简介"),
    ),
)


def attachments(
    kind: Kind,
    *,
    city: InventedCity,
    district: Text,
    numbers: Mapping[str, int],
    number: int,
    random: Random,
) -> tuple[Attachment, ...]:
    """None to three files; those of a Chinese city mostly have Chinese names, and now and then those of
    others.
    """
    found = []
    chinese = random.random() < (0.8 if city.country == "CN" else 0.05)
    for what, media_type, ending, english, han, caption in random.sample(_OFFER, k=random.choice((0, 1, 1, 2, 2, 3))):
        stem = (
            han.format(district=district.zh, city=city.name.zh)
            if chinese
            else english.format(district=district.en, city=city.name.en)
        )
        recipe = (
            what,
            f"{what}/{number}/{city.key}",
            plain(f"{city.name.en}: {district.en}"),
            plain(kind.measure),
            str(numbers["before"]),
            str(numbers["after"]),
            str(numbers["survey_year"]),
            str(numbers["now"]),
        )
        found.append(Attachment(name=f"{stem}.{ending}", media_type=media_type, caption=caption, recipe=recipe))
    return tuple(found)
