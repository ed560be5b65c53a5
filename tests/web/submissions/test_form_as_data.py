"""The page a city writes on follows the cycle's form: two languages, figures that are questioned, answers of every kind."""

from __future__ import annotations

from dataclasses import replace

from awardapp.domain import form_design as design
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.forms import FieldKind, FormField, FormSection
from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Submission
from awardapp.services import inputs, submissions
from tests import factories as make
from tests.conftest import NOW
from tests.support.desk import at, hand_in, save, text_of
from tests.support.pages import Browser, Page


def side(page: Page, key: str, code: str) -> str:
    """What is said of one of the two texts of a field, in the reading view."""
    labels = page.text.split(f'id="part-{key}"')[1].split("pair-label")
    return " ".join(labels[1 if code == "en" else 2].split("</p>")[0].split())


def test_every_input_says_what_the_page_started_from_and_stands_in_its_field(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/edit"))
    for name, value in inputs.values_of(draft).items():
        field = inputs.field_of(draft, name)
        if name.endswith("_agrees"):  # asked only when one text fell behind the other
            continue
        holders = page.all("div", id=f"field-{field.key}")
        assert len(holders) == 1
        named = [e for e in holders[0].iter() if e.get("name") == name]
        assert named, name
        stated = {e.get("data-base") for e in [holders[0], *named]} - {None, ""}
        assert stated == {inputs.digest(value)}, name


def test_fields_of_every_kind_are_asked_kept_and_read(desk: Browser, draft: Submission) -> None:
    cycle = draft.cycle
    form = design.add_section(cycle.form_data, FormSection("extra", "Extra", "附加"))
    for kind in (
        FieldKind.LINE,
        FieldKind.PLAIN,
        FieldKind.INTEGER,
        FieldKind.NUMBER,
        FieldKind.EMAIL,
        FieldKind.PHONE,
    ):
        form = design.add_field(form, "extra", FormField(f"new_{kind}", kind, f"New {kind}", f"新{kind}"))
    form = design.add_field(form, "extra", FormField("budget", FieldKind.PLAIN, "Budget", "预算", is_private=True))
    cycle.form = form.to_json()
    db.session.commit()
    answer = save(
        desk, draft, new_line_en="A line", new_line_zh="一行", new_plain="Plain", new_integer="1 200", new_number="2,5",
        new_email="second@city.example", new_phone="+62 1", budget="US$ 5 million", innovation_kinds=["technology", "policy"],
    )  # fmt: skip
    assert answer.status == 303
    db.session.refresh(draft)
    assert draft.answers["sections"]["new_line"] == {"en": "A line", "zh": "一行"}
    assert draft.answers["other"] == {
        "new_plain": "Plain", "new_integer": 1200, "new_number": 2.5, "new_email": "second@city.example",
        "new_phone": "+62 1", "budget": "US$ 5 million", "innovation_kinds": ["policy", "technology"],
    }  # fmt: skip
    words = desk.get(at(draft, "/submit")).words
    for told in ("A line", "一行", "1,200", "2.5", "New policy", "Use of technology"):
        assert told in words.split("For the secretariat only")[0]
    for told in ("second@city.example", "+62 1", "US$ 5 million"):
        assert told in words.split("For the secretariat only")[1]
        assert told not in words.split("For the secretariat only")[0]
    assert save(desk, draft, innovation_kinds=[]).status == 303
    db.session.refresh(draft)
    assert "innovation_kinds" not in draft.answers["other"]


def test_a_new_draft_takes_the_writers_language_as_the_authoritative_one(desk: Browser, draft: Submission) -> None:
    writer = make.make_user("Li Wei", language="zh")
    city = make.make_city()
    make.make_delegate(city, writer)
    begun = submissions.start(actor=writer, cycle=draft.cycle, city=city, now=NOW)
    assert inputs.value_of(begun, "source_language") == "zh"


def test_who_translated_is_said_kept_and_falls_behind_when_the_source_changes(desk: Browser, draft: Submission) -> None:
    save(desk, draft, source_language="en", origins_state="machine", lessons_state="checked", outcomes_source="zh")
    page = desk.get(at(draft, "/edit"))
    assert "machine translation, not checked" in page.words
    assert not page.all("input", name="origins_agrees")
    read = desk.get(at(draft, "/submit"))
    assert "authoritative" in side(read, "origins", "en")
    assert "machine translation, not checked" in side(read, "origins", "zh")
    assert "authoritative" in side(read, "outcomes", "zh")
    save(desk, draft, origins_en="The source has changed.")
    page = desk.get(at(draft, "/edit"))
    assert page.all("input", name="origins_agrees")
    assert "machine translation, not checked, of an earlier text" in side(
        desk.get(at(draft, "/submit")), "origins", "zh"
    )
    save(desk, draft, page, origins_agrees="y")
    assert not desk.get(at(draft, "/edit")).all("input", name="origins_agrees")
    assert "machine translation, checked by a person" in side(desk.get(at(draft, "/submit")), "origins", "zh")
    save(desk, draft, lessons_en="Another source.", lessons_zh="译文也改了。")
    assert side(desk.get(at(draft, "/submit")), "lessons", "zh").endswith(
        "machine translation, checked by a person</span>"
    )


def test_the_version_handed_in_keeps_what_was_said_of_its_texts(desk: Browser, draft: Submission) -> None:
    save(desk, draft, source_language="zh", background_state="machine")
    hand_in(desk, draft)
    save(desk, draft, source_language="en", background_state="own")
    read = desk.get(at(draft, "/versions/1"))
    assert "machine translation, not checked" in side(read, "background", "en")
    assert "authoritative" in side(read, "background", "zh")


def test_judges_read_what_is_machine_made(desk: Browser, draft: Submission) -> None:
    save(desk, draft, source_language="en", background_state="machine")
    hand_in(desk, draft)
    db.session.refresh(draft)
    draft.status, draft.cycle.phase = SubmissionStatus.VALID, CyclePhase.COMMITTEE
    member = make.make_member(draft.cycle, Role.COMMITTEE)
    make.make_assignment(draft, member)
    db.session.commit()
    page = (
        Browser(desk.client.application)
        .sign_in(member.user)
        .get(f"/committee/{draft.cycle.slug}/submissions/{draft.ref}/assessment")
    )
    assert "machine translation, not checked" in page.words


def test_figures_are_questioned_with_their_arithmetic_and_left_alone(desk: Browser, draft: Submission) -> None:
    save(desk, draft, population="2874", area_km2="35050", density_per_km2="", gini="0.38", population_growth="26")
    page = desk.get(at(draft, "/edit"))
    assert "Please look at these figures once more" in page.words
    for told in (
        "It fits if the population is in thousands: 2,874 × 1,000 = 2,874,000 people.",
        "2,874 people ÷ 35,050 km² = 0.082 people per km², which would be out of the ordinary.",
        "It fits if the index is on a scale from 0 to 1: 0.38 × 100 = 38.",
        "Growing by 26 % a year, the population would double in 3 years.",
    ):
        assert told in page.words
    assert {"#population", "#area_km2", "#gini", "#population_growth"} <= set(page.links())
    assert text_of(page, "population") == "2874"
    save(desk, draft, population="2874000", area_km2="350.5", gini="38", population_growth="2.6")
    assert "once more" not in desk.get(at(draft, "/edit")).words


def test_the_validity_check_shows_the_same_questions(desk: Browser, draft: Submission) -> None:
    save(desk, draft, gini="0.38")
    hand_in(desk, draft)
    secretary = make.make_member(draft.cycle, Role.SECRETARIAT).user
    db.session.commit()
    page = Browser(desk.client.application).sign_in(secretary).get(f"/secretariat/{draft.cycle.slug}/check/{draft.ref}")
    assert "It fits if the index is on a scale from 0 to 1: 0.38 × 100 = 38." in page.words


def test_one_language_alone_is_enough_unless_the_rules_ask_for_both(desk: Browser, draft: Submission) -> None:
    chinese = {name: "" for name, field in draft.form.inputs if field.is_paired and name.endswith("_en")}
    save(desk, draft, **chinese)
    assert "missing before you can submit" not in desk.get(at(draft, "/edit")).words
    draft.cycle.rules_json = replace(draft.cycle.rules, both_languages_required=True).to_json()
    db.session.commit()
    page = desk.get(at(draft, "/edit"))
    assert "10 things are missing before you can submit" in page.words
    assert "One language is enough" not in page.words
