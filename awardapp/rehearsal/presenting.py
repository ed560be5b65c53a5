"""The finalists present: sessions, a timetable that keeps everybody from the night, files, the clock and questions."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from awardapp import filekinds, storage
from awardapp.domain.presentations import MaterialState, QuestionState
from awardapp.domain.speaking_clock import Act
from awardapp.models import Presentation, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.queries import presentation_day as day_queries
from awardapp.queries import presentations as queries
from awardapp.rehearsal.course import Rehearsal
from awardapp.services import (
    presentation_city,
    presentation_floor,
    presentation_publishing,
    presentation_timetable,
    presentations,
)
from awardapp.services.presentation_city import Named

_TITLES = (
    ("Inclusive cities", "包容的城市"),
    ("Green cities", "绿色的城市"),
    ("Resilient cities", "韧性的城市"),
    ("Cities that learn", "学习的城市"),
)
_POSTS = (("Head of International Affairs", "国际事务负责人"), ("Project manager", "项目经理"))
_HOURS = (6, 13, 1, 8)  # UTC: between them every city of the world has a slot by day


def days_of(first: datetime) -> list[datetime]:
    """When the four sessions begin, on days that follow each other."""
    day = first.replace(hour=0, minute=0, second=0, microsecond=0)
    return [day + timedelta(days=n, hours=hour) for n, hour in enumerate(_HOURS)]


def present(run: Rehearsal) -> None:
    """Everything from the plan to the last answer."""
    plan(run, days_of(run.at(days=80)), now=run.at(days=62))
    prepare(run, now=run.at(days=70))
    hold(run, range(1, len(_TITLES) + 1))


def plan(run: Rehearsal, begins: Sequence[datetime], *, now: datetime) -> None:
    """The secretariat plans the sessions, lets the timetable be proposed and publishes it."""
    secretary = run.secretaries[0]
    for (title_en, title_zh), starts_at in zip(_TITLES, begins, strict=True):
        facts = presentations.SessionFacts(
            theme=None,
            title_en=title_en,
            title_zh=title_zh,
            starts_at=starts_at,
            talk_minutes=7,
            question_minutes=8,
            break_minutes=5,
            places=-(-run.cycle.rules.shortlist_size // len(begins)),
            is_public=True,
            place_en="Online",
            place_zh="线上",
            link="https://meet.example/jury",
            public_link="https://watch.example/presentations",
        )
        presentations.save_session(actor=secretary, cycle=run.cycle, session=None, facts=facts, now=now)
    draft = presentation_timetable.propose_draft(actor=secretary, cycle=run.cycle, keep_placed=False, now=now)
    shown = presentation_publishing.changes(run.cycle, draft).digest
    presentation_publishing.publish(actor=secretary, cycle=run.cycle, shown=shown, now=now)
    run.commit()


def prepare(run: Rehearsal, *, now: datetime, leave: int = 1) -> None:
    """Cities say who presents and send a file; the secretariat looks at all but the last `leave`, one is to be changed."""
    found = list(queries.presentations(run.cycle))
    for n, one in enumerate(found):
        actor = people_queries.delegates_of(one.submission.city_id)[0]
        named = [Named(actor, title_en=_POSTS[0][0], title_zh=_POSTS[0][1])]
        if n % 2:
            named.append(Named(None, "A colleague", "一位同事", _POSTS[1][0], _POSTS[1][1]))
        presentation_city.name_presenters(actor=actor, presentation=one, named=named, now=now)
        _send(run, one, actor, now=now)
    for n, one in enumerate(found[: len(found) - leave]):
        for material in day_queries.materials([one.id])[one.id]:
            presentation_city.check_material(
                actor=run.secretaries[0],
                material=material,
                state=MaterialState.ACCEPTED if n else MaterialState.CHANGE,
                note="" if n else "Please name the source of the second picture.",
                now=now,
            )
    run.commit()


def _send(run: Rehearsal, presentation: Presentation, actor: User, *, now: datetime) -> None:
    """The first file of the city's submission, shown once more; a city without files shows none."""
    invented = run.invented.submission(run.number_of(presentation.submission_id))
    for file in invented.attachments[:1]:
        with storage.stage(io.BytesIO(file.content()), limit=run.cycle.rules.max_file_bytes) as staged:
            media_type = filekinds.media_type_of_own(staged.path, file.name)
            storage.put(storage.blob_key(staged.sha256), staged.path)
            presentation_city.add_material(
                actor=actor,
                presentation=presentation,
                staged=staged,
                filename=file.name,
                media_type=media_type,
                now=now,
            )


def hold(run: Rehearsal, sessions: Sequence[int]) -> None:
    """These sessions take place: a juror without a tie asks each city something, the moderator keeps the clock."""
    secretary = run.secretaries[0]
    sittings = [one for one in queries.timetable(run.cycle) if one.number in sessions]
    for slot in run.each("presentations", [slot for sitting in sittings for slot in sitting.slots]):
        one, at = slot.presentation, slot.starts_at
        _ask(run, one, at=at)
        for act, minute in ((Act.START, 0), (Act.QUESTIONS, 7), (Act.END, 14)):
            presentation_floor.turn_clock(
                actor=secretary,
                presentation=one,
                act=act,
                seen=presentation_floor.acts_of(one),
                now=at + timedelta(minutes=minute),
            )
        for question in day_queries.questions([one.id])[one.id]:
            for state, minute in ((QuestionState.ASKED, 8), (QuestionState.ANSWERED, 11)):
                presentation_floor.mark(
                    actor=secretary, question=question, state=state, now=at + timedelta(minutes=minute)
                )


def _ask(run: Rehearsal, presentation: Presentation, *, at: datetime) -> None:
    for juror in run.jurors.values():
        if assessment_queries.conflict(juror, presentation.submission) is None:
            presentation_floor.put_question(
                actor=juror.user,
                presentation=presentation,
                text="What would you do differently if you began again?",
                source=presentation_floor.JUROR,
                now=at,
            )
            return
