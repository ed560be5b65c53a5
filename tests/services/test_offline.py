"""The form in Word, there and back: a round trip changes nothing, a colleague's newer text is never overwritten unasked."""

from __future__ import annotations

import copy
import io
import re
import zipfile
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

import pytest
from flask import Flask

from awardapp import wordform
from awardapp.domain.errors import NotPermitted, RuleViolation, TooLate
from awardapp.extensions import db
from awardapp.models import OfflineForm, Submission, User
from awardapp.queries import writing as writing_queries
from awardapp.services import inputs, offline, writing
from awardapp.services.offline import Fate
from tests import factories as make

LATER = timedelta(hours=1)


@pytest.fixture
def draft(app: Flask) -> Submission:
    return make.make_submission(make.make_cycle(), make.make_city("Recife", "BR"))


@pytest.fixture
def ana(draft: Submission) -> User:
    return draft.city.delegates[0].user


class Document:
    """A downloaded document in somebody's word processor."""

    def __init__(self, submission: Submission, folder: Path, now: datetime, language: str = "en") -> None:
        self.path = folder / "form.docx"
        self.submission = submission
        self.path.write_bytes(offline.document(submission, language=language, now=now))

    def edit(self, pattern: str, new: str) -> Document:
        """Change the document's text part, which must have the pattern exactly once."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(self.path) as old, zipfile.ZipFile(buffer, "w") as saved:
            for name in old.namelist():
                data = old.read(name)
                if name == "word/document.xml":
                    text, count = re.subn(pattern, lambda found: found.expand(new), data.decode(), flags=re.S)
                    assert count == 1, f"{pattern}: {count}"
                    data = text.encode()
                saved.writestr(name, data)
        self.path.write_bytes(buffer.getvalue())
        return self

    def type(self, name: str, *paragraphs: str) -> Document:
        """Type into a box: what stood in it goes."""
        is_text = name.rpartition("_")[0] in ("background", "summary", "origins", "lessons", "outcomes")
        runs = [f"<w:r><w:t xml:space='preserve'>{escape(text)}</w:t></w:r>" for text in paragraphs or ("",)]
        new = "".join(f"<w:p>{run}</w:p>" for run in runs) if is_text else "".join(runs)
        return self.edit(
            rf'(<w:alias w:val="{name}"/>(?:(?!</w:sdt>).)*?<w:sdtContent>)(?:(?!</w:sdtContent>).)*(</w:sdtContent>)',
            rf"\g<1>{new}\g<2>",
        )

    def bring_back(self, actor: User, now: datetime) -> OfflineForm:
        return offline.receive(
            actor=actor,
            submission=self.submission,
            found=offline.read(self.path, offline.sought(self.submission, now=now)),
            filename="form.docx",
            sha256="a" * 64,
            now=now,
        )


def fates(form: OfflineForm, submission: Submission, now: datetime) -> dict[str, Fate]:
    return {line.name: line.fate for line in offline.check(form, submission, now=now).lines}


def seen(form: OfflineForm, submission: Submission, now: datetime) -> dict[str, str]:
    return {line.name: line.digest for line in offline.check(form, submission, now=now).lines}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_document_brought_back_untouched_changes_nothing(
    draft: Submission, ana: User, now: datetime, tmp_path: Path, language: str
) -> None:
    draft.answers = {
        **draft.answers,
        "sections": {
            **draft.answers["sections"],
            "background": {"en": "Two\n\nparagraphs\tand a tab.", "zh": "第一。\n第二。"},
        },
    }
    db.session.flush()
    form = Document(draft, tmp_path, now, language).bring_back(ana, now)
    found = offline.check(form, draft, now=now)
    assert (found.lines, found.same) == ([], len(list(draft.form.inputs)))


def test_the_document_has_every_input_of_the_form_with_its_words_in_the_readers_language(
    draft: Submission, now: datetime
) -> None:
    for language, words in (("en", ("Population", "at most 400 words")), ("zh", ("人口规模", "最多700字"))):
        sheet = offline.sheet_of(draft, language=language, now=now)
        assert [box.name for box in sheet.boxes] == [name for name, _field in draft.form.inputs]
        said = {q.label for c in sheet.chapters for q in c.questions} | {box.note for box in sheet.boxes}
        assert set(words) <= said


def test_what_was_typed_is_shown_first_and_stored_only_when_applied(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    document = Document(draft, tmp_path, now)
    document.type("title_en", "River buses").type("background_en", "First.", "Second.").type("population", "1,250,000")
    document.edit(r'(a:sdgs=7#[0-9a-f]{16}".*?w14:checked w14:val=)"0"', r'\g<1>"1"')
    before = inputs.values_of(draft)
    form = document.bring_back(ana, now)
    assert inputs.values_of(draft) == before
    assert fates(form, draft, now) == dict.fromkeys(("title_en", "background_en", "population", "sdgs"), Fate.CHANGE)

    chosen = ["title_en", "background_en", "population", "sdgs"]
    changed = offline.apply(
        actor=ana, form=form, submission=draft, chosen=chosen, seen=seen(form, draft, now), now=now + LATER
    )

    assert sorted(changed) == sorted(chosen)
    after = inputs.values_of(draft)
    assert {name: after[name] for name in chosen} == {
        "title_en": "River buses",
        "background_en": "First.\nSecond.",
        "population": 1_250_000,
        "sdgs": ["7", "11", "13"],
    }
    assert {name for name in after if after[name] != before[name]} == set(chosen)
    assert form.applied_at == now + LATER
    assert fates(form, draft, now) == {}


def test_only_what_was_chosen_is_stored(draft: Submission, ana: User, now: datetime, tmp_path: Path) -> None:
    document = Document(draft, tmp_path, now).type("title_en", "One").type("title_zh", "二")
    form = document.bring_back(ana, now)
    known = seen(form, draft, now)
    with pytest.raises(RuleViolation):
        offline.apply(actor=ana, form=form, submission=draft, chosen=["population"], seen=known, now=now)
    offline.apply(actor=ana, form=form, submission=draft, chosen=["title_zh"], seen=known, now=now)
    assert (draft.title_en != "One", draft.title_zh) == (True, "二")


def save(draft: Submission, name: str, text: str, now: datetime) -> User:
    """A colleague at the desk saves one field."""
    colleague = make.make_delegate(draft.city)
    base = inputs.digest(inputs.value_of(draft, name))
    writing.save_input(actor=colleague, submission=draft, name=name, text=text, base=base, now=now)
    return colleague


def test_what_only_a_colleague_changed_since_the_download_stays(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    document = Document(draft, tmp_path, now).type("title_en", "Mine")
    save(draft, "title_zh", "同事的新标题", now + LATER)
    form = document.bring_back(ana, now + LATER)
    assert fates(form, draft, now) == {"title_en": Fate.CHANGE, "title_zh": Fate.COLLEAGUE}
    offline.apply(
        actor=ana, form=form, submission=draft, chosen=["title_en", "title_zh"], seen=seen(form, draft, now),
        now=now + LATER,
    )  # fmt: skip
    assert (draft.title_en, draft.title_zh) == ("Mine", "同事的新标题")


def test_what_both_changed_is_asked_about_and_the_replaced_text_is_kept(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    document = Document(draft, tmp_path, now).type("title_en", "Mine")
    save(draft, "title_en", "My colleague's", now + LATER)
    form = document.bring_back(ana, now + LATER)
    assert fates(form, draft, now) == {"title_en": Fate.BOTH}
    offline.apply(
        actor=ana, form=form, submission=draft, chosen=["title_en"], seen=seen(form, draft, now), now=now + 2 * LATER
    )
    assert draft.title_en == "Mine"
    assert [text.words for text in writing_queries.replaced(draft)] == ["My colleague's"]


def test_a_text_saved_between_looking_and_applying_stops_everything(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    document = Document(draft, tmp_path, now).type("title_en", "Mine").type("population", "7")
    form = document.bring_back(ana, now)
    shown = seen(form, draft, now)
    save(draft, "title_en", "Newer", now + LATER)
    with pytest.raises(writing.FormChanged) as refused:
        offline.apply(
            actor=ana, form=form, submission=draft, chosen=["title_en", "population"], seen=shown, now=now + LATER
        )
    assert refused.value.names == ["title_en"]
    assert (draft.title_en, inputs.value_of(draft, "population")) == ("Newer", 1_000_000)


def test_an_emptied_box_is_named_and_empties_only_when_chosen(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    form = Document(draft, tmp_path, now).type("summary_en", "").bring_back(ana, now)
    assert fates(form, draft, now) == {"summary_en": Fate.EMPTY}
    offline.apply(actor=ana, form=form, submission=draft, chosen=["summary_en"], seen=seen(form, draft, now), now=now)
    assert draft.summary_en == ""


def test_a_number_nobody_can_read_and_an_unknown_choice_are_named_and_nothing_else_suffers(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    document = Document(draft, tmp_path, now).type("population", "about a million").type("theme", "Sports")
    form = document.type("title_en", "Readable").bring_back(ana, now)
    found = {line.name: line for line in offline.check(form, draft, now=now).lines}
    assert {name: line.fate for name, line in found.items()} == {
        "theme": Fate.UNREADABLE, "population": Fate.UNREADABLE, "title_en": Fate.CHANGE,
    }  # fmt: skip
    assert (found["population"].raw, found["theme"].raw) == ("about a million", "Sports")


def test_a_choice_is_understood_in_either_language(draft: Submission, ana: User, now: datetime, tmp_path: Path) -> None:
    other = draft.cycle.themes[1]
    form = Document(draft, tmp_path, now).type("theme", f" {other.name_zh} ").bring_back(ana, now)
    offline.apply(actor=ana, form=form, submission=draft, chosen=["theme"], seen=seen(form, draft, now), now=now)
    assert draft.theme_id == other.id


def test_a_box_that_is_gone_for_good_leaves_its_field_as_it_is(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    document = Document(draft, tmp_path, now)
    document.edit(r'<w:sdt><w:sdtPr><w:alias w:val="title_zh"/>.*?</w:sdt>', "").edit("⟦title_zh⟧", "")
    form = document.bring_back(ana, now)
    assert fates(form, draft, now) == {"title_zh": Fate.MISSING}
    with pytest.raises(RuleViolation):
        offline.apply(actor=ana, form=form, submission=draft, chosen=["title_zh"], seen={}, now=now)


def test_the_form_of_another_submission_and_foreign_documents_are_refused(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    other = make.make_submission(draft.cycle, draft.city, by=ana)
    document = Document(other, tmp_path, now)
    document.submission = draft
    with pytest.raises(RuleViolation) as refused:
        document.bring_back(ana, now)
    assert other.ref in str(refused.value)
    document.path.write_bytes(b"PK\x03\x04")
    with pytest.raises(RuleViolation):
        document.bring_back(ana, now)
    assert db.session.query(OfflineForm).count() == 0


def test_strangers_bring_nothing_back_and_after_the_deadline_nobody_does(
    draft: Submission, ana: User, now: datetime, tmp_path: Path
) -> None:
    document = Document(draft, tmp_path, now).type("title_en", "Mine")
    with pytest.raises(NotPermitted):
        document.bring_back(make.make_user(), now)
    form = document.bring_back(ana, now)
    late = draft.cycle.deadline_at
    assert late is not None
    with pytest.raises(TooLate):
        document.bring_back(ana, late)
    with pytest.raises(TooLate):
        offline.apply(
            actor=ana, form=form, submission=draft, chosen=["title_en"], seen=seen(form, draft, now), now=late
        )


def test_only_the_last_documents_are_kept(
    draft: Submission, ana: User, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "MOST_WAITING", 2)
    document = Document(draft, tmp_path, now)
    ids = [document.bring_back(ana, now).id for _ in range(3)]
    assert [row.id for row in db.session.query(OfflineForm).order_by(OfflineForm.id)] == ids[1:]


def test_fields_that_are_fixed_by_now_are_not_in_the_document(draft: Submission, now: datetime) -> None:
    form = copy.deepcopy(draft.cycle.form)
    form["sections"][0]["fields"][1]["frozen_from"] = (now - LATER).isoformat()
    key = form["sections"][0]["fields"][1]["key"]
    draft.cycle.form = form
    db.session.flush()
    db.session.refresh(draft.cycle)
    names = [box.name for box in offline.sheet_of(draft, language="en", now=now).boxes]
    assert not any(name.startswith(key) for name in names) and "population" in names
    assert wordform.write(offline.sheet_of(draft, language="en", now=now)).startswith(b"PK")
