"""What the people of an invented cycle do, stage by stage. Each act is one transaction, as it is on the site."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import select

from awardapp import filekinds, storage
from awardapp.domain.announcements import AnnouncementKind, Stage
from awardapp.domain.assessments import AssessmentStatus, ConflictKind
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.errors import TooLate
from awardapp.domain.people import Role
from awardapp.domain.selection.calibration import Score, calibrate
from awardapp.extensions import db
from awardapp.invention import Course, InventedCycle, InventedMember, InventedSubmission, Judging, Person, place_tie
from awardapp.models import (
    Announcement,
    Assignment,
    CaseStudy,
    City,
    Cycle,
    Delegate,
    Membership,
    OneTimeLink,
    Submission,
    User,
)
from awardapp.queries import people as people_queries
from awardapp.services import (
    announcements,
    assessments,
    assignments,
    attachments,
    awards,
    casebank,
    cities,
    cycles,
    jury,
    people,
    selections,
    shortlist,
    submissions,
)
from awardapp.services.assessments import DeclaredTie
from awardapp.services.submissions import Draft

T = TypeVar("T")

CALL = timedelta(days=90)
Progress = Callable[[str, int, int], None]


@dataclass
class Rehearsal:
    """One run: the invented cycle, the rows that stand for it, and the instant at which its deadline lies."""

    invented: InventedCycle
    cycle: Cycle
    secretaries: list[User]
    deadline: datetime
    password: str | None  # None: invented people need not sign in, and no letter asks them to
    progress: Progress
    until: datetime | None = None  # the demonstration's present: nothing happens later
    users: dict[str, User] = field(default_factory=dict)
    cities: dict[str, City] = field(default_factory=dict)
    submissions: dict[int, Submission] = field(default_factory=dict)
    members: dict[int, Membership] = field(default_factory=dict)
    jurors: dict[int, Membership] = field(default_factory=dict)
    commit: Callable[[], None] = db.session.commit
    refused_late: int = 0
    recused: tuple[int, int] | None = None  # submission and member of the one recusal after the assignment

    def at(self, **since_deadline: float) -> datetime:
        """An instant relative to the deadline."""
        return self.deadline + timedelta(**since_deadline)

    def each(self, stage: str, things: Sequence[Any]) -> Iterable[Any]:
        """The things of a stage, with progress reported and each act committed."""
        for done, thing in enumerate(things, 1):
            yield thing
            self.commit()
            self.progress(stage, done, len(things))

    @property
    def judging(self) -> Judging:
        rules = self.cycle.rules
        return Judging(self.invented, low=rules.scale_min, high=rules.scale_max, step=rules.scale_step)

    def number_of(self, submission_id: int) -> int:
        """The invented number of a stored submission."""
        return next(n for n, s in self.submissions.items() if s.id == submission_id)


def begin(
    invented: InventedCycle,
    *,
    slug: str,
    name_en: str,
    name_zh: str,
    deadline: datetime,
    password: str | None,
    progress: Progress,
    until: datetime | None = None,
    secretaries: Sequence[User] = (),
    commit: Callable[[], None] = db.session.commit,
) -> Rehearsal:
    """Two secretaries prepare the cycle with the shipped rules and open its call."""
    opened_at = deadline - CALL
    staff = list(secretaries)
    for n in range(len(staff), 2):
        person = people.create(email=f"secretary{n + 1}@{slug}.example", name=f"Secretary {n + 1}", now=opened_at)
        person.password_hash = people.hash_password(password) if password else None
        staff.append(person)
    cycle = cycles.create(
        actor=staff[0],
        slug=slug,
        name_en=name_en,
        name_zh=name_zh,
        year=deadline.year,
        now=opened_at,
        is_demonstration=True,
    )
    for person in staff[1:]:
        people.add_role(person, cycle=cycle, role=Role.SECRETARIAT, now=opened_at)
    cycles.change_dates(
        actor=staff[0],
        cycle=cycle,
        reason="",
        now=opened_at,
        opens_at=opened_at,
        early_at=deadline - timedelta(days=30),
        deadline_at=deadline,
        committee_from=(deadline + timedelta(days=11)).date(),
        committee_to=(deadline + timedelta(days=14)).date(),
        ceremony_on=(deadline + timedelta(days=98)).date(),
    )
    cycles.advance_phase(actor=staff[0], cycle=cycle, now=opened_at)
    commit()
    return Rehearsal(invented, cycle, staff, deadline, password, progress, until, commit=commit)


def _present(value: T | None) -> T:
    """A value that the plan of the rehearsal always gives at this place. Raises LookupError when it did not."""
    if value is None:
        raise LookupError("the invented cycle lacks a part that this stage needs")
    return value


def _accept(run: Rehearsal, email: str, *, now: datetime) -> User:
    """Open the link of the letter and set a password."""
    user = _present(people_queries.by_email(email))
    link_id = db.session.scalar(
        select(OneTimeLink.id).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    )
    link = people.open_link(link_id, purpose="invitation", now=now)
    run.commit()  # the password is hashed outside a transaction, as on the site
    return people.accept_invitation(link, password=_present(run.password), now=now)


def _register(run: Rehearsal, submission: InventedSubmission, *, now: datetime) -> User:
    person, city = submission.applicant, submission.city
    people.register(
        email=person.email,
        name=person.name_zh or person.name,
        city_name=city.name.en,
        country=city.country,
        position=submission.applicant_post.of(person.language),
        language=person.language,
        now=now,
    )
    return _accept(run, person.email, now=now)


def register_cities(run: Rehearsal) -> None:
    """Every applicant registers for the city and opens the link in the letter; a second applicant is confirmed by the first."""
    now = run.at(days=-80)
    applicants = {s.applicant.email: s for s in reversed(run.invented.submissions)}
    for submission in run.each("registration", sorted(applicants.values(), key=lambda s: s.number)):
        person, city = submission.applicant, submission.city
        if run.password is None:
            user = people_queries.by_email(person.email) or people.create(
                email=person.email, name=person.name_zh or person.name, language=person.language, now=now
            )
            post = submission.applicant_post.of(person.language)
            cities.join(user=user, name=city.name.en, country=city.country, position=post, now=now)
        else:
            user = _register(run, submission, now=now)
        run.users[person.email] = user
        row = cities.find_or_create(name_en=city.name.en, country=city.country, name_zh=city.name.zh, now=now)
        run.cities[city.key] = row
        waiting = db.session.scalars(
            select(Delegate).where(
                Delegate.city_id == row.id, Delegate.user_id == user.id, Delegate.confirmed_at.is_(None)
            )
        ).all()
        for delegate in waiting:
            cities.confirm_delegate(actor=people_queries.delegates_of(row.id)[0], delegate=delegate, now=now)


def _draft(run: Rehearsal, invented: InventedSubmission) -> Draft:
    themes = {theme.key: theme.id for theme in run.cycle.themes}
    return Draft(
        texts={
            "title_en": invented.title.en,
            "title_zh": invented.title.zh,
            "summary_en": invented.summary.en,
            "summary_zh": invented.summary.zh,
        },
        contact={
            "contact_name": invented.applicant.name,
            "contact_position": invented.applicant_post.en,
            "contact_email": invented.applicant.email,
        },
        theme_id=themes[invented.theme],
        answers={
            "sections": {key: {"en": text.en, "zh": text.zh} for key, text in invented.sections.items()},
            "city_data": {**invented.city.data, "main_source_of_prosperity": invented.city.prosperity.en},
            "sdgs": list(invented.sdgs),
            "innovation_type": invented.innovation_type,
        },
    )


def _attach(run: Rehearsal, submission: Submission, invented: InventedSubmission, actor: User, now: datetime) -> None:
    for file in invented.attachments:
        with storage.stage(io.BytesIO(file.content()), limit=run.cycle.rules.max_file_bytes) as staged:
            media_type = filekinds.media_type(staged.path, file.name)
            storage.put(storage.blob_key(staged.sha256), staged.path)
            attachments.attach(
                actor=actor,
                submission=submission,
                staged=staged,
                filename=file.name,
                media_type=media_type,
                caption_en=file.caption.en,
                caption_zh=file.caption.zh,
                now=now,
            )


def write_and_submit(run: Rehearsal, *, leave_drafts: int = 0) -> None:
    """Cities write, attach files and hand in; one withdraws, one comes too late and is refused. The last stay drafts."""
    drafts = {s.number for s in run.invented.submissions[len(run.invented.submissions) - leave_drafts :]}
    for invented in run.each("submission", run.invented.submissions):
        actor = run.users[invented.applicant.email]
        handed_in_at = run.deadline - invented.before_deadline
        if run.until is not None:
            handed_in_at = min(handed_in_at, run.until)
        begun_at = max(run.at(days=-79), min(handed_in_at, run.deadline) - timedelta(days=3))
        submission = submissions.start(actor=actor, cycle=run.cycle, city=run.cities[invented.city.key], now=begun_at)
        run.submissions[invented.number] = submission
        submissions.save_draft(
            actor=actor,
            submission=submission,
            draft=_draft(run, invented),
            edit_version=submission.edit_version,
            now=begun_at,
        )
        _attach(run, submission, invented, actor, begun_at)
        run.commit()
        if invented.number in drafts or (run.until is not None and invented.course is Course.LATE):
            continue
        try:
            with db.session.begin_nested():
                submissions.submit(actor=actor, submission=submission, now=handed_in_at)
        except TooLate:
            run.refused_late += 1
            continue
        if invented.course is Course.WITHDRAWN:
            submissions.withdraw(
                actor=actor, submission=submission, note=invented.note.en if invented.note else "", now=handed_in_at
            )


def close_call(run: Rehearsal) -> None:
    """The clock passes the deadline."""
    cycles.advance_phase(actor=None, cycle=run.cycle, now=run.deadline)
    run.commit()


def check_validity(run: Rehearsal, *, leave: int = 0) -> None:
    """The secretariat accepts, returns, rejects. The last `leave` are left unchecked."""
    secretary = run.secretaries[0]
    waiting = [s for s in run.invented.submissions if run.submissions[s.number].status.value == "submitted"]
    for invented in run.each("validity check", waiting[: len(waiting) - leave]):
        submission = run.submissions[invented.number]
        if invented.course is Course.NOT_VALID:
            submissions.reject_as_not_valid(
                actor=secretary,
                submission=submission,
                reason=_present(invented.reason),
                note=_present(invented.note).of(invented.applicant.language),
                now=run.at(days=1),
            )
            continue
        if invented.course is Course.RETURNED:
            _return_and_correct(run, submission, invented, secretary)
        submissions.accept_as_valid(actor=secretary, submission=submission, now=run.at(days=5))


def _return_and_correct(run: Rehearsal, submission: Submission, invented: InventedSubmission, secretary: User) -> None:
    submissions.return_for_changes(
        actor=secretary,
        submission=submission,
        note=invented.note.of(invented.applicant.language) if invented.note else "Please add evidence.",
        return_by=run.at(days=4),
        now=run.at(days=1),
    )
    run.commit()
    actor = run.users[invented.applicant.email]
    draft = _draft(run, invented)
    answers = {**draft.answers, "city_data": {**draft.answers["city_data"], **invented.city.true_data}}
    corrected = {
        **draft.texts,
        "summary_en": f"{draft.texts['summary_en']} Figures were added at the secretariat's request.",
    }
    submissions.save_draft(
        actor=actor,
        submission=submission,
        draft=Draft(corrected, draft.contact, draft.theme_id, answers),
        edit_version=submission.edit_version,
        now=run.at(days=2),
    )
    submissions.submit(actor=actor, submission=submission, now=run.at(days=2))
    run.commit()


def _invite(run: Rehearsal, person: Person, role: Role, *, now: datetime, is_chair: bool, **more: str) -> Membership:
    member = people.invite(
        actor=run.secretaries[0],
        cycle=run.cycle,
        role=role,
        email=person.email,
        name=person.name_zh or person.name,
        language=person.language,
        country=person.country,
        is_chair=is_chair,
        now=now,
        **more,
    )
    if member.user.password_hash is None and run.password is not None:
        _accept(run, person.email, now=now)
    run.users[person.email] = member.user
    return member


def _declare(run: Rehearsal, member: Membership, conflicts: Sequence[Any], *, now: datetime) -> None:
    assessments.declare_conflicts(
        actor=member.user,
        member=member,
        ties=[
            DeclaredTie(run.cities[c.city_key].id, None, ConflictKind(c.kind), c.note.of(member.user.language))
            for c in conflicts
            if c.city_key in run.cities
        ],
        now=now,
    )


def seat_committee(run: Rehearsal) -> None:
    """Members are invited, declare their conflicts of interest, and get their files; the tie at the line is arranged."""
    now = run.at(days=6)
    for invented in run.each("committee", run.invented.members):
        run.members[invented.number] = _invite(
            run,
            invented.person,
            Role.COMMITTEE,
            now=now,
            is_chair=invented.is_chair,
            themes=" ".join(invented.expertise),
            languages=" ".join(invented.languages),
        )
        _declare(run, run.members[invented.number], invented.conflicts, now=now)
    cycles.advance_phase(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=7))
    run.commit()
    assignments.propose(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=7))
    panels = _panels(run)
    if run.invented.twins is not None:
        _give_twins_one_panel(run, panels)
        panels = _panels(run)
        run.recused = _choose_recusal(run, panels)
        run.invented = place_tie(
            run.invented,
            panels,
            line=run.cycle.rules.shortlist_size,
            calibration=_calibration(run),
            judging=lambda cycle: _judging(run, cycle),
        )
    assignments.release(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=8))
    run.commit()


def _choose_recusal(run: Rehearsal, panels: dict[int, list[int]]) -> tuple[int, int] | None:
    """The member who will step back from a file of a full panel; taken out of the panels, since no score comes of it."""
    for number, panel in panels.items():
        if len(panel) > 1 and number not in (run.invented.twins or ()):
            return number, panel.pop()
    return None


def _judging(run: Rehearsal, invented: InventedCycle) -> Judging:
    rules = run.cycle.rules
    return Judging(invented, low=rules.scale_min, high=rules.scale_max, step=rules.scale_step)


def _panels(run: Rehearsal) -> dict[int, list[int]]:
    by_submission = {s.id: n for n, s in run.submissions.items()}
    by_member = {m.id: n for n, m in run.members.items()}
    rows = db.session.execute(
        select(Assignment.submission_id, Assignment.membership_id)
        .where(Assignment.cycle_id == run.cycle.id)
        .order_by(Assignment.submission_id, Assignment.membership_id)
    ).all()
    return {
        by_submission[submission_id]: [by_member[m] for _, m in group]
        for submission_id, group in groupby(rows, key=lambda row: row[0])
    }


def _give_twins_one_panel(run: Rehearsal, panels: dict[int, list[int]]) -> None:
    """The second twin gets the first one's readers, as a manual change of the draft would."""
    first, second = _present(run.invented.twins)
    rows = db.session.scalars(
        select(Assignment)
        .where(Assignment.submission_id == run.submissions[second].id)
        .order_by(Assignment.membership_id)
    ).all()
    free = sorted(set(panels[first]) - set(panels[second]))
    for row in rows:
        number = next(n for n, m in run.members.items() if m.id == row.membership_id)
        if number not in panels[first] and free:
            row.membership_id = run.members[free.pop()].id
    db.session.flush()


