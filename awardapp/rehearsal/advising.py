"""Advice before the early date: some cities ask, an adviser has answered the first and has the others to do."""

from __future__ import annotations

from datetime import datetime

from awardapp.domain.people import Role
from awardapp.models import User
from awardapp.queries import people as people_queries
from awardapp.rehearsal.course import Rehearsal
from awardapp.services import advice, people

_ASKING = 5
_ADVICE = {
    "en": {
        "": "A convincing initiative. The file says well what was done, and less well for whom and with what effect.",
        "outcomes": "Give the figure from before beside each figure from after, and say who counted.",
        "transferability": "Name one city that could begin with less money, and what it would leave out.",
    },
    "zh": {
        "": "项目很有说服力。材料把做法讲得清楚，但对受益人群和成效说得不够。",
        "outcomes": "请在每个成效数据旁给出实施前的数据，并说明由谁统计。",
        "transferability": "请举出一个资金较少也能起步的城市，并说明哪些做法可以省去。",
    },
}


def ask_and_advise(run: Rehearsal, adviser: User, *, now: datetime) -> None:
    """The last files that wait for their check ask for advice; the first of them has got it."""
    member = people.add_role(adviser, cycle=run.cycle, role=Role.ADVISER, now=now)
    waiting = [s for s in run.invented.submissions if run.submissions[s.number].status.value == "submitted"]
    asking = [run.submissions[invented.number] for invented in waiting[-_ASKING:]]
    for submission in asking:
        actor = people_queries.delegates_of(submission.city_id)[0]
        advice.ask(actor=actor, submission=submission, now=now)
    first = asking[0]
    work = advice.take_up(actor=adviser, member=member, submission=first, now=now)
    known = {field.key for field in first.form.fields} | {""}
    advice.save(
        actor=adviser,
        member=member,
        advice=work,
        submission=first,
        texts={key: text for key, text in _ADVICE[work.language].items() if key in known},
        language=work.language,
        edit_version=work.edit_version,
        now=now,
    )
    advice.give(
        actor=adviser,
        member=member,
        advice=work,
        submission=first,
        edit_version=work.edit_version,
        version=first.version,
        now=now,
    )
