"""Who stands where before the committee's report, and what is still missing of a case."""

from __future__ import annotations

import pytest

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import RuleViolation
from awardapp.domain.report import MAX_TEXT, Access, CaseTexts, goals_of, goals_text, tidy

SEALED, PUBLIC = CyclePhase.SHORTLIST_SEALED, CyclePhase.SHORTLIST_PUBLIC


def person(phase: CyclePhase, *roles: str, own: tuple[int, ...] = (), barred: tuple[int, ...] = ()) -> Access:
    return Access(
        "chair" in roles,
        "secretariat" in roles,
        "chair" in roles or "member" in roles,
        frozenset(own),
        frozenset(barred),
        phase,
    )


@pytest.mark.parametrize(
    ("who", "enters", "sees_all", "writes_whole", "writes_case", "has_files"),
    [
        (person(SEALED, "chair"), True, True, True, True, True),
        (person(SEALED, "chair", barred=(1,)), True, True, True, False, False),
        (person(SEALED, "chair", barred=(9,)), True, True, True, True, True),
        (person(SEALED, "secretariat"), True, True, False, False, True),
        (person(SEALED, "member"), False, False, False, False, False),
        (person(SEALED, "member", own=(1,)), True, False, False, True, False),
        (person(SEALED, "member", own=(1,), barred=(1,)), True, False, False, False, False),
        (person(SEALED), False, False, False, False, False),
        (person(PUBLIC, "member"), True, False, False, False, True),
        (person(PUBLIC, "chair", barred=(1,)), True, True, True, False, True),
        (person(CyclePhase.ARCHIVED, "chair"), True, True, False, False, True),
    ],
)
def test_the_seal_and_ties_decide_who_enters_writes_and_takes_documents(
    who: Access, enters: bool, sees_all: bool, writes_whole: bool, writes_case: bool, has_files: bool
) -> None:
    assert (who.may_enter, who.sees_all, who.may_write_whole) == (enters, sees_all, writes_whole)
    assert (who.may_write_case(1), who.may_have_files([1, 2])) == (writes_case, has_files)


def test_goals_are_kept_once_in_order_and_only_the_seventeen_exist() -> None:
    assert goals_of(" 13 3  11 3 ") == [3, 11, 13]
    assert goals_text([13, 3, 11, 3]) == "3 11 13"
    assert goals_of("") == []
    for wrong in ("0", "18", "x", "-3", "１", "3.5", "1000"):
        with pytest.raises(RuleViolation):
            goals_of(wrong)


def test_a_part_is_missing_where_only_blanks_stand() -> None:
    texts = CaseTexts("Done.", " \n", "Good.", "好。", (3,))
    assert (texts.missing("en"), texts.missing("zh")) == ([], ["summary"])
    assert texts.value("sdgs") == "3"


def test_a_text_is_kept_up_to_its_limit_with_plain_line_ends() -> None:
    assert tidy("a\r\nb\rc\x00") == "a\nb\nc"
    assert len(tidy("x" * MAX_TEXT)) == MAX_TEXT
    with pytest.raises(RuleViolation):
        tidy("x" * (MAX_TEXT + 1))
