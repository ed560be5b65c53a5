"""Writing: every field is kept, nobody overwrites anybody, nothing typed is lost."""

from __future__ import annotations

from awardapp.extensions import db
from awardapp.models import City, Submission
from awardapp.services import inputs
from tests import factories as make
from tests.support.desk import at, close, save, text_of
from tests.support.pages import Browser, fresh


def test_saving_keeps_every_field(desk: Browser, draft: Submission) -> None:
    answer = save(
        desk,
        draft,
        title_en="River buses for all",
        theme=str(draft.cycle.themes[2].id),
        sdgs=["13", "6"],
        innovation_type="revolutionary",
        population="2,874,000",
        area_km2="350,5",
        gini="３６．１",
        main_source_of_prosperity="Port & trade",
        contact_phone="+62 31 000",
        summary_zh="新的摘要。",
        background_en="First line.\r\nSecond line.",
        then="city",
    )
    assert (answer.status, answer.location) == (303, at(draft, "/edit#saved-city"))
    db.session.refresh(draft)
    assert (draft.title_en, draft.summary_zh, draft.theme.key) == ("River buses for all", "新的摘要。", "environmental")
    assert draft.answers["sdgs"] == [6, 13]
    assert draft.answers["innovation_type"] == "revolutionary"
    assert draft.answers["city_data"] == {
        "population": 2_874_000,
        "area_km2": 350.5,
        "density_per_km2": 2000,
        "gini": 36.1,
        "main_source_of_prosperity": "Port & trade",
    }
    assert draft.answers["sections"]["background"]["en"] == "First line.\nSecond line."
    assert draft.edit_version == 2
    assert "Saved 16:00:" in desk.get(at(draft, "/edit")).words


def test_an_incomplete_draft_is_saved_and_what_is_missing_is_listed_with_links(
    desk: Browser, draft: Submission
) -> None:
    assert save(desk, draft, theme="", population="", origins_en="", origins_zh="").status == 303
    page = desk.get(at(draft, "/edit"))
    assert "3 things are missing before you can submit" in page.words
    assert {"#theme", "#population", "#origins_en"} <= set(page.links())


def test_a_figure_that_is_no_number_is_refused_with_everything_typed(desk: Browser, draft: Submission) -> None:
    answer = save(
        desk, draft, population="about two million", title_en="Typed just now", outcomes_en="A long new text."
    )
    assert answer.status == 422
    assert "“about two million” is not a number." in answer.words
    assert text_of(answer, "population") == "about two million"
    assert text_of(answer, "title_en") == "Typed just now"
    assert text_of(answer, "outcomes_en") == "A long new text."
    db.session.refresh(draft)
    assert draft.edit_version == 1
    assert save(desk, draft, answer, population="2 000 000").status == 303


def test_figures_that_do_not_fit_are_questioned_and_left_alone(desk: Browser, draft: Submission) -> None:
    save(desk, draft, population="2874000", area_km2="350.5", density_per_km2="4.57")
    words = desk.get(at(draft, "/edit")).words
    assert "2,874,000 people ÷ 350.5 km² = 8,199.71 people per km², but the density given is 4.57." in words
    db.session.refresh(draft)
    assert draft.answers["city_data"]["density_per_km2"] == 4.57


def test_answers_to_sections_that_left_the_form_are_kept(desk: Browser, draft: Submission) -> None:
    answers = dict(draft.answers)
    draft.answers = {**answers, "sections": {**answers["sections"], "gone": {"en": "Old text", "zh": ""}}}
    db.session.commit()
    save(desk, draft, title_en="New title")
    db.session.refresh(draft)
    assert draft.answers["sections"]["gone"]["en"] == "Old text"


