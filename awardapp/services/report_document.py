"""The committee's report laid out: headings, texts, tables and charts in the languages of one edition, for paper and for Word.

A text in the edition's languages is a mapping of them ("words"); one that is the same in both is printed once. Both documents
are made of the same list of blocks, so they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from awardapp import rulebook
from awardapp.domain.errors import N_
from awardapp.i18n import format_date
from awardapp.printing import drawing
from awardapp.services import report_method
from awardapp.services.report_layout import Layout, Words, paragraphs

AWARD = N_("Guangzhou International Award for Urban Innovation")


def document(content: Mapping[str, Any], edition: str) -> dict[str, Any]:
    """The report in one edition ("en", "zh" or "both") as plain data."""
    page = Layout(content, edition)
    texts = content["texts"]
    page.heading(page.say(N_("The committee and its work")), breaks=True)
    page.text({one: texts[f"opening_{one}"] for one in page.languages})
    _members(page)
    _figures(page)
    report_method.tell(page)
    _goals(page)
    page.heading(page.say(N_("The shortlisted initiatives")), breaks=True)
    page.sentences(page.say(N_("In the order of the cities' English names; the shortlist has no ranks.")))
    for n, case in enumerate(content["cases"]):
        _case(page, case, breaks=n > 0)
    _deserving(page)
    page.heading(page.say(N_("Closing remarks")), breaks=True)
    page.text({one: texts[f"closing_{one}"] for one in page.languages})
    notes = [page.say(N_("Texts by the committee; figures of cities as the cities stated them."))]
    if content["record_sha256"]:
        notes.append(page.say(N_("SHA-256 of the selection's record: %(digest)s"), digest=content["record_sha256"]))
    page.blocks.append({"kind": "notes", "notes": notes})
    return {
        "languages": list(page.languages),
        "award": page.say(AWARD),
        "cycle": page.picked(content["cycle"], "name"),
        "title": page.say(N_("Report of the Technical Committee")),
        "contents": page.say(N_("Contents")),
        "substitution": page.say(
            N_("〓 stands for a character this document has no type for; the Word document holds the full text.")
        ),
        "dated": content["dated"],
        "date": page.each(lambda: format_date(date.fromisoformat(content["dated"]))),
        "draft": None if content["is_locked"] else page.say(N_("Draft: the shortlist is not locked yet.")),
        "blocks": page.blocks,
    }


def _members(page: Layout) -> None:
    found = page.content["members"]
    page.heading(page.say(N_("Members of the committee")), 2)
    first, last = (date.fromisoformat(day) if day else None for day in page.content["met"])
    if first and last:
        page.sentences(
            page.say(
                N_("The committee worked from %(first)s to %(last)s."),
                first=lambda: format_date(first),
                last=lambda: format_date(last),
            )
        )
    chair, empty = page.say(N_("Chair")), dict.fromkeys(page.languages, "")
    page.table(
        {},
        [page.say(N_("Name")), page.say(N_("Country or region")), page.say(N_("Office"))],
        [
            [page.pair(one["name"], one["name"]), page.picked(one, "country"), chair if one["is_chair"] else empty]
            for one in found
        ],
        [5, 4, 2],
    )


def _figures(page: Layout) -> None:
    numbers = page.content["numbers"]
    page.heading(page.say(N_("The cycle in figures")), breaks=True)
    rows = [
        (page.say(N_("Submissions handed in")), numbers["handed_in"]),
        (page.say(N_("Valid submissions")), numbers["valid"]),
        (page.say(N_("Cities with a valid submission")), numbers["cities"]),
        (page.say(N_("Countries and regions")), numbers["countries"]),
        (page.say(N_("Members of the committee")), len(page.content["members"])),
        (page.say(N_("Readings handed in")), numbers["readings"]),
        (page.say(N_("Shortlisted")), len(page.content["cases"])),
        (page.say(N_("Deserving")), len(page.content["deserving"])),
    ]
    page.table(
        {},
        [page.say(N_("What is counted")), page.say(N_("Number"))],
        [[label, page.number(value)] for label, value in rows],
        [5, -2],
    )
    for title, found in (
        (page.say(N_("Valid submissions by region")), numbers["regions"]),
        (page.say(N_("Valid submissions by theme")), numbers["themes"]),
    ):
        _chart(page, title, found)


def _chart(page: Layout, title: Words, found: Sequence[Sequence[Any]]) -> None:
    legend = [page.say(N_("Valid submissions")), page.say(N_("of these shortlisted"))]
    labels = [page.pair(en, zh) for en, zh, _valid, _listed in found]
    values = [(valid, listed) for _en, _zh, valid, listed in found]
    page.blocks.append(
        {
            "kind": "chart",
            "title": title,
            "head": [page.say(N_("Group")), *legend],
            "rows": [
                [label, page.number(valid), page.number(listed)]
                for label, (valid, listed) in zip(labels, values, strict=True)
            ],
            "svg": drawing.bars(
                [" ".join(dict.fromkeys(label.values())) for label in labels],
                values,
                [" ".join(dict.fromkeys(words.values())) for words in legend],
            ),
        }
    )


def _goals(page: Layout) -> None:
    """Which goal is served by which case."""
    rows = []
    for goal in rulebook.load_rules().goals:
        serving = [case for case in page.content["cases"] if goal.number in case["goals"]]
        if not serving:
            continue
        separator = {"en": ", ", "zh": "、"}
        places = [page.picked(case, "city") for case in serving]
        rows.append(
            [
                dict.fromkeys(page.languages, str(goal.number)),
                page.pair(goal.name.en, goal.name.zh),
                page.number(len(serving)),
                {one: separator[one].join(place[one] for place in places) for one in page.languages},
            ]
        )
    page.heading(page.say(N_("The Sustainable Development Goals")), breaks=True)
    if not rows:
        page.sentences(page.say(N_("No goal has been chosen for a case yet.")))
        return
    page.table(
        page.say(N_("The goals that the shortlisted initiatives serve")),
        [page.say(N_("Goal")), page.say(N_("Name of the goal")), page.say(N_("Initiatives")), page.say(N_("Cities"))],
        rows,
        [-3, 9, -4, 10],
    )


def _case(page: Layout, case: Mapping[str, Any], *, breaks: bool) -> None:
    cities, countries = page.picked(case, "city"), page.picked(case, "country")
    partners = [page.pair(en, zh) for en, zh in case["partners"]]
    comma = {"en": ", ", "zh": "，"}
    together = {"en": ", ", "zh": "、"}
    place = {
        one: together[one].join([cities[one], *(partner[one] for partner in partners)]) + comma[one] + countries[one]
        for one in page.languages
    }
    page.heading(place, 2, breaks=breaks)
    facts = [
        [_labelled(page, label_en, unit_en, label_zh, unit_zh), _stated(page, value)]
        for label_en, unit_en, label_zh, unit_zh, value in case["city_data"]
    ]
    page.blocks.append(
        {
            "kind": "case",
            "title": page.picked(case, "title"),
            "theme": page.picked(case, "theme"),
            "theme_label": page.say(N_("Theme")),
            "facts_label": page.say(N_("City data, as stated by the city")),
            "no_facts": page.say(N_("The city stated no figures.")),
            "facts": facts,
            "goals_label": page.say(N_("Sustainable Development Goals")),
            "goals": _goal_lines(page, case["goals"]),
            "no_goals": page.say(N_("None chosen")),
        }
    )
    for words, part in ((page.say(N_("Summary")), "summary"), (page.say(N_("Reasons for recommending")), "reasons")):
        page.heading(words, 3)
        page.text({one: case[f"{part}_{one}"] for one in page.languages})


def _goal_lines(page: Layout, goals: Sequence[int]) -> list[list[Any]]:
    names = {goal.number: page.pair(goal.name.en, goal.name.zh) for goal in rulebook.load_rules().goals}
    return [[goal, names[goal]] for goal in goals if goal in names]


def _labelled(page: Layout, label_en: str, unit_en: str, label_zh: str, unit_zh: str) -> Words:
    return page.pair(
        f"{label_en} ({unit_en})" if unit_en else label_en, f"{label_zh}（{unit_zh}）" if unit_zh else label_zh
    )


def _stated(page: Layout, value: Any) -> Words:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return page.number(value)
    return dict.fromkeys(page.languages, str(value))


def _deserving(page: Layout) -> None:
    page.heading(page.say(N_("Deserving initiatives")), breaks=True)
    found = page.content["deserving"]
    if not found:
        page.sentences(page.say(N_("No initiative is named deserving.")))
        return
    page.sentences(page.say(N_("The committee recommends these as well, in the order of the cities' English names.")))
    comma = {"en": ", ", "zh": "，"}
    for one in found:
        city, country, title = (page.picked(one, name) for name in ("city", "country", "title"))
        page.blocks.append(
            {
                "kind": "entry",
                "place": {code: city[code] + comma[code] + country[code] for code in page.languages},
                "title": title,
                "texts": {code: paragraphs(one[f"reason_{code}"]) for code in page.languages},
            }
        )
