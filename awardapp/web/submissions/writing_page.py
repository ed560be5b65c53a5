"""What the form's page tells its script: addresses, names of inputs, digests, who wrote last, and its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from flask import url_for
from flask.json import dumps

from awardapp import i18n
from awardapp.domain.eligibility import Problem
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.queries import writing as queries
from awardapp.queries.writing import Glance
from awardapp.services import inputs
from awardapp.web import access
from awardapp.web.forms import BaseForm
from awardapp.web.submissions import forms
from awardapp.web.submissions.writing import as_typed, file_state, standing, told_problems


def sentences() -> dict[str, str]:
    """Every sentence the form's scripts may show, by the name they use; places in braces are filled by them."""
    return dict(_sentences(i18n.language()))


@cache
def _sentences(_language: str) -> dict[str, str]:
    return {
        "bar": _("What is saved"),
        "saved": _("Saved {ago}"),
        "justNow": _("just now"),
        "secondsAgo": _("{n} s ago"),
        "minutesAgo": _("{n} min ago"),
        "hoursAgo": _("{n} h ago"),
        "onDay": _("on {day}"),
        "saving": _("Saving…"),
        "notYet": _("Not saved yet"),
        "offline": _("Not saved: no connection."),
        "offlineSaved": _("No connection. What you write now is kept in this browser and saved when the line is back."),
        "trouble": _("Not saved: the server could not store it. It is tried again by itself."),
        "keptHere": _("Kept in this browser."),
        "keptNowhere": _("This browser keeps nothing: do not close this window, copy what you need."),
        "signedOut": _("You are signed out: your text is not being saved."),
        "signIn": _("Sign in in a new window; this one then goes on by itself"),
        "otherPerson": _("Somebody else is signed in in this browser now. Sign in as yourself to save your text."),
        "gone": _("You cannot open this submission any more, so your text is not being saved."),
        "notSavedFields": _("Not saved: {fields}."),
        "goThere": _("Go there"),
        "alsoHere": _("Also here: {names}"),
        "inThisField": _("In this field now: {names}"),
        "youElsewhere": _("you, in another window"),
        "somebody": _("Somebody"),
        "changedBy": _("Last changed {ago} by {name}"),
        "twoTextsTitle": _("{name} changed this field while you were writing"),
        "twoTextsSelf": _("You changed this field in another window"),
        "twoTexts": _(
            "Nothing is overwritten. Your text is above and kept in this browser; choose what is to be stored."
        ),
        "theirText": _("The stored text"),
        "nothing": _("(nothing)"),
        "keepMine": _("Keep mine"),
        "keepTheirs": _("Keep the stored one"),
        "keepBoth": _("Put both into the field, to edit"),
        "putAside": _("Your text, put aside"),
        "before": _("What stood here before"),
        "keptToo": _("Another text that this browser kept"),
        "bringBack": _("Bring it back"),
        "copy": _("Copy"),
        "copyAll": _("Copy all"),
        "copied": _("Copied"),
        "copyOutTitle": _("Text that is not stored"),
        "copyOutHow": _("It can no longer be stored here, but it is not lost: copy what you need."),
        "leftovers": _("This browser kept text of {time} that is not stored: {fields}."),
        "putBack": _("Put it back"),
        "throwAway": _("Throw it away"),
        "missingOne": _("1 thing is missing before you can submit"),
        "missingMany": _("{n} things are missing before you can submit"),
        "missingNone": _("Nothing is missing: you can review and submit."),
        "questionsNow": _("A question about the city's figures stands below them."),
        "filesNow": _("Files now: {n}"),
        "partnersNow": _("Partner cities now: {n}"),
        "stateChanged": _("This file was handed in, sent back or withdrawn in another window."),
        "loadAnew": _("Load the page anew"),
    }


def page_data(submission: Submission, form: BaseForm, problems: Sequence[Problem]) -> str:
    """The JSON of the form's `data-writing`."""
    own = access.actor().id
    addresses = {
        "input": url_for("submissions.save_input", ref=submission.ref, name="INPUT"),
        "presence": url_for("submissions.note_presence", ref=submission.ref),
        "state": url_for("submissions.writing_state", ref=submission.ref),
        "signIn": url_for("auth.sign_in", next=url_for("submissions.signed_in_again", ref=submission.ref)),
        "review": url_for("submissions.review", ref=submission.ref),
        "files": url_for("submissions.files", ref=submission.ref),
    }
    data = {
        "person": own,
        "ref": submission.ref,
        "since": submission.edit_version,
        "savedAt": int(submission.changed_at.timestamp() * 1000),
        "urls": addresses,
        "labels": {field.name: field.label.text for field in forms.editable_fields(form)},
        "digests": forms.bases_in(form["base"].data or ""),
        "touched": {
            save.name: [save.by, save.at.isoformat()] for save in queries.saves(submission.id) if save.user_id != own
        },
        "words": sentences(),
        "missing": told_problems(problems),
        "file": file_state(
            Glance(
                submission.id,
                submission.edit_version,
                submission.status,
                submission.version,
                len(submission.attachments),
                len(submission.partners),
            )
        ),
        **standing(submission),
    }
    if form.is_submitted():  # the fields show what was typed, which is not what is stored
        data["values"] = {name: as_typed(value) for name, value in inputs.values_of(submission).items()}
    return dumps(data)
