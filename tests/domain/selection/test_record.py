"""The record: canonical bytes, and a verification that finds one changed digit wherever it is."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from awardapp.domain.selection.calibration import CalibrationRules, Score
from awardapp.domain.selection.canonical import NotCanonical, dumps, loads
from awardapp.domain.selection.errors import BadInput
from awardapp.domain.selection.jury import Ballot, JuryRules
from awardapp.domain.selection.reassigning import reassign
from awardapp.domain.selection.receipts import CastBallot
from awardapp.domain.selection.record import (
    PROPOSAL,
    Evidence,
    Move,
    RecordedSubmission,
    SpecialAward,
    add_jury,
    build_committee,
    digest,
    to_bytes,
    verify,
)
from awardapp.domain.selection.record_text import fraction_text
from awardapp.domain.selection.shortlist import ShortlistRules

from .invented import CRITERIA, cast, marks_of, process, record, released, scores

WHOLE = to_bytes(record(3))
OLDER = to_bytes(record(3, older=True))
SECOND = Path(__file__).with_name("record-2.json").read_bytes()  # as the program of the second version wrote it


def changed(path: list[str | int], value: object) -> bytes:
    """The record with one value changed, canonical again."""
    whole = json.loads(WHOLE)
    part = whole
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return rfc8785.dumps(whole)


def numeric_leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every whole number and every text that is a decimal number, with its path."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from numeric_leaves(one, (*path, key))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from numeric_leaves(one, (*path, at))
    elif (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit()
    ):
        yield path, value


def one_digit_changed(value: int | str, draw: random.Random) -> int | str:
    text = str(value)
    places = [at for at, one in enumerate(text) if one.isdigit()]
    at = draw.choice(places)
    other = draw.choice([one for one in "123456789" if one != text[at]])
    text = text[:at] + other + text[at + 1 :]
    return int(text) if isinstance(value, int) else text


def test_the_whole_record_is_found_right_and_is_canonical_for_another_program_too() -> None:
    assert verify(WHOLE) == []
    assert rfc8785.dumps(json.loads(WHOLE)) == WHOLE
    assert digest(WHOLE) == digest(to_bytes(record(3)))
    assert len(digest(WHOLE)) == 64


LEAVES = list(numeric_leaves(json.loads(WHOLE)))
SAMPLE = random.Random(1).sample(range(len(LEAVES)), 60)
RARE = [
    at
    for at, (path, _) in enumerate(LEAVES)
    if not {"scores", "result", "assignment_steps"} & set(path)  # rules and the award: few, so all of them
]


@pytest.mark.parametrize("at", sorted({*SAMPLE, *RARE}))
def test_one_changed_digit_is_found(at: int) -> None:
    path, value = LEAVES[at]
    found = verify(changed(list(path), one_digit_changed(value, random.Random(at))))
    assert found


@pytest.mark.slow
def test_one_changed_digit_is_found_in_every_figure_of_the_result() -> None:
    draw = random.Random(2)
    for path, value in LEAVES:
        if path[:2] == ("committee", "result") and draw.random() < 0.3:
            other = one_digit_changed(value, draw)
            first = verify(changed(list(path), other))[0]
            assert f"file says {other}, recomputed {value}" in first


def test_a_record_of_the_first_version_still_verifies_and_its_changes_are_found() -> None:
    older = json.loads(OLDER)
    assert older["version"] == "award-record/1"
    assert "assignment_steps" not in older["committee"]
    assert verify(OLDER) == []
    older["committee"]["result"]["calibrated"]["S017"] = "9.990000"
    assert verify(rfc8785.dumps(older))[0].startswith("committee.result.calibrated[S017]: file says 9.990000")
    older["version"] = "award-record/2"
    assert verify(rfc8785.dumps(older))[0] == "committee.rules: scale is missing"


def test_a_record_of_the_second_version_still_verifies_and_its_changes_are_found() -> None:
    older = json.loads(SECOND)
    assert older["version"] == "award-record/2"
    assert "receipt" not in older["jury"]["ballots"][0]
    assert verify(SECOND) == []
    older["jury"]["ballots"][0]["ranking"].reverse()
    assert verify(rfc8785.dumps(older))[0].startswith("jury.result.")
    older["version"] = "award-record/3"
    assert "jury.ballots[0]: nonce is missing" in verify(rfc8785.dumps(older))


def test_a_jury_joins_an_older_record_in_its_version() -> None:
    older = json.loads(SECOND)
    jurors, finalists = older["jury"]["jurors"], older["jury"]["finalists"]
    ballots = [cast(Ballot(one, ranking=tuple((name,) for name in finalists)), "a" * 32, cycle="6") for one in jurors]
    found = add_jury(older, rules=JuryRules(winners_max=5, seed="7"), jurors=jurors, ballots=ballots)
    assert found["seal"]["committee"] == older["seal"]["committee"]  # type: ignore[index, call-overload] # plain JSON
    assert verify(to_bytes(found)) == []


STEP = ["committee", "assignment_steps", 0]
A_MEMBER = min(json.loads(WHOLE)["committee"]["scores"]["S005"])


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["committee", "rules", "scale", "highest"], "11", "committee.rules.scale: another scale than that of innovation"),
        (["committee", "rules", "scale", "step"], "0.3", "committee.rules.scale: the step does not divide the scale"),
        (["committee", "rules", "reading", "readings"], 2, "committee.rules.reading: step 1 of the assignment gives 3"),
        (["committee", "rules", "reading", "further_rounds", 0, "more"], 3, "seal.committee"),
        (["committee", "rules", "quorum", "finished"], 67, "seal.committee"),
        (["committee", "rules", "calibration", "criteria", 0, "weight"], "2", "committee.result."),
        (["committee", "rules", "shortlist", "deserving_max"], 9, "committee.result.proposal"),
        (["committee", "scores_opened_at"], "2027-03-01T08:00:01Z", "seal.committee"),
        (["committee", "commitments", "seed"], "1" * 64, "seal.committee"),
        ([*STEP, "sha256"], "0" * 64, "committee.assignment_steps: step 1 comes out as "),
        ([*STEP, "inputs", "rules", "seed"], "seed 8", "committee.assignment_steps: "),
        ([*STEP, "inputs", "rules", "per_submission"], 2, "committee.rules.reading: step 1"),
        ([*STEP, "inputs", "members", 0, "most"], 1, "committee.assignment_steps: "),
        ([*STEP, "changes"], [], "committee.assignment_steps: step 1 comes out as "),
        ([*STEP, "inputs", "version"], "x", "committee.assignment_steps[0].inputs: this program reads"),
        (["committee", "scores", "S005", A_MEMBER, "context"], 1, "committee.result.raw[S005]"),
        (["committee", "conflicts", 0, "kind"], "advised", "seal.committee"),
        (["committee", "result", "raw", "S005"], "1.000000", "committee.result.raw[S005]: file says 1.000000"),
        (["committee", "result", "members", "M00", "offset"], "0.000001", "committee.result.members[M00].offset"),
        (["committee", "result", "ties"], [{"at_line": "", "ids": [], "rules": []}], "committee.result.ties[0]"),
        (["committee", "moves", 0, "at"], "2027-03-02T09:00:01Z", "seal.committee"),
        (["committee", "moves", 5, "to"], "shortlisted", "committee.decision."),
        (["committee", "code", "sha256"], "1" * 64, "seal.committee"),
        (["seal", "committee"], "0" * 64, "seal.committee: file says"),
        (["jury", "rules", "winners_max"], 4, "jury.result.winners[4]: in the file only"),
        (["jury", "ballots", 2, "nonce"], "f" * 32, "jury.ballots[2].receipt: file says"),
        (["jury", "ballots", 2, "receipt"], "0" * 64, "jury.ballots[2].receipt: file says 0000"),
        (["jury", "ballots", 2, "ranking"], [], "jury.ballots[2].receipt: file says"),
        (["jury", "ballots", 0, "recused"], [], "jury.ballots[0].receipt: file says"),
        (["jury", "ballots", 2, "abstained"], True, "the inputs contradict themselves: the ballot of J2 abstains"),
        (["jury", "ballots", 3, "on_paper"], False, "seal.record"),
        (["jury", "ballots", 1, "replaced"], ["0" * 64], "seal.record"),
        (["jury", "excused"], ["J9"], "jury.excused: unknown jurors: J9"),
        (["jury", "excused"], [], "jury.ballots: neither a ballot nor an excuse: J7"),
        (["jury", "excused"], ["J1", "J7"], "jury.excused: jurors who have a ballot: J1"),
        (["jury", "meetings", 0, "number"], 2, "jury.meetings_sha256: file says"),
        (["jury", "meetings", 0, "present", 1], "J2", "jury.meetings_sha256: file says"),
        (["jury", "meetings", 0, "out_of_room", 0, "juror"], "J3", "jury.meetings_sha256: file says"),
        (["jury", "meetings_sha256"], "0" * 64, "jury.meetings_sha256: file says 0000"),
        (["jury", "commitments", "citations_sha256"], "1" * 64, "seal.record"),
        (["jury", "fewer_reason"], "too few", "jury.fewer_reason: as many winners are named as the rules allow"),
        (["jury", "result", "order", 0, "figure"], "9", "jury.result.order[0].figure: file says 9"),
        (["jury", "result", "undecided"], [["S000", "S001"]], "jury.result.undecided[0]: in the file only"),
        (["jury", "moves", 0, "reason"], "another", "seal.record"),
        (["jury", "moves", 1, "to"], "none", "jury.decision.winners"),
        (["jury", "decision", "winners", 0], "S999", "jury.decision.winners[0]: file says S999"),
    ],
)  # fmt: skip
def test_one_change_in_each_part_is_found_and_the_first_difference_names_it(
    path: list[str | int], value: object, sentence: str
) -> None:
    assert verify(changed(path, value))[0].startswith(sentence)


def test_readings_that_no_step_gave_are_named() -> None:
    whole = json.loads(WHOLE)
    given = {tuple(pair) for pair in whole["committee"]["assignment"]}
    barred = {(one["submission"], one["member"]) for one in whole["committee"]["conflicts"]}
    new = next(
        [f"S{at:03}", f"M{who:02}"] for at in range(40) for who in range(6)
        if (f"S{at:03}", f"M{who:02}") not in given | barred
    )  # fmt: skip
    whole["committee"]["assignment"] = sorted([*whole["committee"]["assignment"], new])
    names = f"{new[0]} / {new[1]}"
    assert (
        verify(rfc8785.dumps(whole))[0]
        == f"committee.assignment: readings that no step of the assignment gave: {names}"
    )


def test_a_move_back_to_the_proposal_stays_told_and_changes_nothing() -> None:
    committee = json.loads(WHOLE)["committee"]
    there, back = committee["moves"][4:]
    assert (there["from"], there["to"], back["from"], back["to"]) == ("deserving", "none", "none", "proposal")
    assert there["submission"] in committee["decision"]["deserving"]


def test_an_assignment_that_does_not_follow_is_not_recorded() -> None:
    step = released(3, 40, 6)
    pairs = sorted(reassign([step]))
    wrong = replace(step, digest="0" * 64)
    given: dict[str, Any] = {
        "submissions": [RecordedSubmission(f"S{at:03}") for at in range(40)],
        "members": [f"M{at:02}" for at in range(6)],
        "assignment": pairs,
        "scores": marks_of(1, pairs),
    }
    build(**given, process=process(step))
    with pytest.raises(BadInput, match=r"committee\.assignment_steps: step 1 comes out as"):
        build(**given, process=process(wrong))


def test_the_first_difference_is_named_with_its_path_and_both_values() -> None:
    before = json.loads(WHOLE)["committee"]["result"]["calibrated"]["S017"]
    found = verify(changed(["committee", "result", "calibrated", "S017"], "9.990000"))
    assert found[0] == f"committee.result.calibrated[S017]: file says 9.990000, recomputed {before}"
    assert [one.split(":")[0] for one in found[1:]] == ["seal.committee", "seal.record"]


def test_a_changed_score_shows_in_the_raw_mean_first() -> None:
    sheets = json.loads(WHOLE)["committee"]["scores"]["S005"]
    member, sheet = next(iter(sheets.items()))
    found = verify(changed(["committee", "scores", "S005", member, "context"], sheet["context"] - 1))
    assert found[0].startswith("committee.result.raw[S005]: file says ")


def test_a_difference_of_the_last_digit_is_told_as_such() -> None:
    value = json.loads(WHOLE)["committee"]["result"]["calibrated"]["S017"]
    last = str(int(value[-1]) - 1 if value[-1] != "0" else 1)
    found = verify(changed(["committee", "result", "calibrated", "S017"], value[:-1] + last))
    assert found[0].endswith("(a difference of the last digit, below rounding)")


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["version"], "award-record/4", "version: this program reads award-record/1 and award-record/2"),
        (["version"], "award-record/1", "the inputs contradict themselves: "),
        (["committee", "decision", "shortlisted", 0], "S999", "committee.decision.shortlisted[0]: file says S999"),
        (["committee", "moves", 0, "to"], "none", "committee.decision"),
        (["committee", "moves", 0, "reason"], " ", "the inputs contradict themselves: the move of"),
        (["committee", "moves", 0, "from"], "none", "committee.moves[0].from: file says none"),
        (["committee", "log_root"], "x", "seal.committee: file says"),
        (["committee", "members"], None, "committee.members: a list is expected, the file has nothing"),
        (["committee", "rules", "calibration", "draws"], "2", "committee.rules.calibration.draws: a whole number"),
        (["committee", "rules", "calibration", "criteria", 0, "weight"], "x", "a number as text is expected"),
        (["committee", "assignment", 0], ["S000"], "committee.assignment[0]: a submission and a member"),
        (["committee", "scores", "S000"], {}, "committee.scores[S000]: in the file only"),
        (["jury", "decision", "winners"], [], "jury.decision.winners[0]: missing in the file"),
        (["jury", "result", "order", 0, "id"], "S999", "jury.result.order[0].id: file says S999"),
        (["jury", "ballots", 0, "abstained"], 1, "jury.ballots[0].abstained: true or false is expected"),
        (["jury", "special_awards", 0, "submission"], "S999", "special awards name unknown submissions: S999"),
        (["committee", "rules", "shortlist", "deserving_max"], 9, "committee."),
        (["jury", "rules", "winners_max"], 4, "jury."),
        (["seal", "record"], "0" * 64, "seal.record: file says"),
        (["seal"], None, "seal: file says null"),
        (["extra"], "x", "extra: in the file only"),
    ],
)
def test_tampering_is_named(path: list[str | int], value: object, sentence: str) -> None:
    assert sentence in verify(changed(path, value))[0]


@given(st.integers(0, 10**6), st.sampled_from([None, True, -1, 10**15, "", "x", "0.5", [], ["x"], {}, {"x": 1}]))
@settings(max_examples=60, deadline=None)
def test_whatever_stands_in_the_file_is_told_and_never_an_accident(seed: int, value: object) -> None:
    draw = random.Random(seed)
    path: list[str | int] = []
    part: Any = json.loads(WHOLE)
    while isinstance(part, dict | list) and part and (not path or draw.random() < 0.8):
        key = draw.choice(sorted(part)) if isinstance(part, dict) else draw.randrange(len(part))
        path.append(key)
        part = part[key]
    if part != value or type(part) is not type(value):
        assert verify(changed(path, value))


def test_a_ballot_turned_round_changes_the_pairs() -> None:
    ranking = json.loads(WHOLE)["jury"]["ballots"][3]["ranking"]
    first, second, *_more = verify(changed(["jury", "ballots", 3, "ranking"], ranking[::-1]))
    assert first.startswith("jury.ballots[3].receipt: file says")
    assert second.startswith("jury.result.")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is not JSON"),
        (b"\xff", "the file is not JSON"),
        (b"[]", "the file is not a record"),
        (b'{"version":"award-record/1"}', "the record: committee is missing"),
        (b'{"a":1,"a":2}', "a key occurs twice in one object: a"),
        (b'{"a":1.5}', "the number 1.5 is not whole"),
        (b'{"a":NaN}', "the number NaN is not whole"),
        (b"[" * 100_000, "the file is not JSON"),
    ],
)
def test_a_file_that_is_no_record_is_told_as_such(data: bytes, sentence: str) -> None:
    assert verify(data)[0].startswith(sentence)


def test_bytes_that_are_not_canonical_are_reported_though_the_content_is_right() -> None:
    pretty = json.dumps(json.loads(WHOLE), indent=1).encode()
    assert verify(pretty) == ["the bytes are not canonical JSON (RFC 8785) from byte 1 on"]
    assert verify(WHOLE + b"\n") == [f"the bytes are not canonical JSON (RFC 8785) from byte {len(WHOLE)} on"]


def test_the_committees_part_and_its_digest_stay_when_the_jury_joins() -> None:
    whole = json.loads(WHOLE)
    first = {name: value for name, value in whole.items() if name not in ("jury", "seal")}
    assert whole["seal"]["committee"] == digest(rfc8785.dumps(first))
    alone = {**first, "seal": {"committee": whole["seal"]["committee"], "record": whole["seal"]["committee"]}}
    assert verify(rfc8785.dumps(alone)) == []


# building


def build(**change: Any) -> Any:
    marks = scores(1, 20, 4)
    given: dict[str, Any] = {
        "award": {"cycle": 6},
        "calibration_rules": CalibrationRules(CRITERIA, shortlist_size=5, draws=20, seed="7"),
        "shortlist_rules": ShortlistRules(5, 4, seed="7"),
        "submissions": [RecordedSubmission(f"S{at:03}") for at in range(20)],
        "members": [f"M{at:02}" for at in range(4)],
        "conflicts": [],
        "assignment": sorted({(one.submission, one.member) for one in marks}),
        "scores": marks,
    }
    return build_committee(**{**given, **change})


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_the_bytes_do_not_depend_on_the_order_of_the_input(shuffle: random.Random) -> None:
    marks = scores(1, 20, 4)
    pairs = list({(one.submission, one.member) for one in marks})
    names = [RecordedSubmission(f"S{at:03}") for at in range(20)]
    for items in (marks, pairs, names):
        shuffle.shuffle(items)
    assert to_bytes(build(scores=marks, assignment=pairs, submissions=names)) == to_bytes(build())


def test_moves_by_hand_change_the_decision_and_not_the_proposal() -> None:
    plain = build()["committee"]
    into = plain["decision"]["deserving"][0]
    out = plain["decision"]["shortlisted"][0]
    moved = build(moves=[Move(out, "none", "withdrawn"), Move(into, "shortlisted", "takes its place")])["committee"]
    assert moved["result"] == plain["result"]
    assert out not in moved["decision"]["shortlisted"]
    assert into in moved["decision"]["shortlisted"]
    assert [one["from"] for one in moved["moves"]] == ["shortlisted", "deserving"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scores": [Score("S000", "M99", "innovation", 1)]}, "scores without an assignment: S000 by M99"),
        ({"assignment": [("S000", "M99")], "scores": []}, "assigned pairs name unknown ids: S000 / M99"),
        ({"members": ["M00", "M00"]}, "member given more than once: M00"),
        ({"submissions": [RecordedSubmission("S000")] * 2}, "submission given more than once: S000"),
        ({"moves": [Move("S999", "none", "x")]}, "a move names the unknown submission S999"),
        ({"moves": [Move("S000", "winner", "x")]}, "S000 cannot be moved to winner"),
        ({"moves": [Move("S000", "none", "")]}, "the move of S000 to none has no reason"),
    ],
)
def test_input_that_contradicts_itself_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        build(**change)


def test_a_decision_beyond_the_rules_is_refused() -> None:
    extra = build()["committee"]["decision"]["deserving"][0]
    with pytest.raises(BadInput, match="the decision has 6 shortlisted, the rules allow 5"):
        build(moves=[Move(extra, "shortlisted", "one more")])


def test_the_jury_may_award_fewer_with_a_reason_but_not_more() -> None:
    committee = build()
    finalists = committee["committee"]["decision"]["shortlisted"]
    ballot = CastBallot(Ballot("J1", ranking=tuple((one,) for one in finalists)))
    given: dict[str, Any] = {"rules": JuryRules(winners_max=3, seed="7"), "jurors": ["J1"], "ballots": [ballot]}
    first = finalists[0]
    found = add_jury(committee, **given, moves=[Move(first, "none", "withdrew", "chair")])
    jury: Any = found["jury"]
    assert jury["decision"]["winners"] == finalists[1:3]
    assert jury["result"]["winners"] == finalists[:3]
    assert verify(to_bytes(found)) == []
    with pytest.raises(BadInput, match="the decision has 4 winners, the rules allow 3"):
        add_jury(committee, **given, moves=[Move(finalists[3], "winner", "x")])
    with pytest.raises(BadInput, match="ballots of unknown jurors: J1"):
        add_jury(committee, **{**given, "jurors": ["J2"]})
    with pytest.raises(BadInput, match="special awards name unknown submissions: S999"):
        add_jury(committee, **given, special_awards=[SpecialAward("x", "S999")])


def test_fewer_winners_without_a_reason_and_wrong_evidence_are_not_recorded() -> None:
    step = released(3, 40, 6)
    pairs = sorted(reassign([step]))
    committee = build_committee(
        award={"cycle": "c"},
        calibration_rules=CalibrationRules(CRITERIA, shortlist_size=5, draws=20, seed="7"),
        shortlist_rules=ShortlistRules(5, 4, seed="7"),
        submissions=[RecordedSubmission(f"S{at:03}") for at in range(40)],
        members=[f"M{at:02}" for at in range(6)],
        conflicts=[],
        assignment=pairs,
        scores=marks_of(3, pairs),
        process=process(step),
    )
    finalists = committee["committee"]["decision"]["shortlisted"]  # type: ignore[index, call-overload] # plain JSON
    ballot = cast(Ballot("J1", ranking=tuple((one,) for one in finalists)), "a" * 32, cycle="c")
    given: dict[str, Any] = {"rules": JuryRules(winners_max=3, seed="7"), "jurors": ["J1"], "ballots": [ballot]}
    out = [Move(finalists[0], "none", "withdrew", "chair", "2027-06-01T10:00:00Z")]
    with pytest.raises(BadInput, match="2 winners are named, the rules allow 3, and no reason is given"):
        add_jury(committee, **given, moves=out)
    fewer = add_jury(committee, **given, moves=out, evidence=Evidence(fewer_reason="Two stood out."))
    assert verify(to_bytes(fewer)) == []
    back = [*out, Move(finalists[0], PROPOSAL, "it did not", "chair", "2027-06-01T11:00:00Z")]
    whole = add_jury(committee, **given, moves=back)
    assert whole["jury"]["decision"]["winners"] == finalists[:3]  # type: ignore[index, call-overload] # plain JSON
    with pytest.raises(BadInput, match="the receipt of J1 is not that of the ballot"):
        add_jury(committee, **{**given, "ballots": [replace(ballot, receipt="0" * 64)]})
    with pytest.raises(BadInput, match="neither a ballot nor an excuse: J2"):
        add_jury(committee, **{**given, "jurors": ["J1", "J2"]})


# canonical JSON

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_canonical_json_is_what_the_reference_package_writes(value: Any) -> None:
    assert dumps(value) == rfc8785.dumps(value)
    assert loads(dumps(value)) == value


def test_keys_are_sorted_by_utf16_units_as_in_the_rfc() -> None:
    # RFC 8785, section 3.2.3
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    found = loads(dumps(dict.fromkeys(keys, 0)))
    assert isinstance(found, dict)
    assert list(found) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53, -(2**53), {1: 2}, {"a": b"x"}, ["\ud800"], Fraction(1, 2)])
def test_what_a_record_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        dumps(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 2), "0.5"), (Fraction(3), "3"), (Fraction(1, 3), "1/3"), (Fraction(-1, 8), "-0.125"),
     (Fraction(5, 4), "1.25"), (Fraction(0), "0"), (Fraction(1, 10), "0.1"), (Fraction(7, 100), "0.07")],
)  # fmt: skip
def test_fractions_are_decimal_text_where_they_end(value: Fraction, text: str) -> None:
    assert fraction_text(value) == text
    assert Fraction(text) == value


def test_another_seed_gives_another_record() -> None:
    other = replace(CalibrationRules(CRITERIA, shortlist_size=5, draws=20), seed="8")
    assert to_bytes(build(calibration_rules=other)) != to_bytes(build())
