"""The wall between the jury and the crowd: while the jury is open no juror sees what the public or the media said.

It stands from the announcement of the shortlist, before which there is nobody to vote for, until the jury has locked its
winners: after that nothing a juror learns can change them. It does not wait for the winners' announcement, so that counts can
be certified and the awards that follow from them be prepared under the seal for the same moment. A juror is whoever holds
that role in the cycle, whatever other role they come in: a secretary who is also a juror stays outside too.

Figures that are keyed in or imported are shown on the pages marked with `web.wall.behind_wall` only, and no award follows
from them before the wall has fallen (`special_awards.why_not_yet`), so that no reason, letter, file or announcement can hold
one. A room in which the public votes must ask the same functions: `check` before it shows a count, or anything a count could
be told from (an order, a share, a bar, "leading"), to somebody signed in, and `shows_live_counts` before it shows one on the
public site, where a juror reads like everybody else. Until there is such a room the public site shows none at all.
"""

from __future__ import annotations

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, NotPermitted

FIRST, FALLEN = CyclePhase.SHORTLIST_PUBLIC, CyclePhase.WINNERS_SEALED


class WallStands(NotPermitted):
    """A juror asked for the counts of a vote while the jury is open; nothing was shown."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "You are a juror of this cycle. Until the jury has locked its winners, no juror sees what the public or "
                "the media chose, in no role. Nothing was shown to you, and that you asked is in the log."
            )
        )


def stands(phase: CyclePhase) -> bool:
    """Whether jurors are kept from the counts in this phase."""
    return FIRST.position <= phase.position < FALLEN.position


def check(phase: CyclePhase, *, is_juror: bool) -> None:
    """Refuse a juror while the wall stands. Raises WallStands."""
    if is_juror and stands(phase):
        raise WallStands


def shows_live_counts(phase: CyclePhase) -> bool:
    """Whether the public site may show how a vote stands: not while jurors could read it there."""
    return not stands(phase)
