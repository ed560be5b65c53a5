"""A city goes on writing after it handed in; until it hands in again nobody else sees a word of it, not even the title."""

from __future__ import annotations

from datetime import timedelta

import pytest

from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Cycle, Submission, User
from awardapp.services import inputs, letters, submissions, suspicions, writing
from tests import factories as make
from tests.conftest import NOW
from tests.support.pages import Browser, fresh
from tests.support.secretariat import at, examine

HANDED_IN, UNSENT = "Gardens on every roof", "Zanzibar-unsent"


def rewrite(file: Submission) -> None:
    """The city saves another title and theme and does not hand them in."""
    actor = db.session.get_one(User, file.created_by)
    for name, text in (("title_en", UNSENT), ("title_zh", UNSENT), ("theme", str(file.cycle.themes[1].id))):
        base = inputs.digest(inputs.value_of(file, name))
        writing.save_input(actor=actor, submission=file, name=name, text=text, base=base, now=NOW)
    db.session.commit()


@pytest.mark.parametrize("status", [SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED])
def test_no_page_of_the_secretariat_shows_or_finds_a_title_that_was_not_handed_in(
    cycle: Cycle, desk: Browser, status: SubmissionStatus
) -> None:
    file = make.make_submission(cycle, status=status, title_en=HANDED_IN)
    themes = [theme.key for theme in cycle.themes]
    rewrite(file)
    for examined in (False, True):
        if examined:
            examine()
            db.session.commit()
        for path in (
            "/submissions",
            "/submissions.csv",
            "/check?state=all",
            f"/check/{file.ref}",
            f"/cities/{file.city_id}",
            "/submissions?q=gardens",
            "/check?state=all&q=gardens",
            f"/submissions?theme={themes[0]}",
            f"/check?state=all&theme={themes[0]}",
        ):
            _status, text = desk.read(at(cycle, path))
            assert HANDED_IN in text, path
            assert UNSENT not in text, path
        for path in (
            "/submissions?q=zanzibar",
            "/check?state=all&q=zanzibar",
            f"/submissions?theme={themes[1]}",
            f"/check?state=all&theme={themes[1]}",
        ):
            assert HANDED_IN not in desk.read(at(cycle, path))[1], path


def test_a_letter_shown_before_it_goes_names_the_file_as_it_was_handed_in(cycle: Cycle) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, title_en=HANDED_IN)
    rewrite(file)
    for kind in ("submission_accepted", "advice_given"):
        ((_names, letter),) = letters.preview(kind, submission=file, context={})
        assert HANDED_IN in letter.text
        assert UNSENT not in letter.text


def test_accepting_puts_title_and_theme_back_to_what_was_handed_in(cycle: Cycle) -> None:
    file = make.make_submission(cycle, status=SubmissionStatus.SUBMITTED, title_en=HANDED_IN)
    rewrite(file)
    secretary = make.make_member(cycle, Role.SECRETARIAT).user
    submissions.accept_as_valid(actor=secretary, submission=file, now=NOW + timedelta(hours=1))
    assert (file.title_en, file.theme) == (HANDED_IN, cycle.themes[0])


def test_a_tie_found_on_a_file_is_shown_with_the_title_handed_in(cycle: Cycle, desk: Browser) -> None:
    file = make.make_submission(
        cycle, make.make_city("Curitiba", "BR"), status=SubmissionStatus.SUBMITTED, title_en=HANDED_IN
    )
    make.make_member(cycle, Role.COMMITTEE, make.make_user(country="KE", organisation="City of Curitiba"))
    suspicions.find(cycle, now=NOW)
    rewrite(file)
    assert fresh(Submission, ref=file.ref).title_en == UNSENT
    page = desk.get(at(cycle, "/ties"))
    assert HANDED_IN in page.words
    assert UNSENT not in page.words