def _calibration(run: Rehearsal) -> Callable[[Any], dict[int, float]]:
    """The cycle's own calibration, over invented numbers, for placing the tie."""
    rules = selections.inputs(run.cycle).calibration_rules

    def figures(marks: Any) -> dict[int, float]:
        scores = [
            Score(run.submissions[s].pseudonym, run.members[m].pseudonym, key, run.cycle.rules.units(mark))
            for (s, m, key), mark in marks.items()
        ]
        found = {f.submission: f.calibrated for f in calibrate(scores, rules).submissions}
        return {n: float(found[s.pseudonym]) for n, s in run.submissions.items() if s.pseudonym in found}

    return figures


def assess(run: Rehearsal, *, leave: dict[int, int] | None = None) -> None:
    """Every member reads, scores and comments; one recuses from a file. `leave`: files left to a member (by number)."""
    work: list[tuple[InventedMember, Assignment]] = []
    for invented in run.invented.members:
        rows = db.session.scalars(
            select(Assignment)
            .where(Assignment.membership_id == run.members[invented.number].id)
            .order_by(Assignment.position)
        ).all()
        kept = len(rows) - (leave or {}).get(invented.number, 0)
        work += [(invented, row) for row in rows[:kept]]
    criteria = {c.key: c.id for c in run.cycle.criteria}
    judging = run.judging
    numbers = {s.id: n for n, s in run.submissions.items()}
    for invented, assignment in run.each("assessment", work):
        member = run.members[invented.number]
        submission = run.invented.submission(numbers[assignment.submission_id])
        if (submission.number, invented.number) == run.recused:
            assessments.step_aside(
                actor=member.user,
                member=member,
                assignment=assignment,
                status=AssessmentStatus.RECUSED,
                reason="I know one of the authors of this initiative.",
                now=run.at(days=12),
            )
            continue
        marks = judging.marks(invented, submission)
        assessments.record(
            actor=member.user,
            member=member,
            assignment=assignment,
            marks={criteria[key]: mark for key, mark in marks.items() if key in criteria},
            comment=judging.comment(invented, submission) or "-",
            private_note="",
            edit_version=1,
            submit=True,
            now=run.at(days=12),
        )


