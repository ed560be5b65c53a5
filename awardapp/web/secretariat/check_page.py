"""The page of one file in the validity check: the file on the left; on the right what is odd, who has it, the decisions."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.cycles import intake_is_open
from awardapp.domain.errors import IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.submissions import Action, Side, available_actions
from awardapp.emails import Letter
from awardapp.extensions import db
from awardapp.i18n import LANGUAGES
from awardapp.i18n import gettext as _
from awardapp.models import Submission, SubmissionEvent
from awardapp.queries import advice as advice_queries
from awardapp.queries import check_queue
from awardapp.queries import checks as check_queries
from awardapp.queries import handing_in as handing_in_queries
from awardapp.services import checks as check_services
from awardapp.services import letters, plausibility
from awardapp.services import submissions as services
from awardapp.services.checks import HeldByColleague
from awardapp.web import access
from awardapp.web.award_words import announced_words
from awardapp.web.secretariat import came_back, check_filter
from awardapp.web.secretariat.forms import DecisionForm, NotValidForm
from awardapp.web.secretariat.return_form import ReturnForm
from awardapp.web.secretariat.submissions import country_words


def submission_of(ref: str) -> Submission:
    """The file of the address; 404 for a draft and for one of another cycle."""
    found = check_queries.submission(access.cycle(), ref)
    if found is None:
        abort(404)
    return found


def following(submission: Submission) -> list[str]:
    """The files to go on to under the same filter; asked before a decision, which may take this file out of it."""
    return check_filter.line().after(submission.ref, user_id=access.actor().id)


def take_first(refs: list[str]) -> str | None:
    """Take the first of these files in hand that no colleague was faster with; None when there is none."""
    for ref in refs:
        try:
            check_services.hold(actor=access.actor(), submission=submission_of(ref), now=clock.database_now())
        except HeldByColleague:
            continue
        return ref
    return None


def refused(ref: str, form: DecisionForm, error: RuleViolation, name: str) -> tuple[str, int]:
    """The page again with what was typed; a file that somebody else decided on goes to the 409 page instead."""
    db.session.rollback()
    if isinstance(error, IllegalTransition) and not isinstance(error, HeldByColleague):
        raise error
    submission = submission_of(ref)
    form.refuse(error)
    if isinstance(error, StaleVersion):
        form.version.data, form.version.raw_data = submission.version, None
    is_conflict = isinstance(error, (StaleVersion, HeldByColleague))
    return show(submission, **{name: form}), 409 if is_conflict else 422


def decided(following: list[str], words: str) -> Response:
    """Go on to the next file under the same filter, which is then in my hands, and say what happened."""
    ref = take_first(following)
    db.session.commit()
    flash(words, "success")
    return redirect(address(ref), 303)


def address(ref: str | None) -> str:
    """The page of a file under the filter of the address; of the queue where there is none."""
    slug, filters = access.cycle().slug, check_filter.filters()
    if ref is None:
        return url_for(".checks", cycle_slug=slug, **filters)
    return url_for(".check", cycle_slug=slug, ref=ref, **filters)


def show(
    submission: Submission,
    *,
    accept: DecisionForm | None = None,
    returned: ReturnForm | None = None,
    rejected: NotValidForm | None = None,
    letter: tuple[str, dict[str, Any]] | None = None,
) -> str:
    """The page: with a form as it was typed, and with the `letter` (kind, values) that its decision would send."""
    cycle, now = access.cycle(), clock.now()
    version = services.latest_version(submission)
    if version is None:
        abort(404)
    actions = available_actions(submission.status, phase=cycle.phase, sides=[Side.SECRETARIAT])
    claim = check_services.claim_of(submission)
    line = check_filter.line()
    is_open = intake_is_open(cycle.phase, deadline_at=cycle.deadline_at, now=now)
    advice = advice_queries.history_of(submission)
    return render_template(
        "secretariat/check.html",
        cycle=cycle,
        submission=submission,
        version=version,
        country=country_words(submission.city.country),
        file_url=lambda file: url_for(".file", cycle_slug=cycle.slug, ref=submission.ref, sha256=file["sha256"]),
        alike=check_queries.alike(submission),
        examined=check_queries.examined_version(submission) == submission.version,
        questions=plausibility.questions_in(version.content),
        history=[(event, event_words(event)) for event in check_queries.events_of(submission)],
        left=check_queue.left(check_filter.asking()),
        filters=check_filter.filters(),
        position=line.position_of(submission.ref),
        total=len(line.places),
        has_following=bool(line.after(submission.ref, user_id=access.actor().id)),
        claim=claim,
        is_mine=claim is not None and claim.user_id == access.actor().id,
        can={action.value: action in actions for action in Action},
        is_open=is_open,
        advice=advice,
        waits_for_advice=advice is not None and is_open,
        form=next((form for form in (accept, returned, rejected) if form is not None), None),
        last_return=came_back.last_return(submission),
        late=handing_in_queries.acceptance_of(version.late_acceptance_id) if version.late_acceptance_id else None,
        accept=accept or DecisionForm(prefix="accept", formdata=None, version=version.number),
        returned=returned or ReturnForm.empty(cycle, submission.form, version=version.number, now=now),
        rejected=rejected or _not_valid_form(version.number),
        acceptance=in_both_languages("submission_accepted", submission, {})
        if Action.ACCEPT_AS_VALID in actions
        else [],
        letter_kind=letter[0] if letter else None,
        letters=in_both_languages(letter[0], submission, letter[1]) if letter else [],
    )


def _not_valid_form(version: int) -> NotValidForm:
    """Empty, or with the reason that a link from the page of a likely duplicate carries."""
    return NotValidForm.of(formdata=None, version=version, reason=request.args.get("reason"))


def in_both_languages(kind: str, submission: Submission, values: dict[str, Any]) -> list[tuple[list[str], Letter]]:
    """A letter as it will go: (recipients' names, letter) for each language read by the city's people; then the language
    that nobody there reads, with no names, so that whoever sends it can read it too."""
    going = letters.preview(kind, submission=submission, context=values)
    read = {letter.language for _names, letter in going}
    others = [one for one in LANGUAGES if one not in read]
    return going + [
        ([], letters.preview_in(one, kind=kind, submission=submission, context=values)) for one in others if going
    ]


def event_words(event: SubmissionEvent) -> str:
    """What happened, as the secretariat says it."""
    words = {
        "started": _("Draft begun"),
        "begun_from": _("Text taken over from %(ref)s", ref=event.details.get("earlier", "")),
        "submitted": _("Version %(n)s handed in", n=event.details.get("version", "")),
        "returned": _("Returned for changes"),
        "accepted": _("Accepted as valid"),
        "rejected": _("Found not valid"),
        "withdrawn": _("Withdrawn"),
        "advice_asked": _("Advice asked for"),
        "advice_unasked": _("Wish for advice taken back"),
        "reopened": _("Opened again, for advice"),
        "advice_given": _("Advice given"),
    }
    return words.get(event.kind) or announced_words(event.kind) or event.kind
