"""A jury whose finalists present: the ground of the tests about timetable, files, clock and questions."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from PIL import Image

from awardapp import storage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.people import Role
from awardapp.domain.presentations import MaterialState
from awardapp.extensions import db
from awardapp.models import (
    Cycle,
    Membership,
    Presentation,
    PresentationMaterial,
    PresentationSession,
    Submission,
    User,
)
from awardapp.queries import presentations as queries
from awardapp.services import presentation_city, presentation_publishing, presentation_timetable, presentations
from awardapp.services.presentations import SessionFacts
from tests import factories as make
from tests.conftest import NOW
from tests.support import judging

BEGINS = NOW + timedelta(days=20)  # 21 March 2027, 08:00 UTC: 16:00 in Guangzhou
# Three cities that the gazetteer knows, in the order of their names.
PLACES = (
    ("Accra", "GH", "Africa/Accra"),
    ("Cali", "CO", "America/Bogota"),
    ("Hamilton", "NZ", "Pacific/Auckland"),
)


@dataclass(frozen=True, slots=True)
class Presenting:
    """A cycle of the jury with finalists in PLACES, and somebody of its secretariat."""

    cycle: Cycle
    jurors: list[Membership]
    finalists: list[Submission]
    secretary: User

    def delegate(self, n: int = 0) -> User:
        return self.finalists[n].city.delegates[0].user

    def presentation(self, n: int = 0) -> Presentation:
        found = queries.of_submission(self.finalists[n])
        assert found is not None
        return found


def facts(**more: object) -> SessionFacts:
    """An open session of three presentations without a theme."""
    values = {
        "theme": None, "title_en": "Cities that listen", "title_zh": "倾听的城市", "starts_at": BEGINS,
        "talk_minutes": 7, "question_minutes": 8, "break_minutes": 5, "places": 3, "is_public": True,
        "place_en": "Online", "place_zh": "线上", "link": "https://join.example/room", "public_link": "https://watch.example/room",
    }  # fmt: skip
    return SessionFacts(**{**values, **more})  # type: ignore[arg-type]  # plain values of the fields


def seated(finalists: int = 3) -> Presenting:
    """Nothing is planned yet. Finalists beyond the three of PLACES are cities that the gazetteer does not know."""
    rules = replace(judging.SMALL, shortlist_size=finalists)
    decided = judging.committee(marks=[()] * finalists, rules=rules)
    cycle = decided.cycle
    make.make_published_shortlist(cycle, decided.submissions)
    cycle.phase = CyclePhase.JURY
    jurors = [make.make_member(cycle, Role.JUROR, is_chair=not n) for n in range(3)]
    for submission, (name, country, _zone) in zip(decided.submissions, PLACES, strict=False):
        submission.city.name_en, submission.city.country = name, country
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    db.session.flush()
    return Presenting(cycle, jurors, decided.submissions, secretary)


def plan(found: Presenting, **more: object) -> PresentationSession:
    """One further session of the draft."""
    return presentations.save_session(
        actor=found.secretary, cycle=found.cycle, session=None, facts=facts(**more), now=NOW
    )


def publish(found: Presenting, *, now: datetime = NOW) -> None:
    """Publish the draft as it stands."""
    draft = presentation_timetable.draft(found.cycle)
    shown = presentation_publishing.changes(found.cycle, draft).digest
    presentation_publishing.publish(actor=found.secretary, cycle=found.cycle, shown=shown, now=now)


def published(finalists: int = 3, **more: object) -> Presenting:
    """One session, proposed and published."""
    found = seated(finalists)
    plan(found, **more)
    presentation_timetable.propose_draft(actor=found.secretary, cycle=found.cycle, keep_placed=False, now=NOW)
    publish(found)
    return found


def picture(colour: str = "navy") -> bytes:
    """A small picture as a browser would send it."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(data, "PNG")
    return data.getvalue()


def send(found: Presenting, n: int = 0, *, colour: str = "navy", now: datetime = NOW) -> PresentationMaterial:
    """A city sends a picture."""
    with storage.stage(io.BytesIO(picture(colour)), limit=10_000) as staged:
        storage.put(storage.blob_key(staged.sha256), staged.path)
        return presentation_city.add_material(
            actor=found.delegate(n), presentation=found.presentation(n), staged=staged, filename=f"{colour}.png",
            media_type="image/png", now=now,
        )  # fmt: skip


def shown_in(seated: judging.Jury, *, secretary: User, sha256: str) -> None:
    """A published timetable of this jury; the first finalist shows a file that is stored already, and it is accepted."""
    found = Presenting(seated.cycle, seated.jurors, seated.finalists, secretary)
    plan(found)
    presentation_timetable.propose_draft(actor=secretary, cycle=found.cycle, keep_placed=False, now=NOW)
    publish(found)
    db.session.add(
        PresentationMaterial(
            presentation_id=found.presentation().id,
            sha256=sha256,
            filename="plan.pdf",
            uploaded_by=found.delegate().id,
            uploaded_at=NOW,
            state=MaterialState.ACCEPTED,
            checked_by=secretary.id,
            checked_at=NOW,
        )
    )
    db.session.flush()