def _chair(members: dict[int, Membership]) -> User:
    return next(m.user for m in members.values() if m.is_chair)


def decide_shortlist(run: Rehearsal, *, leave_reasons: int = 0) -> None:
    """The committee computes its proposal, writes a reason for each of the 45 and locks, unless reasons are left open."""
    chair = _chair(run.members)
    now = run.at(days=14)
    shortlist.propose(actor=chair, cycle=run.cycle, now=now)
    run.commit()
    decisions = selections.decided(run.cycle, Stage.COMMITTEE)
    for decision in run.each("shortlist", decisions[: len(decisions) - leave_reasons]):
        invented = run.invented.submission(run.number_of(decision.submission_id))
        reason = run.judging.reason(invented, decision.outcome.value)
        shortlist.decide(
            actor=chair,
            cycle=run.cycle,
            submission=decision.submission,
            outcome=decision.outcome,
            reason_en=reason.en,
            reason_zh=reason.zh,
            move_reason="",
            now=now,
        )
    if not leave_reasons:
        shortlist.lock(actor=chair, cycle=run.cycle, now=now)
        run.commit()


_WORDS = {
    AnnouncementKind.SHORTLIST: (
        "The shortlist of {en}",
        "{zh}入围名单",
        "The technical committee has read every valid submission. "
        "These are the cities it shortlisted and those it names deserving.",
        "技术委员会审阅了全部有效申报材料，现公布入围城市与专家推荐城市。",
    ),
    AnnouncementKind.WINNERS: (
        "The winners of {en}",
        "{zh}获奖城市",
        "The jury has heard the shortlisted cities and made its choice. The winners are named in alphabetical order.",
        "评审委员会听取入围城市陈述后作出评选，获奖城市按字母顺序公布。",
    ),
    AnnouncementKind.SPECIAL: (
        "A special award of {en}",
        "{zh}专项奖",
        "Beside the main award this special award is given.",
        "主奖之外，另颁发此专项奖。",
    ),
}


