"""The minutes of a session on paper, in English or in Chinese. What a reader may not see is left out before (web/plenary)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from awardapp import i18n, typesetting
from awardapp.domain.plenary import (
    CHOICE_WORDS,
    MAJORITY_WORDS,
    QUESTION_WORDS,
    QUORUM_WORDS,
    Choice,
    Count,
    Majority,
    Question,
    Quorum,
    Verdict,
)
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext
from awardapp.lettering import printable
from awardapp.models import Cycle
from awardapp.queries.plenary import FileMinutes, SessionMinutes, VoteMinutes
from awardapp.typesetting import line

DIGITS_IN_GROUP = 8


def pdf(cycle: Cycle, session: SessionMinutes, *, language: str, digest: str | None, shows_names: bool) -> bytes:
    """The minutes as a PDF; the same bytes for the same minutes. Raises typesetting.CannotTypeset."""
    dated = session.closed_at or session.opened_at
    with i18n.speaking(language, time_zone=cycle.time_zone):
        values = _values(cycle, session, language=language, digest=digest, shows_names=shows_names)
    return typesetting.pdf("minutes.typ", values, dated=dated)


def time_words(at: datetime | None, cycle: Cycle) -> str:
    """The time of day in the award's zone; "" for what has not come yet."""
    return at.astimezone(ZoneInfo(cycle.time_zone)).strftime("%H:%M") if at is not None else ""


def span_words(begun: datetime, ended: datetime | None, cycle: Cycle) -> str:
    """From when until when."""
    return f"{time_words(begun, cycle)}–{time_words(ended, cycle)}"


def present_words(how: str) -> str:
    """Where somebody was."""
    return _("in the room") if how == "room" else _("remote")


def count_words(count: Count) -> str:
    """The votes in one line, as counted."""
    parts = [f"{_(CHOICE_WORDS[Choice(choice)])} {n}" for choice, n in count.votes.items()]
    parts.append(_("abstentions %(n)s", n=count.abstained))
    if count.silent:
        parts.append(_("no vote given %(n)s", n=count.silent))
    return _("; ").join(parts)


def quorum_words(count: Count) -> str:
    """Whether enough were there."""
    return _(
        "%(present)s of %(entitled)s members without a tie present, %(needed)s needed",
        present=count.present,
        entitled=count.entitled,
        needed=count.needed,
    )


def verdict_words(count: Count) -> str:
    """What the count decides."""
    if count.verdict == Verdict.CARRIED.value and count.answer is not None:
        return _("Decided: %(answer)s", answer=_(CHOICE_WORDS[Choice(count.answer)]))
    return _("No answer has the majority.") if count.verdict == Verdict.NO_MAJORITY.value else _("There was no quorum.")


def decision_words(session_number: int, at: datetime, question: str, words: str, count: Count) -> str:
    """The vote as the reason of what follows from it, in the language spoken."""
    out = (
        ngettext("%(n)s member was out of the room.", "%(n)s members were out of the room.", count.out)
        if count.out
        else ""
    )
    said = _(
        "Vote of the committee in session %(n)s on %(day)s: %(question)s %(count)s. %(verdict)s",
        n=session_number,
        day=i18n.format_date(at.astimezone(i18n.zone()).date()),
        question=words or _(QUESTION_WORDS[Question(question)]),
        count=count_words(count),
        verdict=verdict_words(count),
    )
    return f"{said} {out}".strip()


def digest_words(digest: str | None) -> str:
    """A digest in groups that can be read out."""
    text = digest or ""
    return " ".join(text[at : at + DIGITS_IN_GROUP] for at in range(0, len(text), DIGITS_IN_GROUP))


def paragraphs(text: str) -> list[str]:
    """A text as typed, in paragraphs the fonts can print."""
    return [one for one in (row.strip() for row in printable(text).split("\n")) if one]


