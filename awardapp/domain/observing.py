"""What the observers of a cycle may see of its log: a list of what is shown, and nothing else.

Shown is who steered the process and when. Not shown are acts whose mere number, order or instant would tell an outcome
(reasons written, files moved, votes on a file, awards given), the object of an act, reasons in somebody's own words (except
of a change of the rules, which everybody may read), and who of the committee stepped back: the record tells that by
pseudonym, and the two together would name the members behind the pseudonyms.
"""

from __future__ import annotations

from dataclasses import dataclass

from awardapp.domain.errors import N_


@dataclass(frozen=True, slots=True)
class Observed:
    """How an action reads; which of its details are shown, whether its reason and the person are."""

    words: str
    details: tuple[str, ...] = ()
    shows_reason: bool = False
    shows_actor: bool = True


OBSERVED: dict[str, Observed] = {
    "cycle.create": Observed(N_("Cycle created")),
    "cycle.advance_phase": Observed(N_("Next phase begun"), ("to",)),
    "cycle.change_rules": Observed(N_("Rules changed"), shows_reason=True),
    "membership.invite": Observed(N_("Somebody invited"), ("role",)),
    "membership.end": Observed(N_("A role ended")),
    "conflict.declare": Observed(N_("Conflicts of interest declared")),
    "suspicion.confirm": Observed(N_("A tie found was confirmed")),
    "suspicion.dismiss": Observed(N_("A tie found was dismissed")),
    "late.propose": Observed(N_("Late acceptance of a file proposed")),
    "late.accept": Observed(N_("Late acceptance of a file agreed to by a second person")),
    "late.decline": Observed(N_("Late acceptance of a file declined")),
    "late.end": Observed(N_("Late acceptance of a file taken back")),
    "assignment.propose": Observed(N_("Assignment drafted"), ("round", "inputs_sha256")),
    "assignment.change": Observed(N_("Drafted assignment changed by hand")),
    "assignment.discard": Observed(N_("Drafted assignment thrown away")),
    "assignment.release": Observed(N_("Assignment released"), ("round", "result_sha256")),
    "assignment.recompute": Observed(N_("Assignment computed again and compared"), ("expected", "found")),
    "assessment.abstain": Observed(N_("A member abstained from a file"), shows_actor=False),
    "assessment.recuse": Observed(N_("A member stepped back from a file"), shows_actor=False),
    "reading.remind": Observed(N_("Members reminded of their readings")),
    "scoring.freeze": Observed(N_("Scoring stopped")),
    "scoring.unfreeze": Observed(N_("Scoring resumed")),
    "scores.open": Observed(N_("Scores opened"), ("rules_version", "tie_seed_sha256")),
    "plenary.open": Observed(N_("Plenary session opened")),
    "plenary.close": Observed(N_("Plenary session closed")),
    "shortlist.propose": Observed(N_("Shortlist computed")),
    "shortlist.ask_lock": Observed(N_("Lock of the shortlist asked for"), ("record_sha256",)),
    "shortlist.withdraw_lock": Observed(N_("Request for the lock taken back")),
    "shortlist.void_lock": Observed(N_("Request for the lock void: something had changed")),
    "shortlist.lock": Observed(N_("Shortlist locked by a second person"), ("record_sha256",)),
    "presentations.publish": Observed(N_("Timetable of the presentations published"), ("edition",)),
    "ballot.cast": Observed(N_("A juror cast the ballot")),
    "paper.cast": Observed(N_("A ballot on paper keyed in by two people"), ("number",), shows_actor=False),
    "ballot.reopen": Observed(N_("The chair opened a ballot again")),
    "ballot.excuse": Observed(N_("The chair put on record that a ballot is not waited for")),
    "ballot.expect": Observed(N_("A ballot is waited for again")),
    "jury.count": Observed(N_("Ballots of the jury counted")),
    "deliberation.open": Observed(N_("Meeting of the jury opened")),
    "deliberation.close": Observed(N_("Meeting of the jury closed")),
    "jury.ask_lock": Observed(N_("Lock of the winners asked for"), ("record_sha256",)),
    "jury.withdraw_lock": Observed(N_("Request for the lock taken back")),
    "jury.void_lock": Observed(N_("Request for the lock void: something had changed")),
    "jury.lock": Observed(N_("Winners locked by a second person"), ("record_sha256",)),
    "vote_result.enter": Observed(N_("Figures of a vote entered"), ("vote", "counts_sha256")),
    "vote_result.certify": Observed(N_("Figures of a vote certified by a second person"), ("vote", "counts_sha256")),
    "vote_result.look": Observed(N_("Figures of a vote, or a decision from outside, looked at")),
    "wall.refused": Observed(N_("A juror asked for figures of a vote and was shown none")),
    "feedback.approve": Observed(N_("Feedback to a city approved by the chair")),
    "feedback.approve_ready": Observed(N_("Feedback to several cities approved by the chair")),
    "feedback.withdraw": Observed(N_("Approval of feedback taken back")),
    "announcement.prepare": Observed(N_("Announcement begun"), ("kind",)),
    "announcement.seal": Observed(N_("Announcement sealed"), ("kind",)),
    "announcement.unseal": Observed(N_("Announcement opened again"), ("kind",)),
    "announcement.release": Observed(N_("Announcement released by one person"), ("kind",)),
    "announcement.abort": Observed(N_("Announcement stopped before its instant"), ("kind",)),
    "announcement.refuse": Observed(N_("Announcement not published: something had changed"), ("kind",)),
    "announcement.rehearse": Observed(N_("Announcement rehearsed with placeholder names"), ("kind",)),
    "announcement.publish": Observed(N_("Announcement published"), ("kind",)),
}
