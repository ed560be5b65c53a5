"""Editing the submission form: prepared, looked at, put in force; what cities see follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from awardapp.domain import form_design as design
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.forms import FieldKind, FormField
from awardapp.extensions import db
from awardapp.models import Cycle, FormDraft, Membership, RulesVersion, Submission
from awardapp.services import forms as services
from awardapp.services import inputs
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, Page, fresh
from tests.support.secretariat import at


def put_in_force(desk: Browser, cycle: Cycle, reason: str = "The jury asked for it.") -> Page:
    page = desk.get(at(cycle, "/rules/form/in-force"))
    return desk.submit(page, holding="reason", reason=reason, follow=True)


def test_a_field_is_added_in_both_languages_previewed_and_put_in_force(cycle: Cycle, desk: Browser) -> None:
    submission = make.make_submission(cycle)
    db.session.commit()
    page = desk.get(at(cycle, "/rules/form/sections/results/new/text"))
    sent = desk.submit(
        page, holding="revision", label_en="Gender equality", label_zh="性别平等", help_en="Who gains?", help_zh="谁受益？",
        need="yes", words="120", characters="200", follow=True,
    )  # fmt: skip
    assert "Changes prepared, not in force" in sent.words
    preview = desk.get(at(cycle, "/rules/form/preview"))
    assert preview.all("textarea", name="gender_equality_en")
    assert "at most 120 words" in preview.words
    assert fresh(Cycle, id=cycle.id).form_data.field("gender_equality") is None
    before = desk.get(at(cycle, "/rules/form/in-force"))
    assert "Field “Gender equality”" in before.words
    refused = desk.submit(before, holding="reason", reason="")
    assert (refused.status, "needs a reason" in refused.words) == (422, True)
    done = put_in_force(desk, cycle)
    assert "Saved as version 2 of the rules." in done.words
    stored = fresh(Cycle, id=cycle.id)
    field = stored.form_data.field("gender_equality")
    assert field is not None
    assert (field.label_zh, field.is_required, field.limit("en"), field.limit("zh")) == ("性别平等", True, 120, 200)
    delegate = Browser(desk.client.application).sign_in(submission.city.delegates[0].user)
    assert "Gender equality" in delegate.get(f"/submissions/{submission.ref}/edit").words
    review = delegate.get(f"/submissions/{submission.ref}/submit")
    assert "Gender equality (English): This section is missing." in review.words


def test_a_field_is_changed_in_every_property_and_the_difference_is_readable(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/form/fields/population"))
    desk.submit(
        page, holding="revision", label_en="Residents", unit_en="residents", low="100", high="50000000",
        section="results", need="from", required_from="2027-05-01T00:00", frozen_from="2027-06-01T00:00", is_private="y",
    )  # fmt: skip
    words = put_in_force(desk, cycle).words
    assert "Saved as version 2" in words
    told = desk.get(at(cycle, "/rules")).words
    for line in (
        "Field “Residents”: label (English)PopulationResidents",
        "Field “Residents”: unit (English)peopleresidents",
        "Field “Residents”: lowest value1100",
        "Field “Residents”: highest value–50,000,000",
        "Field “Residents”: needed to submityesno",
        "Field “Residents”: for the secretariat onlynoyes",
        "Field “Residents”: sectionCity dataResults and lessons",
        "The jury asked for it.",
    ):
        assert line in told
    field = fresh(Cycle, id=cycle.id).form_data.field("population")
    assert field is not None
    assert field.required_from is not None and field.frozen_from is not None
    assert (field.required_from.isoformat(), field.frozen_from.isoformat()) == (
        "2027-05-01T00:00:00+08:00",
        "2027-06-01T00:00:00+08:00",
    )


def test_choices_are_renamed_added_and_taken_out_unless_chosen(cycle: Cycle, desk: Browser) -> None:
    submission = make.make_submission(cycle)
    inputs.put(submission, "innovation_kinds", ["policy"])
    db.session.commit()
    page = desk.get(at(cycle, "/rules/form/fields/innovation_kinds"))
    rows = {
        "choices-0-en": "New law",
        "choices-1-en": "",
        "choices-1-zh": "",
        "choices-6-en": "Care",
        "choices-6-zh": "照护",
    }
    desk.submit(page, holding="revision", **rows)
    put_in_force(desk, cycle)
    field = fresh(Cycle, id=cycle.id).form_data.field("innovation_kinds")
    assert field is not None
    assert [(choice.key, choice.en) for choice in field.choices][:2] == [
        ("policy", "New law"),
        ("business_model", "New business model, including financing"),
    ]
    assert (field.choices[-1].key, field.choices[-1].zh) == ("care", "照护")
    page = desk.get(at(cycle, "/rules/form/fields/innovation_kinds"))
    desk.submit(page, holding="revision", **{"choices-0-en": "", "choices-0-zh": ""})
    refused = put_in_force(desk, cycle)
    assert (refused.status, "Submissions have already chosen “New law”." in refused.words) == (422, True)


def test_order_sections_taking_out_and_putting_back(cycle: Cycle, desk: Browser) -> None:
    index = desk.get(at(cycle, "/rules/form"))
    for move in ("field:lessons:-1", "section:summary:-1"):
        assert desk.submit(index, "/order", move=move).status == 303
    desk.submit(desk.get(at(cycle, "/rules/form/fields/obstacles")), holding="revision", take_out="1")
    page = desk.get(at(cycle, "/rules/form/sections/new"))
    desk.submit(page, holding="revision", title_en="Annex", title_zh="附录")
    desk.submit(desk.get(at(cycle, "/rules/form/sections/annex")), holding="revision", title_en="Annexes")
    draft = db.session.scalars(select(FormDraft)).one().form_data
    assert [section.key for section in draft.sections] == [
        "basic", "city", "summary", "contact", "initiative", "results", "annex",
    ]  # fmt: skip
    assert [f.key for f in draft.sections[5].fields] == ["lessons", "outcomes", "transferability"]
    assert draft.field("obstacles") is None
    index = desk.get(at(cycle, "/rules/form"))
    assert "The form has a section without a field." in index.words
    desk.submit(index, "/put-back", key="obstacles")
    desk.submit(desk.get(at(cycle, "/rules/form/sections/annex")), holding="revision", take_out="1")
    assert "Order in “Results and lessons”" in desk.get(at(cycle, "/rules/form/in-force")).words
    desk.submit(desk.get(at(cycle, "/rules/form/in-force")), "/discard")
    assert db.session.scalars(select(FormDraft)).all() == []
    assert fresh(Cycle, id=cycle.id).rules_version == 1


def test_a_fixed_field_offers_no_way_out_and_the_service_refuses(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/form/fields/title"))
    assert "The system needs this field." in page.words
    assert not page.all("button", name="take_out")
    assert desk.submit(page, holding="revision", take_out="1").status == 409
    assert db.session.scalars(select(FormDraft)).all() == []


def test_what_contradicts_itself_is_refused_with_everything_typed(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/form/fields/gini"))
    refused = desk.submit(page, holding="revision", low="80", high="20", label_en="Gini of the city")
    assert (refused.status, "The lowest value is above the highest." in refused.words) == (422, True)
    assert refused.all("input", name="label_en")[0].get("value") == "Gini of the city"
    refused = desk.submit(page, holding="revision", need="from", required_from="")
    assert (refused.status, "Give the date from which it is needed." in refused.words) == (422, True)


def test_the_slower_of_two_editors_is_told_and_keeps_what_was_typed(cycle: Cycle, desk: Browser) -> None:
    page = desk.get(at(cycle, "/rules/form/fields/lessons"))
    desk.submit(desk.get(at(cycle, "/rules/form/fields/origins")), holding="revision", label_en="Beginnings")
    late = desk.submit(page, holding="revision", label_en="What we learnt")
    assert (late.status, "Somebody else changed the form" in late.words) == (409, True)
    assert late.all("input", name="label_en")[0].get("value") == "What we learnt"
    assert desk.submit(late, holding="revision").status == 303
    draft = db.session.scalars(select(FormDraft)).one().form_data
    assert [draft.field(key).label_en for key in ("origins", "lessons")] == ["Beginnings", "What we learnt"]  # type: ignore[union-attr] # both there


def test_a_form_with_a_language_missing_does_not_go_in_force_while_the_call_is_open(
    cycle: Cycle, desk: Browser
) -> None:
    desk.submit(desk.get(at(cycle, "/rules/form/fields/lessons")), holding="revision", label_zh="")
    assert "words missing" in desk.get(at(cycle, "/rules/form")).words
    refused = put_in_force(desk, cycle)
    assert (refused.status, "The form lacks words in one of the languages." in refused.words) == (422, True)


def test_themes_are_renamed_ordered_added_and_kept_where_they_are_used(cycle: Cycle, desk: Browser) -> None:
    make.make_submission(cycle)
    db.session.commit()
    page = desk.get(at(cycle, "/rules/themes"))
    assert "One submission is entered in it." in page.words
    rows = {
        "themes-1-take_out": "y", "themes-2-name_en": "Environment and climate", "themes-2-place": "0",
        "themes-6-name_en": "Health", "themes-6-name_zh": "健康",
    }  # fmt: skip
    refused = desk.submit(page, holding="themes-0-name_en", reason="x", **rows)
    assert refused.status == 422
    rows["themes-2-place"] = "1"
    rows["themes-0-place"] = "2"
    sent = desk.submit(page, holding="themes-0-name_en", reason="As decided.", follow=True, **rows)
    assert "Theme “Health”–added" in sent.words
    assert "Order of the themes" in sent.words
    themes = fresh(Cycle, id=cycle.id).themes
    assert [theme.key for theme in themes] == [
        "environmental", "social_cultural", "governance", "technology", "other", "health",
    ]  # fmt: skip
    page = desk.get(at(cycle, "/rules/themes"))
    refused = desk.submit(page, holding="themes-0-name_en", reason="x", **{"themes-1-take_out": "y"})
    assert "Submissions are entered in “Social and cultural”." in refused.words


def test_once_the_committee_has_begun_the_form_is_only_looked_at(cycle: Cycle, desk: Browser) -> None:
    field = desk.get(at(cycle, "/rules/form/fields/lessons"))
    cycle.phase = CyclePhase.COMMITTEE
    db.session.commit()
    index = desk.get(at(cycle, "/rules/form"))
    assert "Fixed since the committee began" in index.words
    assert not index.all("button", name="move")
    assert desk.submit(field, holding="revision", label_en="Late").status == 422
    assert len(db.session.scalars(select(RulesVersion).where(RulesVersion.cycle_id == cycle.id)).all()) == 1


def test_a_frozen_field_is_shown_closed_and_a_late_change_is_refused_with_the_text_kept(
    cycle: Cycle, desk: Browser
) -> None:
    submission = make.make_submission(cycle)
    db.session.commit()
    delegate = Browser(desk.client.application).sign_in(submission.city.delegates[0].user)
    early = delegate.get(f"/submissions/{submission.ref}/edit")
    page = desk.get(at(cycle, "/rules/form/fields/lessons"))
    desk.submit(page, holding="revision", frozen_from=f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    put_in_force(desk, cycle)
    answer = delegate.submit(early, "/edit", holding="edit_version", lessons_en="Too late", origins_en="Also changed")
    assert answer.status == 422
    assert "The date until which this field could be changed has passed." in answer.words
    assert "Too late" in answer.text
    stored = fresh(Submission, id=submission.id)
    assert inputs.value_of(stored, "origins_en") == "Words about the initiative. origins"
    page = delegate.get(f"/submissions/{submission.ref}/edit")
    assert page.all("textarea", name="lessons_en")[0].get("readonly") is not None
    assert page.all("textarea", name="origins_en")[0].get("readonly") is None
    assert "Fixed since" in page.words
    assert delegate.submit(page, "/edit", holding="edit_version", origins_en="Also changed").status == 303


def test_pages_ask_the_database_as_often_for_a_long_form_with_many_versions_as_for_a_short_one(
    cycle: Cycle, desk: Browser, queries: Any
) -> None:
    slug, submission = cycle.slug, make.make_submission(cycle)
    db.session.commit()
    delegate = Browser(desk.client.application).sign_in(submission.city.delegates[0].user)
    secretary = db.session.scalars(select(Membership).where(Membership.cycle_id == cycle.id)).one().user
    at_desk = f"/submissions/{submission.ref}"
    room = f"/secretariat/{slug}/rules"
    pages = [
        *(
            (desk, f"{room}/{path}")
            for path in ("form", "form/fields/title", "form/preview", "form/in-force", "themes")
        ),
        (delegate, f"{at_desk}/edit"),
        (delegate, f"{at_desk}/submit"),
    ]

    def counts() -> list[int]:
        found = []
        for browser, path in pages:
            db.session.expunge_all()
            with queries() as sent:
                assert browser.get(path).status == 200
            found.append(len(list(sent)))
        return found

    few = counts()
    for number in range(12):
        stored = db.session.get_one(Cycle, cycle.id)
        new = FormField(f"more_{number}", FieldKind.TEXT, f"More {number}", f"更多{number}")
        form = design.add_field(stored.form_data, "results", new)
        services.change_form(actor=db.session.merge(secretary), cycle=stored, form=form, reason="More", now=NOW)
        make.make_submission(stored)
        db.session.commit()
    assert counts() == few
    assert max(few[:5]) <= 6
