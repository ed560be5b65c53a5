"""A bundle says of a machine's translation that it is one, in the language of the text."""

from __future__ import annotations

from flask import Flask

from awardapp.domain.provenance import TextState, provenance, with_source, with_state
from tests import factories as make
from worker.casebank import content_of


def test_a_bundle_says_where_a_text_comes_from_and_leaves_the_others_alone(app: Flask) -> None:
    texts = {"en": "A spring.", "zh": "泉。"}
    heading = {"heading_en": "Origins", "heading_zh": "缘起"}
    answers = with_state(with_source({}, "en"), "origins", TextState.MACHINE, texts)
    note = provenance(answers, "origins", texts).note
    case = make.make_case_study(
        make.make_cycle(),
        sections=[{"key": "origins", **heading, **texts, "notes": note}, {"key": "lessons", **heading, **texts}],
    )
    said, silent = content_of(case).sections
    assert (said.text_en, said.text_zh) == ("A spring.", "泉。\n\n此文本：机器翻译，未经核对。")
    assert (silent.text_en, silent.text_zh) == ("A spring.", "泉。")
