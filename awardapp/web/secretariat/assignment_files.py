"""One file of a draft: every member beside it, and changing its readers by hand with the price in sight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection.reassigning import Change
from awardapp.extensions import db
from awardapp.i18n import explain, pick
from awardapp.i18n import gettext as _
from awardapp.models import DraftState, Submission
from awardapp.queries import drafts as queries
from awardapp.queries import people as people_queries
from awardapp.services import assignment_changes as changing
from awardapp.services import assignment_prices as prices
from awardapp.services import assignments as services
from awardapp.services.assignment_prices import Fit, Price, Standing
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat.assignment_words import CONCERNS, bar_words, fit, signed
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.submissions import country_words


@dataclass(frozen=True, slots=True)
class Beside:
    """A member beside the file: fit, load, and what it would cost to let them read it, alone or in exchange."""

    fit: Fit
    name: str
    load: int
    most: int | None
    is_reader: bool
    is_fixed: bool
    price: Price | None
    exchange: Price | None
    other: str  # the file given in exchange, by pseudonym


@bp.get("/assignment/files/<ref>")
@requires(Role.SECRETARIAT)
def assignment_readers(ref: str) -> str | Response:
    return _page(ref)


def _page(ref: str, problem: str | None = None) -> str | Response:
    cycle = access.cycle()
    file = queries.submission(cycle, ref)
    if file is None:
        abort(404)
    draft = services.live_draft(cycle)
    if draft is None or draft.state is not DraftState.DRAFT:
        flash(_("Readers are changed in a draft; there is none now."))
        return redirect(url_for(".assignments", cycle_slug=cycle.slug), 303)
    now = prices.standing(draft)
    if file.pseudonym not in now.sums:
        abort(404)
    names = {m.pseudonym: m.user.name for m in people_queries.members(cycle, Role.COMMITTEE)}
    readers = [one for one in now.readers(file.pseudonym) if (file.pseudonym, one) not in now.fixed]
    out = request.args.get("out", "")
    out = out if out in readers else ""
    beside = _beside(now, file, out, names)
    others = queries.names_of(cycle, [one.other for one in beside if one.other])
    removal = prices.of_one_file(file.pseudonym, out, None) if out else None
    return render_template(
        "secretariat/assignment_readers.html",
        cycle=cycle,
        file=file,
        draft=draft,
        now=now,
        out=out,
        readers=readers,
        names=names,
        beside=beside,
        others={key: pick({"city_en": en, "city_zh": zh}, "city") for key, (_ref, en, zh) in others.items()},
        removal=prices.price(now, removal, {}) if removal else None,
        themes={theme.key: theme for theme in cycle.themes},
        problem=problem,
        concerns=CONCERNS,
        fit=fit,
        signed=signed,
        bar_words=bar_words,
        country_words=country_words,
        typed=request.form,
    )


def _beside(now: Standing, file: Submission, out: str, names: Mapping[str, str]) -> list[Beside]:
    """Every member, readers first, then who may by the cost to the total, then the barred."""
    here = file.pseudonym
    small = len(now.inputs.submissions) * len(now.inputs.members) <= services.AT_ONCE
    wanted = [one.id for one in now.inputs.submissions] if out and small else [here]
    table = prices.fits(now.inputs, wanted)
    swaps = prices.exchanges(now, here, out, table) if out and small else {}
    fits = {(one, member): fit.affinity for one, own in table.items() for member, fit in own.items()}
    bounds = now.draft.figures.get("bounds", {})
    found = []
    for member, own in table[here].items():
        is_reader = (here, member) in now.pairs
        is_free = not own.barred and not is_reader and member in names
        swap = swaps.get(member) if is_free else None
        found.append(
            Beside(
                own,
                names.get(member, member),
                now.loads.get(member, 0),
                bounds.get(member, (0, None))[1],
                is_reader,
                (here, member) in now.fixed,
                prices.price(now, prices.of_one_file(here, out or None, member), fits) if is_free else None,
                prices.price(now, swap, fits) if swap else None,
                next((one for one, _ in swap.removed if one != here), "") if swap else "",
            )
        )
    return sorted(
        found, key=lambda one: (not one.is_reader, one.price is None, -one.price.total if one.price else 0, one.name)
    )


@bp.post("/assignment/files/<ref>/change")
@requires(Role.SECRETARIAT)
def change_readers(ref: str) -> str | Response | tuple[str | Response, int]:
    """Take out, put in, replace or exchange one reader. `into`: "<member>", "<member>:<other file>" or empty."""
    cycle = access.cycle()
    file = queries.submission(cycle, ref)
    if file is None:
        abort(404)
    out = request.form.get("out", "")
    into, _colon, other = request.form.get("into", "").partition(":")
    change = prices.of_one_file(file.pseudonym, out or None, into or None)
    if other and out and into:
        change = Change(
            ((file.pseudonym, out), (other, into)),
            ((file.pseudonym, into), (other, out)),
        )
    try:
        changing.change(
            actor=access.actor(),
            cycle=cycle,
            change=change,
            reason=request.form.get("reason", "")[:2000],
            now=clock.database_now(),
            seen=request.form.get("digest") or None,
        )
    except RuleViolation as error:
        db.session.rollback()
        return _page(ref, explain(error)), 422
    db.session.commit()
    flash(_("Changed. The change, its price and your reason are kept with the draft."), "success")
    return redirect(url_for(".assignment_readers", cycle_slug=cycle.slug, ref=ref), 303)
