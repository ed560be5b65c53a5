"""A cycle's form while it is being changed; the form in force is the cycle's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.forms import Form
from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.types import Json, UTCDateTime


class FormDraft(Base):
    """Changes of a form that are not in force yet: one draft of a cycle at a time, shared by its secretariat."""

    __tablename__ = "form_drafts"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), primary_key=True)
    form: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=1, comment="counts changes; a page states the one it shows")
    begun_from: Mapped[int] = mapped_column(comment="version of the rules it was begun from")
    changed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    editor: Mapped[User] = relationship()

    @property
    def form_data(self) -> Form:
        return Form.from_json(self.form)
