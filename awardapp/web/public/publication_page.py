"""What every form of one announcement begins with: the publication of the address, and what it says as data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from markupsafe import Markup

from awardapp import i18n
from awardapp.domain.announcements import AnnouncementKind
from awardapp.models import Publication, PublicationFile, PublicationFileKind, WorkStatus
from awardapp.queries import announcements as queries
from awardapp.services import publication_files
from awardapp.web import previews
from awardapp.web.filters import LANGUAGE_TAGS
from awardapp.web.public.cycles import open_cycle
from awardapp.web.public.feeds import absolute

Files = Mapping[PublicationFileKind, PublicationFile]


def kind_of(value: str) -> AnnouncementKind:
    """The kind of announcement of an address, or 404."""
    try:
        return AnnouncementKind(value)
    except ValueError:
        abort(404)


def published(cycle_slug: str, kind: str, award_key: str) -> Publication:
    """The publication of the address; before its instant there is none, and the answer is that of any unknown address."""
    found = queries.publication(open_cycle(cycle_slug), kind_of(kind), award_key)
    if found is None:
        abort(404)
    return found


def parts(content: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an address of this announcement."""
    award = content["award"]
    return {
        "cycle_slug": content["cycle"]["slug"],
        "kind": content["kind"],
        "award_key": award["key"] if award else None,
    }


def made(files: Files, kind: PublicationFileKind) -> PublicationFile | None:
    """The file of this kind if it is made of what is public now."""
    row = files.get(kind)
    return row if row is not None and row.status is WorkStatus.DONE and row.storage_key else None


@dataclass(frozen=True, slots=True)
class CityPicture:
    """A picture of a winner's initiative, as its case study shows it, with its words for who cannot see it."""

    address: str
    alt: str
    caption: str
    width: int
    height: int


def pictures(content: Mapping[str, Any]) -> dict[int, CityPicture]:
    """The first picture of each city by submission, where its case study is public and a picture for showing is made."""
    first = {one["submission"]: one for one in reversed(content["outcomes"]) if one["pictures"]}
    how = previews.shown([one["pictures"][0]["sha256"] for one in first.values()]) if first else {}
    found = {}
    for submission_id, one in first.items():
        picture, language = one["pictures"][0], i18n.language()
        if not (shown := how[picture["sha256"]].pictures):
            continue
        caption = picture["caption"][language] or picture["caption"]["en"] or picture["caption"]["zh"]
        found[submission_id] = CityPicture(
            url_for("casebank.file", ref=one["case"], sha256=picture["sha256"], show=""),
            caption or one["title"][language] or one["title"]["en"],
            caption,
            shown[0].width,
            shown[0].height,
        )
    return found


def languages(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The page in each language: tag and address."""
    return [(LANGUAGE_TAGS[code], f"{content['address']}?lang={code}") for code in i18n.LANGUAGES]


def sharing_picture(content: Mapping[str, Any], files: Files) -> str | None:
    """The address of the picture for sharing in the reader's language; None while it is not made."""
    language = i18n.language()
    if made(files, publication_files.PICTURE_OF[language]) is None:
        return None
    return absolute("public.sharing_picture", **parts(content), language=language)


def as_data(content: Mapping[str, Any], files: Files) -> dict[str, Any]:
    """The announcement as the JSON gives it; the fields are told on the open-data page and stay."""
    kit = made(files, PublicationFileKind.PRESS_KIT)
    outcomes = [
        {
            **{name: one[name] for name in ("outcome", "award", "city", "country", "title", "reason")},
            "case": {"ref": one["case"], "address": absolute("casebank.case", ref=one["case"])}
            if one["case"]
            else None,
            "pictures": [
                {
                    "address": absolute("casebank.file", ref=one["case"], sha256=picture["sha256"]),
                    "media_type": picture["media_type"],
                    "caption": picture["caption"],
                }
                for picture in one["pictures"]
            ],
        }
        for one in content["outcomes"]
    ]
    return {
        **content,
        "outcomes": outcomes,
        "fields": absolute("casebank.data", _anchor="announcements"),
        "press_kit": {
            "address": absolute("public.press_kit", **parts(content)),
            "sha256": kit.sha256,
            "size": kit.size,
        }
        if kit is not None
        else None,
    }


def structured_data(content: Mapping[str, Any], picture: str | None) -> Markup:
    """The announcement in the words of schema.org, for search engines: a block of data, which no browser runs.

    It is made here because a page of ours carries no script; `<` is escaped, so no text can end the block.
    """
    own, other = i18n.language(), "en" if i18n.language() == "zh" else "zh"

    def said(words: Mapping[str, str]) -> str:
        return words[own] or words[other] or ""

    described = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "url": content["address"],
        "headline": said(content["title"]),
        "articleBody": said(content["statement"]),
        "datePublished": content["published_at"],
        "inLanguage": LANGUAGE_TAGS[own],
        "isAccessibleForFree": True,
        "publisher": {"@type": "Organization", "name": "Guangzhou Award Secretariat"},
        "mainEntity": {
            "@type": "ItemList",
            "itemListOrder": "https://schema.org/ItemListUnordered",
            "numberOfItems": len(content["outcomes"]),
            "itemListElement": [_item(one, content, said) for one in content["outcomes"]],
        },
        **({"image": picture} if picture else {}),
    }
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(f'<script type="application/ld+json">{escaped}</script>')  # noqa: S704 - no text of it can end the block


def _item(one: Mapping[str, Any], content: Mapping[str, Any], said: Any) -> dict[str, Any]:
    award = said(one["award"]["name"]) if one["award"] and one["award"]["name"] else said(content["cycle"]["name"])
    item = {
        "@type": "CreativeWork",
        "name": said(one["title"]),
        "contentLocation": {
            "@type": "City",
            "name": said(one["city"]),
            "containedInPlace": {
                "@type": "Country",
                "name": said(one["country"]),
                "identifier": one["country"]["code"],
            },
        },
        **({"award": award} if one["outcome"] in ("winner", "special") else {}),
        **({"url": absolute("casebank.case", ref=one["case"])} if one["case"] else {}),
    }
    return {"@type": "ListItem", "item": item}


def description(publication: Publication, names: Sequence[str]) -> str:
    """One or two sentences for the preview of a shared address: the statement's beginning, else the cities."""
    text = " ".join(i18n.pick(publication, "statement").split())
    text = text or ("、" if i18n.language() == "zh" else ", ").join(names)
    return text if len(text) <= 200 else text[:199].rstrip() + "…"
