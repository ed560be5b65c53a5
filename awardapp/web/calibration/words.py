"""Calibration in words: methods, the reason of a change, the questions."""

from __future__ import annotations

from collections.abc import Mapping

from awardapp.domain.errors import N_
from awardapp.domain.selection.explaining import Cause, Term
from awardapp.domain.selection.questions import Kind, Question
from awardapp.i18n import format_number, ngettext
from awardapp.i18n import gettext as _

METHOD_NAMES: dict[str, str] = {
    "robust": N_("robust (severity, spread and care of each member)"),
    "offsets": N_("plain offsets (severity of each member)"),
    "mean": N_("plain mean (nothing is corrected)"),
}

QUESTION_NAMES: dict[Kind, str] = {
    Kind.SEVERITY: N_("Marks lower or higher than the others"),
    Kind.SCALE: N_("Marks close together"),
    Kind.NOISE: N_("Marks that go their own way"),
    Kind.SAME: N_("Does not separate the files"),
    Kind.EQUAL: N_("The same mark on every criterion"),
    Kind.DRIFT: N_("Marks that moved with time"),
    Kind.HOME: N_("Files with a tie"),
    Kind.ALIKE: N_("Two members much alike"),
}

TIE_KIND_NAMES: dict[str, str] = {
    "region": N_("the member's own region of the world"),
    "language": N_("a country that shares an official language with the member's"),
    "link": N_("a city with a link to the member's city"),
}


def method_words(method: str) -> str:
    """What a method is called."""
    return _(METHOD_NAMES[method]) if method in METHOD_NAMES else method


def points(value: float) -> str:
    """Points without a sign, to two decimals."""
    return format_number(abs(value), decimals=2)


def short_points(value: float) -> str:
    """Points without a sign, to one decimal where that says it: 0.8; else to two: 0.04."""
    return format_number(abs(value), decimals=1 if abs(value) >= 0.095 else 2)


def signed(value: float) -> str:
    """+0.27, −0.05 or ±0.00."""
    shown = points(value)
    return ("±" if abs(value) < 0.005 else "+" if value > 0 else "−") + shown


def term_words(term: Term, names: Mapping[str, str]) -> str:
    """One part of the sum in words: who did what, and what it adds here."""
    name, here, figure = names.get(term.member, term.member), signed(float(term.amount)), float(term.figure)
    if term.cause is Cause.SEVERITY:
        words = (
            N_("%(name)s gave %(by)s less than the others on the same files: %(here)s here.")
            if figure < 0
            else N_("%(name)s gave %(by)s more than the others on the same files: %(here)s here.")
        )
        return _(words, name=name, by=short_points(figure), here=here)
    if term.cause is Cause.SPREAD:
        words = (
            N_("%(name)s spreads marks %(times)s times as widely as the others: %(here)s here.")
            if figure > 1
            else N_("%(name)s keeps marks closer together, %(times)s times the others' spread: %(here)s here.")
        )
        return _(words, name=name, times=format_number(figure, decimals=2), here=here)
    if term.cause is Cause.WEIGHT:
        return _(
            "Whoever marks more steadily counts for more, here most of all %(name)s: %(here)s.", name=name, here=here
        )
    return _("Pull towards the middle, as a file has few readings: %(here)s.", here=here)


def question_words(question: Question, names: Mapping[str, str]) -> str:
    """The question as one sentence or two, with what it rests on."""
    found, n = question.figures, int(question.figures.get("n", 0))
    who = [names.get(member, member) for member in question.about]
    name = who[0] if who else ""
    files = ngettext("%(n)s file", "%(n)s files", n)
    if question.kind is Kind.SEVERITY:
        words = (
            N_("%(name)s gave %(by)s less than the others on the same %(files)s, give or take %(error)s. Why?")
            if found["offset"] < 0
            else N_("%(name)s gave %(by)s more than the others on the same %(files)s, give or take %(error)s. Why?")
        )
        return _(words, name=name, by=points(found["offset"]), files=files, error=points(2 * found["error"]))
    if question.kind is Kind.SCALE:
        return _(
            "Where the others' marks differ by 1, those of %(name)s differ by %(times)s (%(files)s). Why?",
            name=name,
            times=points(found["scale"]),
            files=files,
        )
    if question.kind is Kind.NOISE:
        return _(
            "The marks of %(name)s depart from the others' %(times)s times as much as usual, in variance (%(files)s). Why?",
            name=name,
            times=format_number(found["times"], decimals=1),
            files=files,
        )
    if question.kind is Kind.SAME:
        return _(
            "The means %(name)s gave to %(files)s lie within %(spread)s of each other, as a standard deviation. Why?",
            name=name,
            files=files,
            spread=points(found["spread"]),
        )
    if question.kind is Kind.EQUAL:
        return _(
            "%(name)s gave the same mark on every criterion in %(share)s of %(files)s. Why?",
            name=name,
            share=f"{format_number(100 * found['share'], decimals=0)}%",
            files=files,
        )
    if question.kind is Kind.DRIFT:
        words = (
            N_("The marks of %(name)s rose by %(by)s beside the others', from the first of %(files)s to the last. Why?")
            if found["change"] > 0
            else N_(
                "The marks of %(name)s fell by %(by)s beside the others', from the first of %(files)s to the last. Why?"
            )
        )
        return _(words, name=name, by=points(found["change"]), files=files)
    if question.kind is Kind.HOME:
        words = (
            N_("Files of %(tie)s got %(by)s more than the rest (%(n)s readings, %(low)s to %(high)s). Why?")
            if found["effect"] > 0
            else N_("Files of %(tie)s got %(by)s less than the rest (%(n)s readings, %(low)s to %(high)s). Why?")
        )
        return _(
            words,
            tie=_(TIE_KIND_NAMES[question.subject]),
            by=points(found["effect"]),
            n=format_number(n),
            low=signed(found["low"]),
            high=signed(found["high"]),
        )
    return _(
        "%(one)s and %(other)s depart from the other readers in the same way on %(files)s: correlation %(found)s where "
        "%(expected)s is usual. Why?",
        one=name,
        other=who[1],
        files=files,
        found=signed(found["correlation"]),
        expected=signed(found["expected"]),
    )