def announce(
    run: Rehearsal,
    kind: AnnouncementKind,
    *,
    now: datetime,
    award_key: str = "",
    embargo_until: datetime | None = None,
    releases: int = 2,
) -> Announcement:
    """Prepare, seal and release by two people: public at once, or scheduled for the end of its embargo."""
    first, second = run.secretaries[:2]
    announcement = announcements.prepare(actor=first, cycle=run.cycle, kind=kind, award_key=award_key, now=now)
    words = [text.format(en=run.cycle.name_en, zh=run.cycle.name_zh) for text in _WORDS[kind]]
    announcements.edit(
        actor=first,
        announcement=announcement,
        title_en=words[0],
        title_zh=words[1],
        statement_en=words[2],
        statement_zh=words[3],
        embargo_until=embargo_until,
        edit_version=announcement.edit_version,
        now=now,
    )
    announcements.seal(actor=first, announcement=announcement, now=now)
    run.commit()
    for person in (first, second)[:releases]:
        announcements.release(
            actor=person, announcement=announcement, shown_sha256=announcement.snapshot_sha256 or "", now=now
        )
        run.commit()
    return announcement


def seat_jury(run: Rehearsal) -> None:
    """Jurors are invited and declare their conflicts of interest; the jury's phase begins."""
    now = run.at(days=60)
    for invented in run.each("jury", run.invented.jurors):
        run.jurors[invented.number] = _invite(run, invented.person, Role.JUROR, now=now, is_chair=invented.is_chair)
        _declare(run, run.jurors[invented.number], invented.conflicts, now=now)
    cycles.advance_phase(actor=run.secretaries[0], cycle=run.cycle, now=run.at(days=61))
    run.commit()


