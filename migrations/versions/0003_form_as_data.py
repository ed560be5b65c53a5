"""The whole form of a cycle as data: what was a list of narrative sections becomes sections with fields, and the limits of
the summary move from the rules into it. Kept versions of the rules are rewritten the same way, so that they stay readable.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON_OR_JSONB = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
COMMENT = "sections and fields of the submission form, see domain.forms"
COMMENT_BEFORE = "narrative sections, see domain.forms"
LIMITS = {"words": ("summary_word_limit", 200), "characters": ("summary_character_limit", 350)}
SUMMARY = "summary"

cycles = sa.table(
    "cycles", sa.column("id", sa.Integer), sa.column("form", JSON_OR_JSONB), sa.column("rules_json", JSON_OR_JSONB)
)
versions = sa.table("rules_versions", sa.column("id", sa.Integer), sa.column("content", JSON_OR_JSONB))


def upgrade() -> None:
    _comment(COMMENT, before=COMMENT_BEFORE)
    _rewrite(_with_fields)
    op.create_table(
        "form_drafts",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("form", JSON_OR_JSONB, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, comment="counts changes; a page states the one it shows"),
        sa.Column("begun_from", sa.Integer(), nullable=False, comment="version of the rules it was begun from"),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_form_drafts")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_form_drafts_cycle_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["users.id"], name=op.f("fk_form_drafts_changed_by")),
    )


def downgrade() -> None:
    op.drop_table("form_drafts")
    _rewrite(_narrative_only)
    _comment(COMMENT_BEFORE, before=COMMENT)


def _comment(words: str, *, before: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("cycles", "form", comment=words, existing_comment=before)


def _rewrite(change: Any) -> None:
    bind = op.get_bind()
    for row in bind.execute(sa.select(cycles)).all():
        form, rules = change(row.form, row.rules_json)
        bind.execute(cycles.update().where(cycles.c.id == row.id).values(form=form, rules_json=rules))
    for row in bind.execute(sa.select(versions)).all():
        form, rules = change(row.content["form"], row.content["rules"])
        content = {**row.content, "form": form, "rules": rules}
        bind.execute(versions.update().where(versions.c.id == row.id).values(content=content))


def _with_fields(form: Any, rules: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """A list of narrative sections as a whole form, with what every form asked until now; an archive cycle has none."""
    limits = {name: rules.get(rule, default) for name, (rule, default) in LIMITS.items()}
    rules = {name: value for name, value in rules.items() if name not in dict(LIMITS.values())}
    if not form:
        return {"sections": []}, rules
    narrative = [
        _field(
            item["key"],
            "text",
            item["title_en"],
            item["title_zh"],
            **{name: item[name] for name in ("help_en", "help_zh") if item.get(name)},
            **({"is_required": True} if item.get("is_required", True) else {}),
            words=item.get("word_limit", 400),
            characters=item.get("character_limit", 700),
        )
        for item in form
    ]
    story = _section("initiative", "The initiative", "项目情况", narrative)
    return {"sections": [*_asked_until_now(limits), story]}, rules


def _narrative_only(form: Any, rules: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    fields = [field for section in form.get("sections", []) for field in section["fields"]]
    summary: dict[str, Any] = next((field for field in fields if field["key"] == SUMMARY), {})
    limits = {rule: summary.get(name, default) for name, (rule, default) in LIMITS.items()}
    narrative = [
        {
            "key": field["key"],
            "title_en": field["label_en"],
            "title_zh": field["label_zh"],
            "help_en": field.get("help_en", ""),
            "help_zh": field.get("help_zh", ""),
            "word_limit": field.get("words", 0),
            "character_limit": field.get("characters", 0),
            "is_required": field.get("is_required", False),
        }
        for field in fields
        if field["kind"] == "text" and field["key"] != SUMMARY
    ]
    return narrative, {**rules, **limits} if rules else rules


def _field(key: str, kind: str, en: str, zh: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label_en": en, "label_zh": zh, **more}


def _section(key: str, en: str, zh: str, fields: list[dict[str, Any]], **help: str) -> dict[str, Any]:
    return {"key": key, "title_en": en, "title_zh": zh, **help, "fields": fields}


def _asked_until_now(limits: dict[str, int]) -> list[dict[str, Any]]:
    """What the form asked besides its narrative sections before it was data, and which language is authoritative."""
    basic = [
        _field("theme", "theme", "Theme", "主题领域", is_required=True),
        _field("title", "line", "Title of the initiative", "项目名称", is_required=True),
        _field(
            "source_language",
            "choice",
            "Authoritative language",
            "以哪种语言为准",
            help_en="Where the English and the Chinese text differ, this one counts. It can be set for one field as well.",
            help_zh="中英文文本如有出入，以此为准；也可就单个栏目另行设定。",
            choices=[{"key": "en", "en": "English", "zh": "英文"}, {"key": "zh", "en": "Chinese", "zh": "中文"}],
        ),
        _field(
            "innovation_type",
            "choice",
            "Type of innovation",
            "创新类型",
            choices=[
                {"key": "revolutionary", "en": "Revolutionary: never done before", "zh": "突破型：前所未有"},
                {
                    "key": "evolutionary",
                    "en": "Evolutionary: learnt elsewhere and adapted to the place",
                    "zh": "渐进型：借鉴他处并因地制宜",
                },
            ],
        ),
        _field(
            "sdgs",
            "goals",
            "Sustainable Development Goals",
            "可持续发展目标",
            help_en="Tick those to which the initiative contributes most.",
            help_zh="请勾选项目贡献最大的目标。",
        ),
    ]
    city = [
        _field(
            "population", "integer", "Population", "人口规模", is_required=True, unit_en="people", unit_zh="人", low=1
        ),
        _field(
            "population_growth",
            "number",
            "Population growth rate",
            "人口增长率",
            unit_en="% a year",
            unit_zh="%／年",
            low=-100,
            high=1000,
        ),
        _field("area_km2", "number", "Surface area", "面积", unit_en="km²", unit_zh="平方公里", low=0),
        _field(
            "density_per_km2",
            "number",
            "Population density",
            "人口密度",
            unit_en="people per km²",
            unit_zh="人／平方公里",
            low=0,
        ),
        _field(
            "gdp_per_capita_usd", "number", "GDP per capita", "人均国内生产总值", unit_en="US$", unit_zh="美元", low=0
        ),
        _field("gini", "number", "Gini index", "基尼指数", unit_en="0 to 100", unit_zh="0至100", low=0, high=100),
        _field("main_source_of_prosperity", "plain", "Main source of prosperity", "主要经济来源"),
    ]
    contact = [
        _field("contact_name", "plain", "Name of the contact", "联系人姓名", is_required=True),
        _field("contact_position", "plain", "Position", "职务"),
        _field("contact_email", "email", "E-mail address", "电子邮箱", is_required=True),
        _field("contact_phone", "phone", "Telephone", "电话"),
    ]
    summary = _field(
        SUMMARY,
        "text",
        "Summary of the initiative",
        "项目摘要",
        help_en="What it is, for whom, and what has changed: the first thing every reader sees.",
        help_zh="项目内容、受益人群与带来的变化。这是评审人员最先看到的部分。",
        is_required=True,
        **limits,
    )
    return [
        _section("basic", "Basic information", "基本信息", basic),
        _section(
            "city",
            "City data",
            "城市数据",
            city,
            help_en="Figures of the whole city or region that hands in, from the latest year you have. Mind the units.",
            help_zh="请填写申报城市或地区的整体数据，以可获得的最近年份为准，并注意单位。",
        ),
        _section(
            "contact",
            "Contact",
            "联系人",
            contact,
            help_en="Whom the secretariat may ask. Judges do not see this.",
            help_zh="供秘书处联系使用，评审人员不可见。",
        ),
        _section("summary", "Summary", "摘要", [summary]),
    ]
