"""How the committee decided, in words for everybody: the readings, the marks, the correction, the lines, the sessions."""

from __future__ import annotations

from awardapp.domain.errors import N_
from awardapp.i18n import format_number, ngettext
from awardapp.services.report_layout import Layout, Words

_CALIBRATIONS = {
    "robust": N_(
        "Members differ in how severely and how widely they mark. By a method chosen before any score was opened, each mark "
        "was freed from what is peculiar to its member, unusual marks counted less, and the mean of few readings was drawn "
        "towards the middle. The plain mean stood beside the corrected one throughout."
    ),
    "offsets": N_(
        "Members differ in how severely they mark. By a method chosen before any score was opened, each mark was freed from "
        "the severity of its member. The plain mean stood beside the corrected one throughout."
    ),
    "mean": N_("By a method chosen before any score was opened, the plain mean of the marks was used."),
}


def tell(page: Layout) -> None:
    """The chapter on the method."""
    method = page.content["method"]
    low, high, step = method["scale"]
    page.heading(page.say(N_("How the committee decided")), breaks=True)
    read = [
        page.each(
            lambda: ngettext(
                "Every valid submission was given to one member to read.",
                "Every valid submission was given to %(n)s members, who read it independently of each other.",
                method["readings"],
            )
        ),
        page.say(N_("Nobody read a submission of a city with which they have a conflict of interest.")),
    ]
    for more, on in method["rounds"]:
        read.append(_later_round(page, more, on))
    page.sentences(*read)
    page.sentences(
        page.say(
            N_("Each reader gave marks from %(low)s to %(high)s, in steps of %(step)s, on these criteria:"),
            low=low, high=high, step=step,
        )
    )  # fmt: skip
    page.table(
        page.say(N_("Criteria")),
        [page.say(N_("Criterion")), page.say(N_("Weight"))],
        [[page.pair(en, zh), page.number(weight)] for en, zh, weight in method["criteria"]],
        [5, -1],
    )
    page.sentences(page.say(_CALIBRATIONS.get(method["calibration"], _CALIBRATIONS["mean"])))
    decided = [
        page.say(
            N_("The first line is drawn after %(first)s submissions, the shortlist; up to %(more)s more are named deserving."),
            first=method["shortlist_size"], more=method["deserving_max"],
        ),
        page.say(N_("Equal submissions are parted by a published order of rules, and last by a public draw.")),
    ]  # fmt: skip
    if method["ties_at_line"]:
        decided.append(
            page.each(lambda: ngettext("One tie lay at a line.", "%(n)s ties lay at a line.", method["ties_at_line"]))
        )
    decided.append(
        page.each(
            lambda: ngettext(
                "One submission was moved by hand, for a reason written in the record.",
                "%(n)s submissions were moved by hand, each for a reason written in the record.",
                method["moved"],
            )
        )
        if method["moved"]
        else page.say(N_("No submission was moved by hand."))
    )
    if method["moved_back"]:
        decided.append(
            page.each(
                lambda: ngettext(
                    "One was moved back to its computed place.",
                    "%(n)s were moved back to their computed place.",
                    method["moved_back"],
                )
            )
        )
    page.sentences(*decided)
    if method["plenary"]["sessions"]:
        page.sentences(*_plenary(page, **method["plenary"]))


def _plenary(page: Layout, *, sessions: int, files: int, votes: int) -> list[Words]:
    said = [
        page.each(
            lambda: ngettext(
                "The committee met in one plenary session.", "The committee met in %(n)s plenary sessions.", sessions
            )
        )
    ]
    if files:
        said.append(
            page.each(
                lambda: ngettext(
                    "One submission was debated there, without the members who have a conflict of interest.",
                    "%(n)s submissions were debated there, each without the members who have a conflict of interest.",
                    files,
                )
            )
        )
    if votes:
        said.append(page.each(lambda: ngettext("One vote was taken.", "%(n)s votes were taken.", votes)))
    return said


def _later_round(page: Layout, more: int, on: int) -> Words:
    return page.each(
        lambda: ngettext(
            "In a later round %(on)s submissions near the line had one more reading each.",
            "In a later round %(on)s submissions near the line had %(n)s more readings each.",
            more,
            on=format_number(on),
        )
    )