def vote(run: Rehearsal, *, leave: Sequence[int] = ()) -> None:
    """Jurors rank the finalists and cast their ballots, except those left out (by number)."""
    now = run.at(days=97)
    for invented in run.each("ballot", [j for j in run.invented.jurors if j.number not in leave]):
        member = run.jurors[invented.number]
        votable = {run.number_of(s.id): s for s in jury.votable(member, run.cycle)}
        ranking = [votable[n].id for n in run.judging.ranking(invented, votable)]
        jury.save_ballot(actor=member.user, member=member, ranking=ranking, edit_version=0, now=now)
        jury.cast_ballot(actor=member.user, member=member, now=now)


def decide_winners(run: Rehearsal) -> None:
    """The jury counts, writes its citations and locks."""
    chair = _chair(run.jurors)
    now = run.at(days=97)
    jury.count(actor=chair, cycle=run.cycle, now=now)
    run.commit()
    for decision in run.each("winners", selections.decided(run.cycle, Stage.JURY)):
        citation = run.judging.citation(run.invented.submission(run.number_of(decision.submission_id)))
        jury.decide(
            actor=chair,
            cycle=run.cycle,
            submission=decision.submission,
            wins=True,
            citation_en=citation.en,
            citation_zh=citation.zh,
            move_reason="",
            now=now,
        )
    jury.lock(actor=chair, cycle=run.cycle, now=now)
    run.commit()