def _vote(vote: VoteMinutes, cycle: Cycle) -> dict[str, Any]:
    rows = [
        (_("Votes"), count_words(vote.count)),
        (_("Result"), verdict_words(vote.count)),
        (_("Quorum"), quorum_words(vote.count)),
        (_("Presided"), vote.presided),
    ]
    if vote.again_because:
        rows.append((_("Voted on again because"), vote.again_because))
    if vote.choices is not None:
        given = [
            f"{name}{_(': ')}{_(CHOICE_WORDS[Choice(choice)])}" + (" *" if keyed else "")
            for name, choice, keyed in vote.choices
        ]
        rows.append((_("By name"), _("; ").join(given) or "–"))
    title = vote.words or _(QUESTION_WORDS[Question(vote.question)])
    kind = _("secret vote") if vote.is_secret else _("open vote")
    return {
        "title": line(f"{vote.number}. {title}"),
        "when": line(f"{kind}, {span_words(vote.opened_at, vote.closed_at, cycle)}"),
        "rows": [[line(term), line(value, 2000)] for term, value in rows],
    }


def _file(n: int, file: FileMinutes, cycle: Cycle, *, shows_names: bool) -> dict[str, Any]:
    masked = not file.ref
    spans = _("; ").join(
        span_words(turn.begun_at, turn.ended_at, cycle)
        + (f" ({turn.presided})" if turn.presided and not masked else "")
        for turn in file.turns
    )
    title = _("A file you have a tie with: you were out of the room.") if masked else i18n.pick(file, "title")
    return {
        "number": n,
        "title": line(title),
        "city": line("" if masked or not shows_names else i18n.pick(file, "city")),
        "ref": line(file.ref),
        "when": line(spans),
        "out": line(_("; ").join(file.out_of_room), 1000),
        "masked": masked,
        "votes": [_vote(vote, cycle) for vote in file.votes],
        "notes": paragraphs(file.notes),
    }


def _values(
    cycle: Cycle, session: SessionMinutes, *, language: str, digest: str | None, shows_names: bool
) -> dict[str, Any]:
    reached = [file for file in session.files if file.turns]
    waiting = [file for file in session.files if not file.turns]
    facts = [
        (_("Opened"), i18n.format_datetime(session.opened_at, style="short")),
        (_("Closed"), i18n.format_datetime(session.closed_at, style="short") if session.closed_at else _("not yet")),
        (_("Chair"), session.chair),
        (_("Deputy"), session.deputy),
        (_("Clerk"), session.clerk or "–"),
        (_("Members of the committee"), str(session.members)),
        (_("Votes"), _("secret votes") if session.is_secret else _("open votes")),
        (_("Quorum"), _(QUORUM_WORDS[Quorum(session.quorum)])),
        (_("Majority"), _(MAJORITY_WORDS[Majority(session.majority)])),
    ]
    groups = digest_words(digest)
    keyed = any(k for file in reached for vote in file.votes for *_more, k in vote.choices or ())
    words = {
        "title": _("Minutes of the technical committee, session %(n)s", n=session.number),
        "present": _("Present"),
        "files": _("Files debated"),
        "out": _("Out of the room") + _(": "),
        "nobody": _("nobody"),
        "notes": _("Notes of the debate"),
        "waiting": _("Not reached"),
        "digest": _("SHA-256 of the sealed shortlist's record"),
        "keyed": _("* a hand raised, keyed in by the clerk") if keyed else "",
        "signature_chair": _("Chair"),
        "signature_clerk": _("Clerk"),
    }
    return {
        "language": language,
        "words": {name: line(text) for name, text in words.items()},
        "cycle": line(i18n.pick(cycle, "name")),
        "award": line(_("Guangzhou International Award for Urban Innovation")),
        "facts": [[line(term), line(value)] for term, value in facts],
        "present": [
            [line(one.name), line(present_words(one.how)), span_words(one.arrived_at, one.left_at, cycle)]
            for one in session.attendance
        ],
        "files": [_file(n, file, cycle, shows_names=shows_names) for n, file in enumerate(reached, 1)],
        "waiting": [
            line(i18n.pick(file, "title") + (f" ({i18n.pick(file, 'city')})" if shows_names else ""))
            for file in waiting
        ],
        "sections": [],
        "digest": groups,
    }
