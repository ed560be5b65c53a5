"""Adding the jury's part to a record: rules, ballots with their receipts, the evidence, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence

from awardapp.domain.selection.canonical import Json
from awardapp.domain.selection.errors import BadInput, listed
from awardapp.domain.selection.evidence import Evidence, cast_json, evidence_problems, wrong_receipts
from awardapp.domain.selection.jury import JuryRules
from awardapp.domain.selection.outcome import Move, SpecialAward, beyond_the_rules, jury_part
from awardapp.domain.selection.receipts import CastBallot
from awardapp.domain.selection.record_text import ballot_json, jury_rules_json
from awardapp.domain.selection.recording import OLDER_VERSIONS, WITHOUT_PROCESS, Record, no_repeats, refuse, sealed


def add_jury(
    record: Record,
    *,
    rules: JuryRules,
    jurors: Sequence[str],
    ballots: Sequence[CastBallot],
    moves: Sequence[Move] = (),
    special_awards: Sequence[SpecialAward] = (),
    evidence: Evidence | None = None,
    log_root: str = "",
) -> Record:
    """A new record: the committee's part unchanged, the jury's part added (an earlier one is replaced).

    The finalists are the shortlisted of the committee's decision with their calibrated means. `moves` take a
    finalist to "winner" or to "none", or back to the count, each with a reason. The evidence is written in the present
    version only. Raises BadInput, also for a receipt that is not that of its ballot.
    """
    whole = compose_jury(
        record,
        rules=rules,
        jurors=jurors,
        ballots=ballots,
        moves=moves,
        special_awards=special_awards,
        evidence=evidence or Evidence(),
        log_root=log_root,
    )
    jury = whole["jury"]
    if isinstance(jury, dict):
        refuse(beyond_the_rules(jury["decision"], jury_limits(rules)))
        if record["version"] not in OLDER_VERSIONS:
            refuse(wrong_receipts(ballots, cycle=cycle_of(record)))
            refuse(jury_problems(jury, evidence or Evidence(), ballots, rules))
    return whole


def compose_jury(
    record: Record,
    *,
    rules: JuryRules,
    jurors: Sequence[str],
    ballots: Sequence[CastBallot],
    moves: Sequence[Move],
    special_awards: Sequence[SpecialAward],
    evidence: Evidence,
    log_root: str,
) -> Record:
    """`add_jury` without its last checks."""
    committee = record["committee"]
    if not isinstance(committee, dict):
        raise BadInput("record", "the record has no committee's part")
    no_repeats("juror", jurors)
    strangers = sorted({one.ballot.juror for one in ballots} - set(jurors))
    if strangers:
        raise BadInput("unknown", f"ballots of unknown jurors: {listed(strangers)}", jurors=strangers)
    ordered = sorted(ballots, key=lambda one: one.ballot.juror)
    is_older = record["version"] in OLDER_VERSIONS
    jury: Record = {
        "rules": jury_rules_json(rules),
        "jurors": list[Json](sorted(jurors)),
        "ballots": [ballot_json(one.ballot) if is_older else cast_json(one, cycle=cycle_of(record)) for one in ordered],
        **({} if is_older else evidence.to_json()),
    }
    jury |= jury_part(
        committee,
        rules=rules,
        ballots=[one.ballot for one in ballots],
        moves=moves,
        special_awards=special_awards,
        timed=record["version"] != WITHOUT_PROCESS,
        may_go_back=not is_older,
    )
    jury["log_root"] = log_root
    return sealed({"version": record["version"], "award": record["award"], "committee": committee, "jury": jury})


def cycle_of(record: Record) -> str:
    """The cycle's short name, which every receipt was made for."""
    award = record["award"]
    return str(award.get("cycle", "")) if isinstance(award, dict) else ""


def jury_problems(jury: Record, evidence: Evidence, ballots: Sequence[CastBallot], rules: JuryRules) -> list[str]:
    """In what the evidence contradicts the composed part of the jury."""
    decision, finalists, jurors = jury["decision"], jury["finalists"], jury["jurors"]
    winners = decision["winners"] if isinstance(decision, dict) else None
    if not (isinstance(winners, list) and isinstance(finalists, list) and isinstance(jurors, list)):
        raise BadInput("record", "the jury's part has no decision, no finalists or no jurors")
    return evidence_problems(
        evidence,
        jurors=[str(one) for one in jurors],
        voted=[one.ballot.juror for one in ballots],
        finalists=[str(one) for one in finalists],
        winners=len(winners),
        most=min(rules.winners_max, len(finalists)),
    )


def jury_limits(rules: JuryRules) -> dict[str, int]:
    """The most winners."""
    return {"winners": rules.winners_max}
