"""Building case-study bundles: claim the row, build beside, verify, store, note."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from flask import current_app

from awardapp import clock, rulebook, storage
from awardapp.domain.announcements import OUTCOME_NAMES, Outcome
from awardapp.domain.casebank import CaseStudyStatus
from awardapp.domain.errors import N_
from awardapp.domain.provenance import TextState, note_on
from awardapp.extensions import db
from awardapp.i18n import gettext, speaking
from awardapp.models import Bundle, CaseStudy
from awardapp.places import UnknownPlace, country_name
from awardapp.queue import TaskName, send
from awardapp.services import casebank, work
from worker import bundles
from worker.bags import BundleError
from worker.case_content import Attachment, CaseStudyContent, Citation, CityDatum, Enclosure, Picture, Section
from worker.stored import Stored

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Enclosure)

_CITATIONS = {
    "committee": N_("Why the technical committee chose this initiative"),
    "jury": N_("Citation of the jury"),
    "special": N_("Why this special award was given"),
}


@shared_task(name=TaskName.BUILD_BUNDLE.value)
def build_bundle(bundle_id: int) -> str:
    """Build one bundle, once; "skipped" when somebody has it, it is done, or its case is no longer public."""
    row = work.claim(Bundle, bundle_id, now=clock.now())
    if row is None:
        db.session.rollback()
        return "skipped"
    case = casebank.with_everything(row.case_study_id)
    if case is None or case.status is not CaseStudyStatus.PUBLISHED:
        work.give_up(row, error="the case study is not public", now=clock.now())
        db.session.commit()
        return "void"
    content = content_of(case)
    db.session.commit()  # nothing is held while the bundle is built
    try:
        with tempfile.TemporaryDirectory(prefix="award-bundle-") as folder:
            target = Path(folder) / "bundle.zip"
            built = bundles.build(content, target, scratch_dir=Path(folder))
            key = f"bundles/{case.ref}/{built.sha256}.zip"
            storage.put(key, target)
    except BundleError as error:
        log.exception("bundle cannot be built: bundle=%s", bundle_id)
        work.give_up(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "failed"
    except (OSError, SoftTimeLimitExceeded) as error:
        log.warning("bundle delayed: bundle=%s error=%s", bundle_id, error)
        work.try_later(row, error=f"{type(error).__name__}: {error}", now=clock.now())
        db.session.commit()
        return "later"
    row.storage_key = key
    row.sha256 = built.sha256
    row.size = built.size
    work.finish(row, now=clock.now())
    db.session.commit()
    log.info("bundle built: bundle=%s bytes=%s attempt=%s", bundle_id, built.size, row.attempts)
    return "built"


@shared_task(name=TaskName.SWEEP_BUNDLES.value)
def sweep() -> int:
    """Nudge the workers about every bundle that is due. Returns how many."""
    work.bury_exhausted(Bundle, now=clock.now())
    db.session.commit()
    ids = work.due(Bundle, now=clock.now(), limit=200)
    db.session.commit()
    for bundle_id in ids:
        send(TaskName.BUILD_BUNDLE, bundle_id)
    return len(ids)


def content_of(case: CaseStudy) -> CaseStudyContent:
    """Everything public about a case, as the bundle builder wants it: both languages, None where not known."""
    book = rulebook.load_rules()
    try:
        country_en, country_zh = country_name(case.country, "en"), country_name(case.country, "zh")
    except UnknownPlace:
        country_en = country_zh = case.country
    return CaseStudyContent(
        stable_id=case.ref,
        award_name_en="Guangzhou International Award for Urban Innovation",
        award_name_zh="广州国际城市创新奖",
        cycle_name_en=case.cycle.name_en,
        cycle_name_zh=case.cycle.name_zh,
        outcomes=tuple(_outcomes(case)),
        city_en=case.city.name_en,
        city_zh=case.city.name_zh,
        country_en=country_en,
        country_zh=country_zh,
        title_en=case.title_en,
        title_zh=case.title_zh,
        summary_en=_summary(case, "en"),
        summary_zh=_summary(case, "zh"),
        city_data=tuple(
            CityDatum(
                _labelled(field.label_en, field.unit_en),
                _labelled(field.label_zh, field.unit_zh),
                _shown(case.city_data.get(field.key)),
                None,
            )
            for field in book.city_data
        ),
        theme_en=case.theme_en,
        theme_zh=case.theme_zh,
        sdgs=tuple(case.sdgs),
        sections=tuple(
            Section(s["heading_en"], s["heading_zh"], _noted(s, "en"), _noted(s, "zh")) for s in case.sections
        ),
        citations=tuple(
            Citation(_both(_CITATIONS[c["by"]])[0], _both(_CITATIONS[c["by"]])[1], c.get("en"), c.get("zh"))
            for c in case.citations
        ),
        pictures=tuple(_enclosure(Picture, f) for f in case.files if f["media_type"].startswith("image/")),
        attachments=tuple(_enclosure(Attachment, f) for f in case.files if not f["media_type"].startswith("image/")),
        sources=tuple(case.sources),
        published_on=case.published_at.date() if case.published_at else None,
        url=f"{current_app.config['BASE_URL']}/cases/{case.ref}",
    )


def _summary(case: CaseStudy, language: str) -> str | None:
    """The summary with a word on where it comes from, as of any other text."""
    known = case.title_notes.get("summary", {}).get(language, {})
    origin = known.get("origin")
    note = note_on(TextState(origin), is_out_of_date=bool(known.get("outdated"))) if origin else ""
    return _noted({language: getattr(case, f"summary_{language}"), "notes": {language: note}}, language)


def _noted(section: dict[str, Any], language: str) -> str | None:
    """A text, and below it where it comes from, if a reader should know: a machine's translation, say."""
    text, note = section.get(language), (section.get("notes") or {}).get(language)
    if not text or not note:
        return text
    with speaking(language):
        return f"{text}\n\n{gettext(N_('This text: %(note)s.'), note=gettext(note))}"


def _both(msgid: str) -> tuple[str, str]:
    with speaking("zh"):
        return msgid, gettext(msgid)


def _outcomes(case: CaseStudy) -> Iterator[tuple[str, str]]:
    for award in case.awards:
        year = f" {award.year}" if award.year else ""
        yield f"{award.name_en}{year}", f"{award.name_zh}{year}"
    if not case.awards and case.is_shortlisted:
        yield _both(OUTCOME_NAMES[Outcome.SHORTLISTED])
    elif not case.awards and case.citations:
        yield _both(OUTCOME_NAMES[Outcome.DESERVING])


def _labelled(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def _shown(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _enclosure(kind: type[E], file: dict[str, object]) -> E:
    key = storage.blob_key(str(file["sha256"]))
    return kind(
        open=lambda: Stored(key),
        filename=str(file["filename"]),
        media_type=str(file["media_type"]),
        sha256=str(file["sha256"]),
        size=int(str(file["size"])),
        caption_en=str(file["caption_en"]) or None,
        caption_zh=str(file["caption_zh"]) or None,
    )
