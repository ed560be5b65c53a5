"""The rules in words: what each is called, how a value reads, and what differs between two versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from awardapp.domain.errors import N_
from awardapp.domain.files import kind_names
from awardapp.domain.forms import Form
from awardapp.i18n import LANGUAGE_NAMES, format_number, language
from awardapp.i18n import gettext as _
from awardapp.web.award_words import changes as award_changes
from awardapp.web.balance_words import rule_words, tie_words
from awardapp.web.filters import date_time, day
from awardapp.web.secretariat.differences import Difference
from awardapp.web.secretariat.form_words import form_differences, theme_differences
from awardapp.web.secretariat.letter_words import letter_name

NAMES: dict[str, str] = {
    "shortlist_size": N_("Shortlisted cities"),
    "deserving_max": N_("Deserving cities, at most"),
    "winners_max": N_("Winners, at most"),
    "reviews_per_submission": N_("Readings per submission"),
    "further_rounds": N_("Later rounds of reading"),
    "panel_languages": N_("Readers who know a language of the file"),
    "one_per_region": N_("At most one member of a region reads a file"),
    "level_loads": N_("All members read as many files, give or take one"),
    "load_least": N_("Files per member, at least"),
    "load_most": N_("Files per member, at most"),
    "theme_weight": N_("Weight of the theme when readers are sought"),
    "language_weight": N_("Weight of the language when readers are sought"),
    "open_zero_affinity": N_("Members may be given files that nothing speaks for"),
    "tail_price": N_("Fit that may be given up for the weaker panels"),
    "tail_beta": N_("How near to its best a weak panel is brought"),
    "scale_min": N_("Lowest mark"),
    "scale_max": N_("Highest mark"),
    "scale_step": N_("Step between marks"),
    "calibration": N_("Correction of the scores"),
    "quorum_finished": N_("Quorum for the lock: members who finished all their readings"),
    "quorum_present": N_("Quorum for the lock: members present at the plenary"),
    "tie_order": N_("Ties of the same score are decided by"),
    "group_rules": N_("Rules on groups of the shortlist"),
    "jury_method": N_("How the jury's ballots are counted"),
    "jury_equal_places": N_("Ranking: several cities may have the same place"),
    "jury_strength": N_("Ranking: what makes one comparison stronger than another"),
    "pair_quorum": N_("Jurors who must have compared two cities"),
    "jury_approvals_most": N_("Approval: crosses on a ballot, at most"),
    "jury_scale_min": N_("Scores: lowest mark of a juror"),
    "jury_scale_max": N_("Scores: highest mark of a juror"),
    "jury_scale_step": N_("Scores: step between marks of a juror"),
    "jury_trim": N_("Scores: highest and lowest marks of a city left out, of each"),
    "jury_points": N_("Points: given out by each juror"),
    "jury_points_most": N_("Points: for one city, at most"),
    "bar_own_country": N_("Nobody judges their own country or region"),
    "languages": N_("Languages of the submissions"),
    "both_languages_required": N_("Every text is needed in all languages"),
    "file_kinds": N_("Kinds of file accepted"),
    "max_files": N_("Files per submission"),
    "max_file_bytes": N_("Size of one file"),
    "max_total_bytes": N_("Size of all files together"),
    "publish_score_table": N_("The anonymised score table is published"),
    "certificates_deserving": N_("Deserving initiatives receive a certificate"),
    "certificates_public": N_("Whoever has the code of a certificate may download it"),
    "feedback_means": N_("A city reads its own mean score beside strengths and advice"),
    "hide_names_from_committee": N_("The committee does not see the cities' names"),
    "others_after_own": N_("Members see each other's assessments of a file once they have handed in their own"),
    "prize_usd": N_("Prize"),
    "vote_ballots_per_person_per_day": N_("Public vote: ballots per person and day"),
    "vote_choices": N_("Public vote: cities on a ballot"),
    "letters_at_once": N_("Letters that go without approval"),
}

DATE_NAMES: dict[str, str] = {
    "opens_at": N_("The call opens"),
    "early_at": N_("Early date, with advice"),
    "deadline_at": N_("Deadline, last second of the call"),
    "committee_from": N_("Committee meets from"),
    "committee_to": N_("Committee meets until"),
    "ceremony_on": N_("Ceremony"),
}

CALIBRATION_NAMES: dict[str, str] = {
    "robust": N_("severity and spread of each member, outliers weigh less"),
    "offsets": N_("severity of each member"),
    "mean": N_("none, plain mean"),
}

JURY_METHOD_NAMES: dict[str, str] = {
    "schulze": N_("ranking, pairwise (Schulze)"),
    "borda": N_("ranking, points (Borda)"),
    "approval": N_("approval"),
    "score": N_("scores"),
    "points": N_("points given out"),
}

STRENGTH_NAMES: dict[str, str] = {
    "winning votes": N_("the jurors for the city that won it"),
    "margins": N_("the jurors for it less those against it"),
}

PANEL_LANGUAGE_NAMES: dict[str, str] = {
    "any": N_("no matter"),
    "one": N_("at least one"),
    "all": N_("all of them"),
}

_TEXTS = {
    "name": N_("name"),
    "description": N_("description"),
    "weight": N_("weight"),
    "levels": N_("described levels"),
}


def value_words(name: str, value: Any) -> Any:
    """A rule's value as the reader's text."""
    choices = {"calibration": CALIBRATION_NAMES, "jury_method": JURY_METHOD_NAMES, "jury_strength": STRENGTH_NAMES}
    if value is None:
        return _("not set")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in choices:
        return _(choices[name].get(value, str(value)))
    if name == "languages":
        return ("、" if language() == "zh" else ", ").join(LANGUAGE_NAMES.get(code, code) for code in value)
    if name == "letters_at_once":
        return ("、" if language() == "zh" else ", ").join(letter_name(kind) for kind in value) or _("none")
    if name == "file_kinds":
        return kind_names(tuple(value))
    if name == "panel_languages":
        return _(PANEL_LANGUAGE_NAMES.get(value, str(value)))
    if name == "further_rounds":
        return rounds_words(value)
    if name == "tie_order":
        return tie_words(value)
    if name == "group_rules":
        return _("; ").join(rule_words(one) for one in value) or _("none")
    if name in ("load_least", "load_most") and not value:
        return _("near the mean")
    if name == "jury_approvals_most" and not value:
        return _("any number")
    if name in ("tail_price", "tail_beta", "quorum_finished", "quorum_present"):
        return f"{format_number(value)} %"
    if name in ("max_file_bytes", "max_total_bytes"):
        return f"{format_number(value / 1_000_000)} MB"
    if name == "prize_usd":
        return f"US$ {format_number(value)}"
    return format_number(value) if isinstance(value, int | float) else str(value)


def rounds_words(rounds: Any) -> str:
    """Later rounds of reading as a sentence's part; they are objects in the rules and dicts in stored versions."""
    pairs = [(one["more"], one["on"]) if isinstance(one, dict) else (one.more, one.on) for one in rounds]
    found = [_("%(more)s more for the %(on)s likeliest", more=more, on=format_number(on)) for more, on in pairs]
    return _("; then ").join(found) or _("none")