def test_two_people_saving_see_both_texts_and_nothing_is_overwritten(
    desk: Browser, another_browser: Browser, draft: Submission, city: City
) -> None:
    colleague = make.make_delegate(city)
    db.session.commit()
    another_browser.sign_in(colleague)
    mine, theirs = desk.get(at(draft, "/edit")), another_browser.get(at(draft, "/edit"))
    assert save(another_browser, draft, theirs, title_en="Their title", origins_en="Their origins.").status == 303
    conflict = save(desk, draft, mine, title_en="My title", lessons_en="My lessons.")
    assert (conflict.status, conflict.title) == (409, "Somebody else saved this submission meanwhile")
    db.session.refresh(draft)
    assert draft.title_en == "Their title"
    assert draft.answers["sections"]["lessons"] == make.answers()["sections"]["lessons"]
    # To choose is only what both of us wrote; mine is chosen beforehand.
    chosen = {
        i.get("name"): i.get("value") for i in conflict.all("input", type="radio") if i.get("checked") is not None
    }
    assert chosen == {"keep-title_en": "mine"}
    assert "Their title" in conflict.text
    assert desk.submit(conflict, "/edit", holding="edit_version").status == 303
    db.session.refresh(draft)
    assert draft.title_en == "My title"
    assert draft.answers["sections"]["origins"]["en"] == "Their origins."
    assert draft.answers["sections"]["lessons"]["en"] == "My lessons."


def test_the_stored_text_can_be_kept_instead(desk: Browser, draft: Submission) -> None:
    first, second = desk.get(at(draft, "/edit")), desk.get(at(draft, "/edit"))
    save(desk, draft, first, title_en="From the first tab", sdgs=["1"], population="5")
    conflict = save(desk, draft, second, title_en="From the second tab", sdgs=["2"], population="6")
    assert conflict.status == 409
    kept = {"keep-title_en": "stored", "keep-sdgs": "stored", "keep-population": "stored"}
    assert desk.submit(conflict, "/edit", holding="edit_version", **kept).status == 303
    db.session.refresh(draft)
    assert (draft.title_en, draft.answers["sdgs"], draft.answers["city_data"]["population"]) == (
        "From the first tab",
        [1],
        5,
    )


def test_the_deadline_passing_while_typing_gives_the_text_back(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/edit"))
    close(draft.cycle)
    answer = save(desk, draft, page, title_en="Typed too late", background_en="A long text typed too late.")
    assert answer.status == 422
    assert "The deadline has passed. Your text is kept and can still be read and copied." in answer.words
    assert text_of(answer, "background_en") == "A long text typed too late."
    assert answer.all("textarea", name="background_en")[0].get("readonly") is not None
    assert not answer.all("button", value="review")
    db.session.refresh(draft)
    assert draft.title_en == "River buses"


def test_after_the_deadline_everything_is_readable_and_nothing_changeable(desk: Browser, draft: Submission) -> None:
    close(draft.cycle)
    for path in ("", "/edit", "/files", "/submit"):
        page = desk.get(at(draft, path))
        assert page.status == 200
    assert "This draft was not handed in" in desk.get(at(draft)).words
    assert desk.get(at(draft, "/edit")).all("input", name="title_en")[0].get("readonly") is not None
    assert "Words about the initiative. background" in desk.get(at(draft, "/submit")).words


def test_signed_out_in_between_the_text_comes_back_to_be_copied(desk: Browser, draft: Submission) -> None:
    page = desk.get(at(draft, "/edit"))
    with desk.client.session_transaction() as session:
        session.pop("sign_in")
    text = "A long text that must not be lost by a lost session, whatever happens."
    answer = save(desk, draft, page, lessons_en=text)
    assert answer.status in (403, 409)
    assert text in answer.text


def test_a_form_of_several_megabytes_loses_no_text(desk: Browser, draft: Submission) -> None:
    more = {"a_field_the_form_does_not_have": "x" * 5_000_000}
    assert save(desk, draft, title_en="Kept", **more).status == 303
    assert inputs.value_of(fresh(Submission, ref=draft.ref), "title_en") == "Kept"
