"""Two texts of one field: which is authoritative, how the other came about, whether it has fallen behind."""

from __future__ import annotations

from typing import Any

import pytest

from awardapp.domain.provenance import TextState, after_writing, provenance, with_source, with_state

BOTH = {"en": "A spring.", "zh": "泉。"}


def answers(texts: dict[str, str] = BOTH, **languages: Any) -> dict[str, Any]:
    return {"sections": {"origins": texts}, "languages": languages}


@pytest.mark.parametrize(
    ("languages", "texts", "source", "is_stated"),
    [
        ({}, BOTH, "en", False),
        ({"source": "zh"}, BOTH, "zh", True),
        ({"source": "zh", "origins": {"source": "en"}}, BOTH, "en", True),
        ({"source": "zh", "lessons": {"source": "en"}}, BOTH, "zh", True),
        ({"source": "zh"}, {"en": "A spring."}, "en", True),
        ({"source": "en"}, {"en": " \n", "zh": "泉。"}, "zh", True),
        ({"source": "fr"}, BOTH, "en", True),
    ],
)
def test_the_source_is_that_of_the_field_else_of_the_file_and_always_a_text_that_is_there(
    languages: dict[str, Any], texts: dict[str, str], source: str, is_stated: bool
) -> None:
    found = provenance(answers(texts, **languages), "origins")
    assert (found.source, found.is_stated) == (source, is_stated)
    assert found.other == ("en" if source == "zh" else "zh")


def test_nothing_is_out_of_date_before_anybody_has_said_or_written_anything() -> None:
    found = provenance(answers(), "origins")
    assert (found.state, found.is_out_of_date, found.is_paired) == (TextState.OWN, False, True)
    assert not provenance({}, "origins").is_paired


def test_the_other_text_falls_behind_when_the_source_changes_and_not_otherwise() -> None:
    said = with_state(answers(source="en"), "origins", TextState.CHECKED, BOTH)
    assert provenance(said, "origins").state is TextState.CHECKED
    assert not provenance(said, "origins").is_out_of_date
    assert not provenance(said, "origins", {**BOTH, "zh": "一眼泉。"}).is_out_of_date
    assert not provenance(said, "origins", {**BOTH, "en": "A spring. \r\n"}).is_out_of_date
    changed = {**BOTH, "en": "Two springs."}
    assert provenance(said, "origins", changed).is_out_of_date
    assert not provenance(said, "origins", {"en": "Two springs.", "zh": ""}).is_out_of_date
    assert not provenance(with_state(said, "origins", TextState.CHECKED, changed), "origins", changed).is_out_of_date


def test_writing_the_other_text_fits_it_to_the_source_and_keeps_how_it_came_about() -> None:
    said = with_state(answers(source="en"), "origins", TextState.MACHINE, BOTH)
    texts = {"en": "Two springs.", "zh": "泉。"}
    said = after_writing(said, "origins", "en", texts)
    assert provenance(said, "origins", texts).is_out_of_date
    texts = {"en": "Two springs.", "zh": "两眼泉。"}
    said = after_writing(said, "origins", "zh", texts)
    found = provenance(said, "origins", texts)
    assert (found.state, found.is_out_of_date) == (TextState.MACHINE, False)


def test_writing_one_text_alone_says_nothing_about_two() -> None:
    alone = answers({"en": "A spring.", "zh": ""}, source="en")
    assert after_writing(alone, "origins", "zh", {"en": "", "zh": "泉。"}) == alone
    assert after_writing(alone, "origins", "en", {"en": "A spring.", "zh": ""}) == alone


def test_turning_the_source_round_forgets_what_the_other_text_was_fitted_to() -> None:
    said = with_state(answers(source="en"), "origins", TextState.MACHINE, BOTH)
    turned = with_source(said, "zh", key="origins")
    found = provenance(turned, "origins", {**BOTH, "en": "Changed."})
    assert (found.source, found.state, found.is_out_of_date) == ("zh", TextState.MACHINE, False)
    assert provenance(with_source(turned, "", key="origins"), "origins").source == "en"
    assert "source" not in with_source(said, "")["languages"]


def test_nothing_given_is_changed_in_place() -> None:
    before = answers(source="en", origins={"state": "machine", "of": "0"})
    with_state(before, "origins", TextState.CHECKED, BOTH)
    with_source(before, "zh")
    with_source(before, "zh", key="origins")
    after_writing(before, "origins", "zh", BOTH)
    assert before == answers(source="en", origins={"state": "machine", "of": "0"})
