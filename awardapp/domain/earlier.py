"""An entry begun from an earlier one of the same city also says what is new since then; judges read it first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from awardapp.domain.forms import FieldKind, Form, FormField, FormSection

WHATS_NEW = "whats_new"

SECTION = "since_then"

_QUESTION = FormSection(
    key=SECTION,
    title_en="Since the earlier entry",
    title_zh="自上次申报以来",
    fields=(
        FormField(
            key=WHATS_NEW,
            kind=FieldKind.TEXT,
            label_en="What is new since then",
            label_zh="上次申报后的新进展",
            help_en="What the initiative has done, changed or achieved since the city's earlier entry. Judges read this "
            "beside the file.",
            help_zh="自本市上次申报以来，该项目新开展、新调整或新取得的内容。评审时与申报材料一并阅读。",
            is_required=True,
            words=300,
            characters=500,
        ),
    ),
)


def asking_whats_new(form: Form) -> Form:
    """The cycle's form with the question after the basics; unchanged when the cycle asks it of everybody."""
    if form.field(WHATS_NEW) is not None:
        return form
    return Form((*form.sections[:1], _QUESTION, *form.sections[1:]))


def form_in(content: Mapping[str, Any], form: Form) -> Form:
    """The form by which the content of a version is read: with the question where the version follows an earlier entry."""
    return asking_whats_new(form) if content.get("based_on") else form
