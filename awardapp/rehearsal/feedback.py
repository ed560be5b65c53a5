"""What the invented committee tells the cities: strengths and advice by criterion, written and approved by its chair."""

from __future__ import annotations

from awardapp.domain.answers import digest
from awardapp.domain.feedback import input_name
from awardapp.queries import feedback as queries
from awardapp.rehearsal.course import Rehearsal, chair
from awardapp.services import feedback

_STRENGTHS = {
    "en": "The file is at its best here: it says plainly what was done, for whom, and what came of it, and its figures bear "
    "that out.",
    "zh": "这是材料最有说服力之处：清楚说明了做了什么、为谁而做、有何成效，数据也能印证。",
}
_ADVICE = {
    "en": "Say more here in a next entry: what others would need before they begin, what it costs to keep going, and what did "
    "not work at first.",
    "zh": "再次申报时，请在这方面多写一些：其他城市起步前需要具备什么，持续运行的费用是多少，最初有哪些做法没有奏效。",
}


def write(run: Rehearsal, *, leave: int = 0) -> int:
    """The chair writes on every valid entry open to the chair and approves all but the last `leave`. Returns how many."""
    the_chair, cycle, now = chair(run.members), run.cycle, run.at(days=13)
    entries = queries.valid(cycle)
    person = feedback.access_of(the_chair, cycle, entries)
    own = [entry for entry in entries if person.may_write(entry.id)]
    blank = digest("")
    for entry in run.each("feedback", own):
        strengths = run.invented.submission(run.number_of(entry.id)).strengths
        ranked = sorted((one.key for one in cycle.criteria), key=lambda key: (-strengths.get(key, 0.0), key))
        values = {
            input_name(part, key, language): text
            for part, key, texts in (("strengths", ranked[0], _STRENGTHS), ("advice", ranked[-1], _ADVICE))
            for language, text in texts.items()
        }
        feedback.save(actor=the_chair, submission=entry, values=values, bases=dict.fromkeys(values, blank), now=now)
    for entry in own[: len(own) - leave]:
        shown = feedback.sha256_of(queries.of_submission(entry.id))
        feedback.approve(actor=the_chair, submission=entry, shown_sha256=shown, now=now)
    run.commit()
    return len(own)
