"""The measure the pages are held against: the plainest Flask views that select and render the same rows.

No session, no sign-in, no CSRF, no languages, no frame around the page: one SELECT per list, a template that writes the
rows out. Who asks is said in the address. Each row a page shows is selected here too, and nothing else.
`gunicorn tests.bench.bare:app` with BARE_DATABASE_URL.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request
from jinja2 import DictLoader
from sqlalchemy import func, or_, select, update

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.cycles import CyclePhase
from awardapp.models import (
    Bundle,
    CaseAward,
    CaseStudy,
    City,
    Cycle,
    Delegate,
    PublishedOutcome,
    Submission,
    Theme,
    User,
)
from tests.bench import bare_saving as saving
from tests.bench.bare_database import csv_file, engine
from tests.bench.bare_rooms import rooms
from tests.bench.counting import counted, listen

ROWS = """<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1>
{% for head, rows in lists %}<h2>{{ head }}</h2><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table>{% endfor %}"""
CASE = """<!doctype html><title>{{ case.title_en }}</title><h1>{{ case.title_en }}</h1><p>{{ case.title_zh }}</p>
<p>{{ case.name_en }} {{ case.name_zh }} {{ case.cycle_en }}</p><p>{{ case.summary_en }}</p><p>{{ case.summary_zh }}</p>
{% for c in case.citations %}<p>{{ c.en }}</p><p>{{ c.zh }}</p>{% endfor %}
{% for s in case.sections %}<h2>{{ s.heading_en }}</h2><p>{{ s.en }}</p><p>{{ s.zh }}</p>{% endfor %}
<ul>{% for key, value in case.city_data.items() %}<li>{{ key }} {{ value }}</li>{% endfor %}</ul>
<ul>{% for goal in case.sdgs %}<li>{{ goal }}</li>{% endfor %}</ul>
<ul>{% for award in awards %}<li>{{ award.name_en }} {{ award.year }}</li>{% endfor %}</ul>
<ul>{% for outcome in outcomes %}<li>{{ outcome.title_en }}</li>{% endfor %}</ul>
{% if bundle %}<p>{{ bundle.size }}</p>{% endif %}"""
FILE = """<!doctype html><title>{{ file.title_en }}</title><h1>{{ file.title_en }}</h1><p>{{ done }} of {{ total }}</p>
{% set c = file.content %}<p>{{ c.title_zh }}</p><p>{{ c.city.name_en }}</p><p>{{ c.summary_en }}</p><p>{{ c.summary_zh }}</p>
{% for key, text in c.answers.sections.items() %}<h2>{{ key }}</h2><p>{{ text.en }}</p><p>{{ text.zh }}</p>{% endfor %}
<ul>{% for key, value in c.answers.city_data.items() %}<li>{{ key }} {{ value }}</li>{% endfor %}</ul>
<ul>{% for f in c.files %}<li>{{ f.filename }} {{ f.size }}</li>{% endfor %}</ul>
<form method="post">{% for k, units in criteria %}<h3>{{ k.name_en }}</h3><p>{{ k.description_en }}</p>
<ul>{% for level in k.levels %}<li>{{ level.mark }} {{ level.en }}</li>{% endfor %}</ul>
<input type="number" name="mark-{{ k.id }}" value="{{ units }}">{% endfor %}
<textarea name="comment">{{ file.comment }}</textarea><textarea name="private_note">{{ file.private_note }}</textarea></form>
<p>{{ left }}</p><ul>{% for one in notes %}<li>{{ one.quote }} {{ one.text }}</li>{% endfor %}</ul>
<table>{% for name, comment, criterion, units in others %}
<tr><td>{{ name }}</td><td>{{ criterion }}</td><td>{{ units }}</td></tr>
{% if loop.first or loop.previtem[0] != name %}<tr><td>{{ comment }}</td></tr>{% endif %}{% endfor %}</table>
<ul>{% for name, text, at in said %}<li>{{ name }} {{ at }} {{ text }}</li>{% endfor %}</ul>
<table>{% for units, n in spread %}<tr><td>{{ units }}</td><td>{{ n }}</td></tr>{% endfor %}</table>"""

application = Flask(__name__)
application.jinja_loader = DictLoader({"rows.html": ROWS, "case.html": CASE, "file.html": FILE})
PUBLISHED = CaseStudy.status == CaseStudyStatus.PUBLISHED
LISTED = (
    CaseStudy.ref, CaseStudy.title_en, CaseStudy.title_zh, CaseStudy.summary_en, City.name_en, City.country,
    Cycle.year, CaseStudy.is_winner, CaseStudy.is_shortlisted,
)  # fmt: skip
DATA = (
    CaseStudy.ref, Cycle.slug, Cycle.year, City.name_en, City.name_zh, City.latitude, City.longitude, CaseStudy.country,
    CaseStudy.title_en, CaseStudy.title_zh, CaseStudy.is_winner, CaseStudy.is_shortlisted, CaseStudy.theme_key,
    CaseStudy.sdgs, CaseStudy.summary_en, CaseStudy.summary_zh, CaseStudy.sources, CaseStudy.published_at,
    CaseStudy.changed_at,
)  # fmt: skip


def _cases(*columns: Any) -> Any:
    return (
        select(*columns)
        .join(City, City.id == CaseStudy.city_id)
        .join(Cycle, Cycle.id == CaseStudy.cycle_id)
        .where(PUBLISHED)
        .order_by(
            Cycle.year.desc(), CaseStudy.is_winner.desc(), CaseStudy.is_shortlisted.desc(), City.name_en, CaseStudy.id
        )
    )


@application.get("/cases")
def cases() -> str:
    with engine.connect() as c:
        total = c.scalar(select(func.count()).select_from(CaseStudy).where(PUBLISHED))
        rows = c.execute(_cases(*LISTED).limit(20)).all()
    return render_template("rows.html", title=f"{total} cases", lists=[("Cases", rows)])


@application.get("/case/<ref>")
def one_case(ref: str) -> str:
    with engine.connect() as c:
        found = c.execute(
            select(CaseStudy.__table__, City.name_en, City.name_zh, Cycle.name_en.label("cycle_en"))
            .join(City, City.id == CaseStudy.city_id)
            .join(Cycle, Cycle.id == CaseStudy.cycle_id)
            .where(CaseStudy.ref == ref, PUBLISHED)
        ).one()
        awards = c.execute(select(CaseAward.name_en, CaseAward.year).where(CaseAward.case_study_id == found.id)).all()
        outcomes = c.execute(
            select(PublishedOutcome.title_en).where(PublishedOutcome.submission_id == found.submission_id)
        ).all()
        bundle = c.execute(select(Bundle.size).where(Bundle.case_study_id == found.id)).first()
    return render_template("case.html", case=found, awards=awards, outcomes=outcomes, bundle=bundle)


@application.get("/cases.json")
def cases_json() -> Response:
    with engine.connect() as c:
        total = c.scalar(select(func.count()).select_from(CaseStudy).where(PUBLISHED))
        rows = c.execute(_cases(*DATA).limit(50)).mappings().all()
    return jsonify(total=total, cases=[dict(row) for row in rows])


@application.get("/cases.csv")
def cases_csv() -> Response:
    with engine.connect() as c:
        rows = c.execute(_cases(*DATA)).all()
    return csv_file([str(column.key) for column in DATA], rows)


@application.get("/desk/<int:user_id>")
def desk(user_id: int) -> str:
    with engine.connect() as c:
        cities = c.execute(
            select(City.id, City.name_en)
            .join(Delegate)
            .where(Delegate.user_id == user_id, Delegate.confirmed_at.is_not(None))
        ).all()
        ids = [city.id for city in cities]
        rows = c.execute(
            select(
                Submission.ref,
                Submission.title_en,
                Submission.status,
                Submission.changed_at,
                City.name_en,
                Cycle.name_en,
            )
            .join(City, City.id == Submission.city_id)
            .join(Cycle, Cycle.id == Submission.cycle_id)
            .where(Submission.city_id.in_(ids))
            .order_by(Cycle.year.desc(), Submission.changed_at.desc())
            .limit(25)
        ).all()
        calls = c.execute(select(Cycle.name_en, Cycle.deadline_at).where(Cycle.phase == CyclePhase.OPEN)).all()
        waiting = c.execute(
            select(User.name, City.name_en, Delegate.started_at)
            .join(User, User.id == Delegate.user_id)
            .join(City, City.id == Delegate.city_id)
            .where(
                Delegate.confirmed_at.is_(None), Delegate.ended_at.is_(None),
                or_(Delegate.city_id.in_(ids), Delegate.user_id == user_id),
            )
        ).all()  # fmt: skip
    return render_template(
        "rows.html",
        title="Submissions",
        lists=[("Cities", cities), ("Calls", calls), ("Asking", waiting), ("Own", rows)],
    )


@application.post("/draft/<int:user_id>/<ref>")
def draft(user_id: int, ref: str) -> Any:
    form = request.form
    sections: dict[str, dict[str, str]] = {}
    for name in form:
        key, _, language = name.rpartition("_")
        if language in ("en", "zh") and key not in ("title", "summary"):
            sections.setdefault(key, {})[language] = form[name]
    with engine.begin() as c:
        saving.person(c, user_id)
        found = saving.locked(c, ref)
        c.execute(select(Theme.__table__).where(Theme.cycle_id == found.cycle_id)).all()
        saving.note(c, found, "contact_position", form["contact_position"], user_id)
        done = c.execute(
            update(Submission.__table__)
            .where(Submission.ref == ref, Submission.edit_version == int(form["edit_version"]))
            .values(
                title_en=form["title_en"], title_zh=form["title_zh"], summary_en=form["summary_en"],
                summary_zh=form["summary_zh"], contact_name=form["contact_name"], contact_email=form["contact_email"],
                contact_position=form["contact_position"], contact_phone=form["contact_phone"],
                theme_id=int(form["theme"]), edit_version=Submission.edit_version + 1, changed_at=func.current_timestamp(),
                answers={
                    "sections": sections, "sdgs": [int(goal) for goal in form.getlist("sdgs")],
                    "innovation_type": form["innovation_type"],
                    "city_data": {key: form[key] for key in ("population", "area_km2") if key in form},
                },
            )
        )  # fmt: skip
    return redirect(f"/draft/{ref}", 303) if done.rowcount else ("changed meanwhile", 409)


application.register_blueprint(rooms)
application.register_blueprint(saving.desk)
listen(engine)
app = counted(application)
