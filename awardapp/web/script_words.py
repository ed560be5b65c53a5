"""The words that the scripts in awardapp/static show, in the reader's language.

The page carries them as data (`<body data-words>`): the scripts hold no language and need no request of their own.
Places in braces are filled by the scripts.
"""

from __future__ import annotations

from functools import cache

from flask.json import dumps
from markupsafe import Markup, escape

from awardapp import i18n
from awardapp.i18n import gettext as _


def script_words() -> dict[str, str]:
    """Every sentence a script may show, by the name the script uses."""
    return {
        "charactersCount": _("{n} of {limit} characters"),
        "charactersOver": _("{n} of {limit} characters, {over} too many"),
        "wordsCount": _("{n} of {limit} words"),
        "wordsOver": _("{n} of {limit} words, {over} too many"),
        "excessFrom": _("{count}. What is past the limit is marked, from “{words}” on."),
        "confirmTitle": _("Please confirm"),
        "confirmYes": _("Yes, continue"),
        "cancel": _("Cancel"),
        "close": _("Close"),
        "previous": _("Previous"),
        "next": _("Next"),
        "yourTime": _("{time} where you are"),
        "draftFound": _("This browser kept text you typed on {time} that is not in the form below."),
        "draftRestore": _("Put it back"),
        "draftDiscard": _("Throw it away"),
        "draftRestored": _("Your text is back in the form. It is not saved until you save it."),
        "shortcuts": _("Keyboard shortcuts"),
        "shortcutsHelp": _("Show this list"),
        "singleKeys": _("Use shortcuts of a single key"),
        "idleTitle": _("Are you still there?"),
        "idleSoon": _("You will be signed out in {minutes} min because nothing was opened or saved for half an hour."),
        "idleOver": _(
            "You were signed out because nothing was opened or saved for half an hour. What you typed is still in this"
            " window: sign in in another window, then save it here."
        ),
        "idleLost": _("The site could not be reached. Try again."),
        "idleStay": _("Stay signed in"),
        "progressLost": _("The connection was lost. The work goes on; this page will catch up."),
    }


def script_words_attribute() -> Markup:
    """The same as the value of an attribute, made once for each language: every page carries it."""
    return _attribute(i18n.language())


@cache
def _attribute(_language: str) -> Markup:
    return escape(dumps(script_words()))
