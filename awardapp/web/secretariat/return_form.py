"""What the secretariat fills in to send a file back to its city. Beside returning.py, so that both grow together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import BooleanField

from awardapp.domain.forms import Form
from awardapp.domain.returning import FILES, LONGEST_NOTE, PARTNERS
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Cycle
from awardapp.web.forms import LongText, MaxLength, Required, ZonedDateTime
from awardapp.web.secretariat.forms import DecisionForm

_TO_CHANGE = timedelta(days=14)  # offered; the date is always the secretariat's own
_NOTE, _OPEN = "note-", "open-"


class ReturnForm(DecisionForm):
    """What the city should change, at which fields, whether anything else, and until when."""

    note = LongText(validators=[MaxLength(LONGEST_NOTE)])
    is_limited = BooleanField()
    return_by = ZonedDateTime(validators=[Required()])
    keys: tuple[str, ...] = ()

    @classmethod
    def of(cls, cycle: Cycle, asked: Form, **kwargs: Any) -> ReturnForm:
        """With a note and a tick for every field the file's form asks, and for the files."""
        fields = [(field.key, pick(field, "label")) for field in asked.fields]
        fields += [(PARTNERS, _("Partner cities")), (FILES, _("Files"))]
        parts: dict[str, Any] = {"keys": tuple(key for key, _label in fields)}
        for key, label in fields:
            parts[f"{_NOTE}{key}"] = LongText(label, validators=[MaxLength(LONGEST_NOTE)])
            parts[f"{_OPEN}{key}"] = BooleanField(_("Open without a note"))
        form: ReturnForm = type("ReturnFormOfCycle", (cls,), parts)(prefix="return", **kwargs)
        form.return_by.time_zone = cycle.time_zone
        form.note.label.text = _("What should be changed")
        form.is_limited.label.text = _("Only the fields with a note, and those ticked, can be changed")
        form.return_by.label.text = _("Changes until")
        return form

    @classmethod
    def empty(cls, cycle: Cycle, asked: Form, *, version: int, now: datetime) -> ReturnForm:
        """The form as it is first shown, with a date a fortnight away."""
        day = (now + _TO_CHANGE).astimezone(ZoneInfo(cycle.time_zone))
        last = day.replace(hour=23, minute=59, second=59, microsecond=0)
        return cls.of(cycle, asked, formdata=None, version=version, return_by=last)

    def at_fields(self) -> list[tuple[str, Any, Any]]:
        """(key, field of the note, tick) in the order of the form."""
        return [(key, self[f"{_NOTE}{key}"], self[f"{_OPEN}{key}"]) for key in self.keys]

    @property
    def has_notes(self) -> bool:
        return any((note.data or "").strip() or tick.data or note.errors for _key, note, tick in self.at_fields())

    def notes(self) -> dict[str, str]:
        """The notes by field; an empty one for a field that is only opened."""
        return {
            key: (note.data or "").strip()
            for key, note, tick in self.at_fields()
            if (note.data or "").strip() or (tick.data and self.is_limited.data)
        }

    @property
    def until(self) -> datetime:
        """The first instant that is too late; people type the last second, as everywhere."""
        last: datetime = self.return_by.data
        return last + timedelta(seconds=1)

    def letter_values(self) -> dict[str, Any]:
        """What the letter would be filled with."""
        return {
            "note": self.note.data.strip(),
            "field_notes": self.notes(),
            "is_limited": self.is_limited.data,
            "return_by": self.until.isoformat(),
        }
