"""Is an announcement complete, as far as can be said at a glance; what takes seconds is in full_checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from awardapp.domain import announcements as rules
from awardapp.domain.announcements import AnnouncementKind, Outcome, Stage
from awardapp.domain.completeness import Item, Verdict, at_instant
from awardapp.domain.errors import N_
from awardapp.extensions import db
from awardapp.models import Announcement, AnnouncementCheck, Attachment, Blob, City, Submission
from awardapp.queries import announcements as public
from awardapp.queries import sealed as sealed_queries
from awardapp.services import selections, snapshots

MISSING, DOUBTFUL, GOOD = Verdict.MISSING, Verdict.DOUBTFUL, Verdict.GOOD
SHOWN = 8  # of many names the first


def problems(announcement: Announcement, *, now: datetime) -> list[Item]:
    """What keeps a draft from being sealed."""
    content = snapshots.content(announcement)
    return [item for item in _of_content(announcement, content, now=now) if item.verdict is MISSING]


def checklist(announcement: Announcement, *, now: datetime) -> list[Item]:
    """Everything that was looked at, good or not. As many queries whatever the number of lines."""
    content = snapshots.content(announcement)
    return [
        *_of_content(announcement, content, now=now),
        *_of_people(announcement, content),
        _pictures(content),
        _contact(),
        _full_check(announcement, content),
    ]


def _of_content(announcement: Announcement, content: dict[str, Any], *, now: datetime) -> list[Item]:
    cycle = announcement.cycle
    local = announcement.embargo_until
    planned = cycle.shortlist_on if announcement.kind is AnnouncementKind.SHORTLIST else cycle.ceremony_on
    return [
        *_words(content),
        *_lines(announcement, content),
        _decision(announcement, now=now),
        _contradictions(announcement, content),
        at_instant(local.astimezone(ZoneInfo(cycle.time_zone)) if local else None, now=now, planned=planned),
    ]


def _words(content: dict[str, Any]) -> list[Item]:
    title, statement = (all(content[f"{name}_{code}"] for code in ("en", "zh")) for name in ("title", "statement"))
    return [
        Item("title", GOOD, N_("The title stands in both languages."))
        if title
        else Item("title", MISSING, N_("The title is missing in one of the languages."), mend="words"),
        Item("statement", GOOD, N_("The statement stands in both languages."))
        if statement
        else Item("statement", MISSING, N_("The statement is missing in one of the languages."), mend="words"),
    ]


def _lines(announcement: Announcement, content: dict[str, Any]) -> list[Item]:
    lines = content["lines"]
    if not lines:
        return [Item("lines", MISSING, N_("There is nothing to announce."), mend="decision")]
    found = []
    if content["withdrawn"]:
        found.append(
            Item(
                "withdrawn",
                MISSING,
                N_("A city on the list has withdrawn, or its submission is no longer valid."),
                mend="decision",
                named=tuple(content["withdrawn"][:SHOWN]),
            )
        )
    half = [line["ref"] for line in lines if bool(line["reason_en"]) != bool(line["reason_zh"])]
    by_rule = {award.key for award in announcement.cycle.special_awards if award.decided_by == "rule"}
    none = [line["ref"] for line in lines if not line["reason_en"] and line["award_key"] not in by_rule]
    untitled = [line["ref"] for line in lines if not line["title_en"] or not line["title_zh"]]
    if half:
        words = N_("A reason or citation is missing in one of the languages.")
        found.append(Item("reasons", MISSING, words, mend="decision", named=tuple(half[:SHOWN])))
    elif none:
        words = N_("A city has no reason or citation.")
        found.append(Item("reasons", DOUBTFUL, words, mend="decision", named=tuple(none[:SHOWN])))
    else:
        found.append(Item("reasons", GOOD, N_("Every reason and citation stands in both languages.")))
    if untitled:
        words = N_("The title of an initiative stands in one language only; it is shown in that one to everybody.")
        found.append(Item("titles", DOUBTFUL, words, mend="submissions", named=tuple(untitled[:SHOWN])))
    return found


def _decision(announcement: Announcement, *, now: datetime) -> Item:
    if announcement.kind is AnnouncementKind.SPECIAL:
        why_not = snapshots.why_not_at(announcement, instant=max(now, announcement.embargo_until or now))
        if why_not:
            return Item("decision", MISSING, why_not, mend="words")
        return Item("decision", GOOD, N_("The award has been given."))
    stage = Stage.JURY if announcement.kind is AnnouncementKind.WINNERS else Stage.COMMITTEE
    selection = selections.selection_of(announcement.cycle, stage)
    if selection is None or selection.locked_at is None:
        return Item(
            "decision", MISSING, N_("The decision is not locked, so there is no record of it."), mend="decision"
        )
    return Item("decision", GOOD, N_("The decision is locked and its record is sealed."))


def _contradictions(announcement: Announcement, content: dict[str, Any]) -> Item:
    """A winner that was never shortlisted; a city that one announcement names and another tells it was not selected."""
    named = {line["submission"]: line["ref"] for line in content["lines"]}
    refused = {letter["submission"] for letter in content["letters"] if letter["kind"] == "outcome_not_selected"}
    wrong = []
    if announcement.kind is AnnouncementKind.WINNERS:
        finalists = {s.id for s in public.shortlisted(announcement.cycle)}
        wrong = [
            line["ref"]
            for line in content["lines"]
            if line["outcome"] == Outcome.WINNER and line["submission"] not in finalists
        ]
    for other in sealed_queries.announcements(announcement.cycle):
        if other.id == announcement.id or other.snapshot is None:
            continue
        theirs = {line["submission"] for line in other.snapshot["lines"]}
        told = {x["submission"] for x in other.snapshot["letters"] if x["kind"] == "outcome_not_selected"}
        if (
            announcement.kind is not AnnouncementKind.SPECIAL
        ):  # a special mention may go to a city that was not shortlisted
            wrong += [ref for submission, ref in named.items() if submission in told]
        wrong += [letter["ref"] for letter in content["letters"] if letter["submission"] in refused & theirs]
    if wrong:
        return Item(
            "contradictions",
            MISSING,
            N_("This contradicts another announcement: a city would be named in one and not selected by the other."),
            mend="decision",
            named=tuple(sorted(set(wrong))[:SHOWN]),
        )
    return Item("contradictions", GOOD, N_("No other announcement of the cycle says the contrary."))


def _of_people(announcement: Announcement, content: dict[str, Any]) -> list[Item]:
    reached = snapshots.delegates(letter["submission"] for letter in content["letters"])
    silent = [letter["submission"] for letter in content["letters"] if not reached.get(letter["submission"])]
    if not silent:
        return [Item("people", GOOD, N_("Every city has somebody to write to."))]
    rows = db.session.execute(
        select(City.id, City.name_en)
        .join(Submission, Submission.city_id == City.id)
        .where(Submission.id.in_(silent))
        .order_by(City.name_en)
        .limit(SHOWN)
    ).all()
    return [
        Item(
            "people",
            DOUBTFUL,
            N_("%(n)s cities have nobody to write to; they would read it on the site."),
            {"n": len(silent)},
            mend="city",
            about=rows[0].id if rows else None,
            named=tuple(row.name_en for row in rows),
        )
    ]


def _pictures(content: dict[str, Any]) -> Item:
    prominent = [x for x in content["lines"] if x["outcome"] in (Outcome.WINNER, Outcome.SPECIAL, Outcome.SHORTLISTED)]
    ids = [line["submission"] for line in prominent]
    pictured = set(
        db.session.scalars(
            select(Attachment.submission_id)
            .join(Blob, Blob.sha256 == Attachment.sha256)
            .where(
                Attachment.submission_id.in_(ids),
                Attachment.removed_at.is_(None),
                Blob.media_type.startswith("image/"),
            )
            .distinct()
        )
    )
    without = [line["ref"] for line in prominent if line["submission"] not in pictured]
    if without:
        words = N_("%(n)s cities have handed in no picture for the press.")
        return Item("pictures", DOUBTFUL, words, {"n": len(without)}, mend="submissions", named=tuple(without[:SHOWN]))
    return Item("pictures", GOOD, N_("Every city has a picture for the press."))


def _contact() -> Item:
    if current_app.config["SUPPORT_EMAIL"]:
        return Item(
            "contact",
            GOOD,
            N_("The press and the cities can write to %(address)s."),
            {"address": current_app.config["SUPPORT_EMAIL"]},
        )
    return Item("contact", DOUBTFUL, N_("No address is set for questions of the press (AWARD_SUPPORT_EMAIL)."))


def _full_check(announcement: Announcement, content: dict[str, Any]) -> Item:
    latest = last(announcement)
    if latest is None or latest.content_sha256 != rules.digest(content):
        words = N_("Letters, certificates and record have not been checked in full since the last change.")
        return Item("full", DOUBTFUL, words, mend="check")
    if latest.faults:
        return Item(
            "full",
            DOUBTFUL,
            N_("The full check found faults, %(n)s in number."),
            {"n": len(latest.faults)},
            mend="check",
        )
    words = N_("Checked in full: %(n)s letters written, the record recomputed.")
    return Item("full", GOOD, words, {"n": latest.letters})


def last(announcement: Announcement) -> AnnouncementCheck | None:
    """The latest full check, with who made it."""
    return db.session.scalars(
        select(AnnouncementCheck)
        .where(AnnouncementCheck.announcement_id == announcement.id)
        .order_by(AnnouncementCheck.id.desc())
        .limit(1)
    ).first()
