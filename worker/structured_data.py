"""A case study as data for machines: JSON-LD in the words of schema.org, both languages, nothing shortened.

A null says "not known". Texts are the originals, untouched; a file is named as in the bundle, relative to the
JSON, with the name its owner gave it beside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from worker.case_content import SDG_NAMES, CaseStudyContent, Enclosure

CHINESE = "zh-Hans"


def serialise(content: CaseStudyContent, files: Mapping[str, Enclosure]) -> bytes:
    """The case as UTF-8 JSON, keys sorted; `files` are its pictures and attachments by name in the bundle."""
    described = {
        "@context": "https://schema.org",
        "@type": "Article",
        "identifier": content.stable_id,
        "url": content.url,
        "name": _both(content.title_en, content.title_zh),
        "abstract": _both(content.summary_en, content.summary_zh),
        "inLanguage": ["en", CHINESE],
        "isPartOf": {
            "@type": "Event",
            "name": _both(content.cycle_name_en, content.cycle_name_zh),
            "superEvent": {"@type": "Event", "name": _both(content.award_name_en, content.award_name_zh)},
        },
        "award": [_both(en, zh) for en, zh in content.outcomes],
        "contentLocation": {
            "@type": "City",
            "name": _both(content.city_en, content.city_zh),
            "containedInPlace": {"@type": "Country", "name": _both(content.country_en, content.country_zh)},
            "additionalProperty": [
                {"@type": "PropertyValue", "name": _both(item[0], item[1]), "value": _both(item[2], item[3])}
                for item in content.city_data
            ],
        },
        "articleSection": _both(content.theme_en, content.theme_zh),
        "about": [
            {
                "@type": "DefinedTerm",
                "termCode": str(goal),
                "name": _both(*SDG_NAMES[goal]),
                "inDefinedTermSet": "https://sdgs.un.org/goals",
            }
            for goal in content.sdgs
        ],
        "hasPart": [
            {"@type": "WebPageElement", "name": _both(item[0], item[1]), "text": _both(item[2], item[3])}
            for item in content.sections
        ],
        "review": [
            {"@type": "Review", "name": _both(item[0], item[1]), "reviewBody": _both(item[2], item[3])}
            for item in content.citations
        ],
        "image": _media("ImageObject", files, "pictures/"),
        "associatedMedia": _media("MediaObject", files, "attachments/"),
        "citation": list(content.sources),
        "license": _both(content.licence_en, content.licence_zh),
        "datePublished": content.published_on.isoformat() if content.published_on else None,
    }
    text = json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True)
    return text.encode("utf-8", "replace") + b"\n"


def _both(en: str | None, zh: str | None) -> list[dict[str, str | None]]:
    """A text as language-tagged values; both are always there, so that what is missing can be seen."""
    return [{"@language": "en", "@value": en}, {"@language": CHINESE, "@value": zh}]


def _media(kind: str, files: Mapping[str, Enclosure], folder: str) -> list[dict[str, Any]]:
    return [
        {
            "@type": kind,
            "contentUrl": path,
            "name": file.filename,
            "encodingFormat": file.media_type,
            "contentSize": f"{file.size} B",
            "sha256": file.sha256,
            "caption": _both(file.caption_en, file.caption_zh),
        }
        for path, file in files.items()
        if path.startswith(folder)
    ]