def give_special_awards(run: Rehearsal) -> list[str]:
    """The popular city and the media's choice, as invented counts would have it. Returns the keys of the awards given."""
    now = run.at(days=96)
    finalists = awards.candidates(run.cycle)
    keys = []
    for offset, key in enumerate(("popular_city", "media_choice")):
        award = next((a for a in run.cycle.special_awards if a.key == key), None)
        if award is None or not finalists:
            continue
        awards.give(
            actor=run.secretaries[0],
            cycle=run.cycle,
            award=award,
            submission=finalists[(3 + 4 * offset) % len(finalists)],
            reason_en="Certified result of the invented vote of this rehearsal.",
            reason_zh="本次演练中虚构投票的认证结果。",
            now=now,
        )
        keys.append(key)
    run.commit()
    return keys


def publish_cases(run: Rehearsal, *, now: datetime) -> int:
    """Publish every case study that the announcements drafted; each asks for its bundle. Returns how many."""
    cases = db.session.scalars(
        select(CaseStudy)
        .where(CaseStudy.cycle_id == run.cycle.id, CaseStudy.status == CaseStudyStatus.DRAFT)
        .order_by(CaseStudy.id)
    ).all()
    for case in run.each("case studies", cases):
        casebank.publish_case_study(actor=run.secretaries[0], case=case, now=now)
    return len(cases)