def date_words(name: str, value: datetime | date | str | None, zone: str) -> Any:
    """A date of the cycle as the reader's text; a deadline as its last second."""
    if value is None:
        return _("not set")
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if not isinstance(value, datetime):
        return day(value)
    return date_time(value - timedelta(seconds=1) if name == "deadline_at" else value, zone, seconds=True)


def _changed(
    before: dict[str, Any], after: dict[str, Any], show: Callable[[str, Any], Any], names: dict[str, str]
) -> Iterator[Difference]:
    for name, words in names.items():
        if before.get(name) != after.get(name):
            yield Difference(_(words), show(name, before.get(name)), show(name, after.get(name)))


def differences(before: dict[str, Any], after: dict[str, Any], *, zone: str) -> list[Difference]:
    """What differs between two stored versions of a cycle's rules (see services.rule_versions.content), in words."""
    found = list(_changed(before["rules"], after["rules"], value_words, NAMES))
    found += _changed(before["dates"], after["dates"], lambda name, value: date_words(name, value, zone), DATE_NAMES)
    earlier = {c["key"]: c for c in before["criteria"]}
    own = language()
    for criterion in after["criteria"]:
        old = earlier.get(criterion["key"], {})
        title = criterion[f"name_{own}"] or criterion["name_en"]
        if old.get("weight") != criterion["weight"]:
            found.append(
                Difference(
                    _("%(criterion)s: weight", criterion=title),
                    value_words("", old.get("weight")),
                    value_words("", criterion["weight"]),
                )
            )
        for part in ("name", "description"):
            for code in ("en", "zh"):
                key = f"{part}_{code}"
                if old.get(key) != criterion[key]:
                    found.append(
                        Difference(
                            f"{title}: {_(_TEXTS[part])} ({LANGUAGE_NAMES[code]})",
                            old.get(key) or "–",
                            criterion[key] or "–",
                        )
                    )
        if old.get("levels") != criterion["levels"]:
            found.append(
                Difference(
                    f"{title}: {_(_TEXTS['levels'])}",
                    _level_words(old.get("levels")),
                    _level_words(criterion["levels"]),
                )
            )
    found += [Difference(*one) for one in award_changes(before.get("special_awards"), after.get("special_awards"))]
    found += theme_differences(before.get("themes", []), after.get("themes", []))
    return found + form_differences(
        Form.from_json(before.get("form", {})), Form.from_json(after.get("form", {})), zone=zone
    )


def _level_words(levels: list[dict[str, Any]] | None) -> str:
    own = language()
    return " · ".join(f"{level['mark']:g} {level.get(own) or level.get('en', '')}" for level in levels or []) or "–"
