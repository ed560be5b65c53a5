"""The minutes of a jury on paper, in English or in Chinese, with the template of the committee's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from awardapp import i18n, typesetting
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, JuryMove
from awardapp.services.jury_minutes import CityMinutes, JuryMinutes, MeetingMinutes, Out
from awardapp.services.minutes import digest_words, paragraphs, present_words, span_words
from awardapp.typesetting import line

_LONG = 5000


@dataclass(frozen=True, slots=True)
class RuleWords:
    """The rule of the vote in the language spoken when asked: its name, and what put a city below the one before it."""

    method: Callable[[], str]
    decided: Callable[[str], str]


def pdf(cycle: Cycle, minutes: JuryMinutes, *, language: str, rule: RuleWords) -> bytes:
    """The minutes as a PDF; the same bytes for the same minutes. Raises typesetting.CannotTypeset."""
    with i18n.speaking(language, time_zone=cycle.time_zone):
        values = _values(cycle, minutes, language, rule)
    return typesetting.pdf("minutes.typ", values, dated=minutes.ended_at or cycle.created_at)


def ballot_rows(minutes: JuryMinutes, rule: RuleWords) -> list[tuple[str, str]]:
    """The ballots in numbers, term and words."""
    found = minutes.ballots
    return [
        (_("Rule of the vote"), rule.method()),
        (_("Ballots cast"), _("%(cast)s of %(all)s", cast=found.cast, all=found.jurors)),
        (_("On paper"), str(found.on_paper)),
        (_("Opened again"), str(found.reopened)),
        (_("Abstained"), str(found.abstained)),
        (_("Not waited for"), _("; ").join(found.excused) or _("nobody")),
    ]


def tie_sentences(minutes: JuryMinutes, rule: RuleWords) -> list[str]:
    """Every tie of the count and how it was decided."""
    return [
        _(
            "%(a)s before %(b)s: %(rule)s",
            a=i18n.pick(tie.above.city, "name"),
            b=i18n.pick(tie.below.city, "name"),
            rule=rule.decided(tie.decided_by),
        )
        for tie in minutes.ties
    ]


def out_words(out: Sequence[Out]) -> str:
    """Who was out of the room, with the reason where it was noted by hand."""
    return _("; ").join(one.name + (f" ({one.reason})" if one.reason else "") for one in out)


def move_words(move: JuryMove) -> str:
    """A move in one sentence."""
    goal = _("to the winners") if move.to_outcome == "winner" else _("out of the winners")
    return _(
        "%(city)s, %(goal)s, by the %(office)s: %(reason)s",
        city=i18n.pick(move.submission.city, "name"),
        goal=goal,
        office=_("deputy") if move.office == "deputy" else _("chair"),
        reason=move.reason,
    )


def _meeting_title(one: MeetingMinutes) -> str:
    return _("Meeting %(n)s", n=one.meeting.number)


def _city(n: int, city: CityMinutes, meeting: MeetingMinutes) -> dict[str, Any]:
    return {
        "number": n,
        "title": line(i18n.pick(city.submission.city, "name")),
        "city": line(_meeting_title(meeting)),
        "ref": line(city.submission.ref),
        "when": "",
        "out": line(out_words(city.out), _LONG),
        "masked": False,
        "votes": [],
        "notes": [_("You were out of the room for this city.")] if city.is_masked else paragraphs(city.notes),
    }


def _section(
    title: str, *, rows: Sequence[tuple[str, str]] = (), listed: Sequence[str] = (), text: str = ""
) -> dict[str, Any]:
    return {
        "title": line(title),
        "rows": [[line(term), line(words, _LONG)] for term, words in rows],
        "list": [line(words, _LONG) for words in listed],
        "paragraphs": paragraphs(text),
    }


def _sections(minutes: JuryMinutes, rule: RuleWords) -> list[dict[str, Any]]:
    found = [_section(_meeting_title(one), text=one.notes) for one in minutes.meetings if one.notes.strip()]
    found.append(_section(_("Ballots"), rows=ballot_rows(minutes, rule)))
    if minutes.selection is None:
        return found
    found.append(_section(_("Ties of the count"), listed=tie_sentences(minutes, rule) or [_("none")]))
    if minutes.undecided:
        pairs = [f"{i18n.pick(a.city, 'name')} / {i18n.pick(b.city, 'name')}" for a, b in minutes.undecided]
        found.append(_section(_("Pairs without a quorum"), listed=pairs))
    if minutes.moves:
        found.append(_section(_("Moved by hand"), listed=[move_words(move) for move in minutes.moves]))
    winners = sorted(minutes.winners, key=lambda one: i18n.name_key(one.submission.city))
    decided = [(i18n.pick(one.submission.city, "name"), i18n.pick(one, "reason") or "–") for one in winners]
    found.append(_section(_("Winners, in alphabetical order"), rows=decided))
    if minutes.fewer_reason:
        found.append(_section(_("Why fewer are named"), text=minutes.fewer_reason))
    if minutes.lock is not None and minutes.lock.ender is not None and minutes.lock.ended_at is not None:
        rows = [
            (_("Asked for by"), minutes.lock.asker.name),
            (_("Confirmed by"), minutes.lock.ender.name),
            (_("Locked"), i18n.format_datetime(minutes.lock.ended_at, style="short")),
        ]
        found.append(_section(_("Lock by two people"), rows=rows))
    return found


def _values(cycle: Cycle, minutes: JuryMinutes, language: str, rule: RuleWords) -> dict[str, Any]:
    chairs = sorted({one.meeting.chair.user.name for one in minutes.meetings})
    deputies = sorted({one.meeting.deputy.user.name for one in minutes.meetings if one.meeting.deputy})
    clerks = sorted({one.meeting.clerk.user.name for one in minutes.meetings if one.meeting.clerk})
    facts = [
        (_("Meetings"), str(len(minutes.meetings)) if minutes.meetings else _("none was held here")),
        (_("Chair"), _("; ").join(chairs) or "–"),
        (_("Deputy"), _("; ").join(deputies) or "–"),
        (_("Clerk"), _("; ").join(clerks) or "–"),
        (_("Members of the jury"), _("; ").join(minutes.jurors)),
    ]
    cities = [
        (city, one)
        for one in minutes.meetings
        for city in sorted(one.cities, key=lambda city: i18n.name_key(city.submission.city))
    ]
    words = {
        "title": _("Minutes of the jury"),
        "present": _("Present"),
        "files": _("Cities deliberated on"),
        "out": _("Out of the room") + _(": "),
        "nobody": _("nobody"),
        "notes": _("Notes of the debate"),
        "waiting": "",
        "digest": _("SHA-256 of the sealed record"),
        "keyed": "" if minutes.lock else _("Not locked yet: these minutes may still change."),
        "signature_chair": _("Chair"),
        "signature_clerk": _("Clerk"),
    }
    return {
        "language": language,
        "words": {name: line(text) for name, text in words.items()},
        "cycle": line(i18n.pick(cycle, "name")),
        "award": line(_("Guangzhou International Award for Urban Innovation")),
        "facts": [[line(term), line(value, _LONG)] for term, value in facts],
        "present": [
            [
                line(there.membership.user.name),
                line(present_words(there.how)),
                line(f"{_day(one)} {span_words(there.arrived_at, there.left_at, cycle)}"),
            ]
            for one in minutes.meetings
            for there in one.attendance
        ],
        "files": [_city(n, city, one) for n, (city, one) in enumerate(cities, 1)],
        "waiting": [],
        "sections": _sections(minutes, rule),
        "digest": digest_words(minutes.selection.record_sha256 if minutes.selection is not None else None),
    }


def _day(one: MeetingMinutes) -> str:
    return i18n.format_date(one.meeting.opened_at.astimezone(i18n.zone()).date())
