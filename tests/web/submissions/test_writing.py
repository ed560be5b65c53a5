"""What the form's script asks the server: saving an input, who is here, and how it goes on after signing in again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from awardapp import clock
from awardapp.extensions import db
from awardapp.models import City, InputSave, Submission
from awardapp.services import inputs
from tests import factories as make
from tests.conftest import NOW
from tests.support.broker import running_broker
from tests.support.desk import at, close, hand_in, jpeg, save, upload
from tests.support.pages import Browser


class Script:
    """The script of an open form: sends and reads as static/writing-saver.js does."""

    def __init__(self, browser: Browser, submission: Submission) -> None:
        self.browser, self.submission = browser, submission
        form = browser.get(at(submission, "/edit")).form(holding="base")
        self.page: dict[str, Any] = json.loads(form.get("data-writing") or "")
        self.token = next(i.get("value") for i in form.iter("input") if i.get("name") == "csrf_token")

    def post(self, path: str, **data: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Accept": "application/json", "X-CSRFToken": self.token or ""}
        answer = self.browser.ask("POST", at(self.submission, path), data=data, headers=headers)
        return answer.status_code, answer.get_json()

    def save(self, name: str, value: Any, **more: Any) -> tuple[int, dict[str, Any]]:
        status, told = self.post(f"/inputs/{name}", value=value, **{"base": self.page["digests"][name], **more})
        if status == 200:
            self.page["digests"][name] = told["digest"]
        return status, told

    def state(self, *names: str) -> tuple[int, Any]:
        path = at(self.submission, f"/writing?inputs={'+'.join(names)}")
        answer = self.browser.ask("GET", path, headers={"Accept": "application/json"})
        return answer.status_code, answer.get_json()

    def present(self, window: str, field: str = "", **more: Any) -> dict[str, Any]:
        data = {"window": window, "field": field, "since": self.page["since"], **more}
        status, told = self.post("/presence", **data)
        assert status == 200
        return told


@pytest.fixture
def colleague(another_browser: Browser, city: City) -> Browser:
    person = make.make_delegate(city, make.make_user("Li Na"))
    db.session.commit()
    return another_browser.sign_in(person)


def test_one_input_is_saved_with_few_questions_to_the_database(desk: Browser, draft: Submission, queries: Any) -> None:
    script, number = Script(desk, draft), draft.id
    script.submission = Submission(ref=draft.ref)
    db.session.expunge_all()
    with queries() as sent:
        status, told = script.save("background_en", "First line.\r\nSecond line.")
    assert (status, told["value"]) == (200, "First line.\nSecond line.")
    assert len(sent) <= 2, sent  # who is signed in; the submission with its cycle, locked
    stored = db.session.get_one(Submission, number)
    assert stored.answers["sections"]["background"]["en"] == "First line.\nSecond line."
    assert script.save("sdgs", ["6", "13"])[0] == script.save("sdgs", [])[0] == 200
    assert db.session.get_one(Submission, number).answers["sdgs"] == []


def test_a_lost_answer_costs_nothing(desk: Browser, draft: Submission) -> None:
    script = Script(desk, draft)
    base = script.page["digests"]["title_en"]
    first, again = (script.save("title_en", "Sent twice", base=base) for _ in range(2))
    assert first == again
    db.session.refresh(draft)
    assert draft.edit_version == 2


def test_a_save_tells_at_once_that_the_other_language_fell_behind(desk: Browser, draft: Submission) -> None:
    script = Script(desk, draft)
    for name, value in (("source_language", "en"), ("background_state", "checked")):
        assert script.save(name, value)[0] == 200
    status, told = script.save("background_en", "Something else happened before.")
    assert (status, told["pair"]) == (200, "background")
    assert told["notes"] == {"en": "", "zh": "machine translation, checked by a person, of an earlier text"}
    assert "pair" not in script.save("population", "5000")[1]


def test_two_people_in_one_field_get_both_texts(desk: Browser, colleague: Browser, draft: Submission) -> None:
    mine, theirs = Script(desk, draft), Script(colleague, draft)
    assert theirs.save("title_en", "Li's title")[0] == 200
    status, told = mine.save("title_en", "Ana's title")
    assert (status, told["kind"], told["value"], told["by"], told["you"]) == (
        409, "changed", "Li's title", "Li Na", False,
    )  # fmt: skip
    assert draft.title_en == "Li's title"
    assert mine.save("title_en", "Ana's title", base=told["digest"], over="1")[0] == 200
    assert draft.title_en == "Ana's title"
    page = colleague.get(at(draft, "/edit"))
    assert "Li's title" in page.words  # what was replaced knowingly can still be read


def test_a_figure_that_is_no_number_is_refused_with_a_sentence(desk: Browser, draft: Submission) -> None:
    status, told = Script(desk, draft).save("population", "about two million")
    assert (status, told["kind"]) == (422, "refused")
    assert "“about two million” is not a number." in told["problem"]


def test_after_the_deadline_the_answer_says_so(desk: Browser, draft: Submission) -> None:
    script = Script(desk, draft)
    close(draft.cycle)
    status, told = script.save("title_en", "Typed too late")
    assert (status, told["kind"]) == (403, "closed")
    assert "The deadline has passed." in told["problem"]
    assert script.state()[1]["closed"] == told["problem"]


def test_a_foreign_or_unknown_submission_does_not_exist(desk: Browser, draft: Submission) -> None:
    script = Script(desk, draft)
    foreign = make.make_submission(draft.cycle)
    for ref in (foreign.ref, "GA7-NONE"):
        script.submission = Submission(ref=ref)
        for path in (f"/submissions/{ref}/inputs/title_en", f"/submissions/{ref}/presence"):
            headers = {"Accept": "application/json", "X-CSRFToken": script.token or ""}
            assert desk.ask("POST", path, data={"window": "1"}, headers=headers).status_code == 404
        assert script.state()[0] == 404


def test_signed_out_the_script_is_told_and_goes_on_with_the_new_token(desk: Browser, draft: Submission) -> None:
    script = Script(desk, draft)
    desk.client.delete_cookie("award")
    assert script.save("title_en", "Kept in the browser")[0] == 401
    assert script.state()[0] == 401
    desk.sign_in(draft.city.delegates[0].user)
    assert script.save("title_en", "Kept in the browser")[0] == 401  # the old token
    status, told = script.state("title_en", "sdgs", "nonsense")
    assert (status, told["person"], told["closed"]) == (200, script.page["person"], None)
    assert told["values"] == {
        "title_en": {"value": "River buses", "digest": script.page["digests"]["title_en"]},
        "sdgs": {"value": ["11", "13"], "digest": inputs.digest(["11", "13"])},
    }
    script.token = told["token"]
    assert script.save("title_en", "Kept in the browser")[0] == 200
    assert desk.get(at(draft, "/signed-in")).title == "You are signed in again"


def test_the_page_tells_who_wrote_last_and_until_when(desk: Browser, colleague: Browser, draft: Submission) -> None:
    Script(colleague, draft).save("title_en", "Li's title")
    page = Script(desk, draft).page
    assert list(page["touched"]) == ["title_en"]
    assert page["touched"]["title_en"][0] == "Li Na"
    assert page["labels"]["title_en"] == "Title of the initiative (English)"
    assert page["until"] == draft.cycle.deadline_at.isoformat()  # type: ignore[union-attr]
    assert page["closed"] is None
    # What only I wrote is not told to me.
    assert Script(colleague, draft).page["touched"] == {}


def test_a_glance_tells_what_others_saved_even_without_a_broker(
    desk: Browser, colleague: Browser, draft: Submission
) -> None:
    mine, theirs = Script(desk, draft), Script(colleague, draft)
    told = mine.present("1")
    assert (told["others"], told["changes"]) == ([], [])
    theirs.save("lessons_en", "Li's lessons")
    told = mine.present("1")
    assert [(c["name"], c["by"], c["you"]) for c in told["changes"]] == [("lessons_en", "Li Na", False)]
    assert mine.present("1", since=told["since"])["changes"] == []
    assert mine.present("1", since="-99999999999999999999")["others"] == []


def test_two_people_see_each_other_at_their_fields(
    app: Flask, desk: Browser, colleague: Browser, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_broker() as broker:
        monkeypatch.setitem(app.config, "REDIS_URL", broker.url)
        app.extensions.pop("awardapp.presence.client", None)
        mine, theirs = Script(desk, draft), Script(colleague, draft)
        assert mine.present("1", "title_en")["others"] == []
        assert theirs.present("2", "lessons_en")["others"] == [{"name": "Ana Putri", "field": "title_en", "you": False}]
        assert theirs.present("3")["others"] == [
            {"name": "Ana Putri", "field": "title_en", "you": False},
            {"name": "Li Na", "field": "lessons_en", "you": True},
        ]
        theirs.present("2", leave="1")
        theirs.present("3", leave="1")
        assert mine.present("1", "title_en")["others"] == []
        theirs.present("2", "title_en")
        broker.freeze()
        assert mine.present("1", "title_en")["others"] == []  # within the quarter of a second it is given
        broker.thaw()
    app.extensions.pop("awardapp.presence.client", None)


def test_a_returned_file_opens_only_what_was_asked_for(desk: Browser, draft: Submission) -> None:
    """What the secretariat left closed is refused by the service with a sentence, also to a script."""
    frozen = draft.cycle.form_data.field("background")
    assert frozen is not None
    form = draft.cycle.form
    sections = [
        {**section, "fields": [
            {**field, "frozen_from": (NOW - timedelta(days=1)).isoformat()} if field["key"] == "background" else field
            for field in section["fields"]
        ]}
        for section in form["sections"]
    ]  # fmt: skip
    script = Script(desk, draft)
    draft.cycle.form = {**form, "sections": sections}
    db.session.commit()
    status, told = script.save("background_en", "Too late for this field")
    assert (status, told["kind"]) == (422, "refused")
    assert "The date until which this field could be changed has passed." in told["problem"]
    assert script.save("origins_en", "Still open")[0] == 200
    assert db.session.scalars(select(InputSave.name)).all() == ["origins_en"]


def test_without_script_untouched_fields_of_a_colleague_stay_as_they_left_them(
    desk: Browser, colleague: Browser, draft: Submission
) -> None:
    mine = desk.get(at(draft, "/edit"))
    Script(colleague, draft).save("origins_en", "Li's origins")
    assert save(desk, draft, mine, title_en="Ana's title").status == 303
    db.session.refresh(draft)
    assert (draft.title_en, draft.answers["sections"]["origins"]["en"]) == ("Ana's title", "Li's origins")


def test_the_clock_of_the_page_is_the_servers(desk: Browser, draft: Submission) -> None:
    assert Script(desk, draft).page["now"][:16] == clock.now().isoformat()[:16]


def test_each_save_tells_what_is_missing_at_its_field_and_what_is_odd_about_the_figures(
    desk: Browser, draft: Submission
) -> None:
    script = Script(desk, draft)
    assert script.page["missing"] == []
    script.save("origins_en", "")
    _status, told = script.save("origins_zh", "")
    of_both = {"of": ["origins_en", "origins_zh"], "missing": [["origins_en", "This section is missing."]]}
    assert {name: told[name] for name in of_both} == of_both
    assert "questions" not in told
    assert script.save("origins_zh", "缘起")[1]["missing"] == []
    assert "2,000 people per km²" in script.save("density_per_km2", "7")[1]["questions"]
    assert script.save("density_per_km2", "2000")[1]["questions"] == ""
    script.save("title_en", "")
    script.save("title_zh", "")
    assert script.save("source_language", "zh")[1]["missing"] == [
        ["title_zh", "The title is missing."]
    ]  # of the whole form
    assert script.state()[1]["missing"] == [["title_zh", "The title is missing."]]


def test_a_glance_tells_of_files_partners_and_state_that_changed_in_another_window(
    desk: Browser, draft: Submission
) -> None:
    script = Script(desk, draft)
    before = {"state": "draft:0", "files": 0, "partners": 0}
    assert script.page["file"] == script.present("one")["file"] == before
    upload(desk, draft, (jpeg(), "one.jpg"))
    assert script.present("one")["file"] == {**before, "files": 1}
    hand_in(desk, draft)
    assert script.present("one")["file"] == {"state": "submitted:1", "files": 1, "partners": 0}
