"""Who reads which file: the draft, its figures against their bounds, its release, and drafting it again."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.selection.canonical import dumps
from awardapp.domain.selection.errors import SelectionError
from awardapp.extensions import db
from awardapp.i18n import explain, pick
from awardapp.i18n import gettext as _
from awardapp.models import AssignmentChange, AssignmentDraft, Cycle, DraftState, Membership, WorkStatus
from awardapp.queries import drafts as queries
from awardapp.queries import people as people_queries
from awardapp.queries import readings
from awardapp.services import assignment_prices as prices
from awardapp.services import assignment_release as releasing
from awardapp.services import assignments as services
from awardapp.services.assignment_inputs import inputs_of, last_released, unfinished
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import whole_number
from awardapp.web.secretariat.assignment_words import (
    STAGES,
    Block,
    bar_words,
    block_words,
    fit,
    percent,
    signed,
)
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.rule_words import rounds_words
from awardapp.web.secretariat.submissions import country_words

STATE_NAMES: dict[DraftState, str] = {
    DraftState.COMPUTING: N_("being computed"),
    DraftState.DRAFT: N_("draft"),
    DraftState.IMPOSSIBLE: N_("not possible"),
    DraftState.RELEASED: N_("released"),
    DraftState.DISCARDED: N_("thrown away"),
}


@bp.get("/assignment")
@requires(Role.SECRETARIAT)
def assignments() -> str:
    return _page()


def _page(problem: str | None = None) -> str:
    cycle = access.cycle()
    live = services.live_draft(cycle)
    shown = live if live is not None and live.state is not DraftState.IMPOSSIBLE else last_released(cycle)
    changes = services.changes_of(shown) if shown is not None else []
    members = people_queries.members(cycle, Role.COMMITTEE)
    loads_now = readings.loads(cycle)
    drafted, released = (sum(load[n] for load in loads_now.values()) for n in (0, 1))
    waiting = unfinished(cycle) if released else 0
    return render_template(
        "secretariat/assignments.html",
        cycle=cycle,
        live=live,
        shown=shown,
        is_computing=live is not None and live.state is DraftState.COMPUTING,
        has_failed=live is not None and live.status is WorkStatus.DEAD,
        block=_block(cycle, live, members),
        stage=STAGES[live.stage if live is not None and live.stage in STAGES else ""],
        members=members,
        loads=loads_now,
        new_members=[m for m in members if released and not sum(loads_now.get(m.id, (0, 0)))],
        drafted=drafted,
        released=released,
        told=sum(1 for m in members if loads_now.get(m.id, (0, 0))[0]),
        short=readings.short_of_readers(cycle),
        valid=readings.valid_count(cycle),
        silent=[m.user.name for m in members if m.conflicts_declared_at is None],
        waiting=waiting,
        next_round=services.next_round(cycle) if not drafted else None,
        changes=changes,
        history=queries.history(cycle),
        places=queries.names_of(cycle, [*_changed_files(changes), *_weakest(shown)]),
        is_time=cycle.phase is CyclePhase.COMMITTEE,
        problem=problem,
        state_names=STATE_NAMES,
        rounds_words=rounds_words,
        **_files(cycle, shown),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {"fit": fit, "signed": signed, "percent": percent, "bar_words": bar_words, "country_words": country_words}


def _figures(draft: AssignmentDraft | None) -> dict[str, Any]:
    """The figures of a computed draft, {} before that."""
    return draft.figures if draft is not None and "total" in draft.figures else {}


def _weakest(draft: AssignmentDraft | None) -> list[str]:
    """The file with the weakest panel, if that is known."""
    return [_figures(draft)["weakest_of"]] if _figures(draft) else []


def _changed_files(changes: list[AssignmentChange]) -> set[str]:
    """The files that changes by hand concern."""
    return {pair[0] for change in changes for part in ("removed", "added") for pair in change.content[part]}


def _block(cycle: Cycle, draft: AssignmentDraft | None, members: Any) -> Block | None:
    if draft is None or draft.state is not DraftState.IMPOSSIBLE:
        return None
    named = queries.names_of(cycle, draft.figures.get("blocking", {}).get("submissions", []))
    files = {one: pick({"city_en": en, "city_zh": zh}, "city") or ref for one, (ref, en, zh) in named.items()}
    return block_words(draft.figures, files, {m.pseudonym: m.user.name for m in members})


def _files(cycle: Cycle, shown: AssignmentDraft | None) -> dict[str, Any]:
    """The list of files as the address narrows it, with what speaks for each reader and who was barred though better."""
    wanted = queries.FileFilter(
        show=request.args.get("show", ""),
        member=whole_number(request.args.get("member")) or 0,
        text=request.args.get("q", "")[:100],
        sort=request.args.get("sort", ""),
    )
    files, page = queries.files(
        cycle, page=request.args.get("page", 1, type=int), wanted=wanted, readings=cycle.rules.reviews_per_submission
    )
    better: dict[str, list[prices.Fit]] = {}
    if shown is not None and _figures(shown):
        table = prices.fits(inputs_of(shown), [file.pseudonym for file in files])
        better = {
            file.pseudonym: prices.barred_better(
                table[file.pseudonym], [a.membership.pseudonym for a in file.readings]
            )[:3]
            for file in files
            if file.pseudonym in table
        }
    everybody = {m.pseudonym: m.user.name for m in people_queries.members(cycle, Role.COMMITTEE)}
    return {
        "files": files,
        "page": page,
        "wanted": wanted,
        "better": better,
        "names": everybody,
        "member_options": [(str(m.id), m.user.name) for m in people_queries.members(cycle, Role.COMMITTEE)],
        "themes": {theme.key: theme for theme in cycle.themes},
    }


@bp.get("/assignment/state.json")
@requires(Role.SECRETARIAT)
def assignment_state() -> FlaskResponse:
    """How far the computation of the draft is, for the bar that shows it."""
    draft = services.live_draft(access.cycle())
    done, words = STAGES[draft.stage if draft is not None and draft.stage in STAGES else ""]
    is_over = draft is None or draft.state is not DraftState.COMPUTING or draft.status is WorkStatus.DEAD
    home = url_for(".assignments", cycle_slug=access.cycle().slug)
    return jsonify(done=done, total=4, words=_(words), finished=is_over, next=home if is_over else None)


def _refused(error: RuleViolation) -> tuple[str, int]:
    db.session.rollback()
    return _page(explain(error)), 422


def _home() -> Response:
    return redirect(url_for(".assignments", cycle_slug=access.cycle().slug), 303)


@bp.post("/assignment/propose")
@requires(Role.SECRETARIAT)
def propose_assignment() -> Response | tuple[str, int]:
    try:
        draft = services.propose(
            actor=access.actor(),
            cycle=access.cycle(),
            now=clock.database_now(),
            opens_round=bool(request.form.get("opens_round")),
            relieves=bool(request.form.get("relieves")),
        )
    except RuleViolation as error:
        return _refused(error)
    state, new = draft.state, draft.figures.get("new", 0)
    db.session.commit()
    if state is DraftState.IMPOSSIBLE:
        return _page(), 422
    if state is DraftState.DRAFT:
        flash(_("%(n)s readings are drafted. Nobody sees them until you release them.", n=new), "success")
    return _home()


@bp.post("/assignment/discard")
@requires(Role.SECRETARIAT)
def discard_assignment() -> Response | tuple[str, int]:
    try:
        services.discard(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    except RuleViolation as error:
        return _refused(error)
    db.session.commit()
    flash(_("The draft is thrown away. Nobody had seen it."))
    return _home()


@bp.post("/assignment/release")
@requires(Role.SECRETARIAT)
def release_assignment() -> Response | tuple[str, int]:
    """Release the draft; the number of readings is repeated, so that nobody releases another draft than they saw."""
    cycle = access.cycle()
    drafted = sum(load[0] for load in readings.loads(cycle).values())
    if drafted and request.form.get("readings", "").strip() != str(drafted):
        return _page(
            _("Type the number of drafted readings, %(n)s, to release them. Nothing was released.", n=drafted)
        ), 422
    try:
        released = releasing.release(
            actor=access.actor(), cycle=cycle, now=clock.database_now(), seen=request.form.get("digest") or None
        )
    except RuleViolation as error:
        return _refused(error)
    db.session.commit()
    flash(_("%(n)s readings are released; their members are being told.", n=released), "success")
    return _home()


def _draft(draft_id: int) -> AssignmentDraft:
    found = queries.draft(access.cycle(), draft_id)
    if found is None or found.result_sha256 is None:
        abort(404)
    return found


@bp.post("/assignment/drafts/<int:draft_id>/recompute")
@requires(Role.SECRETARIAT)
def recompute_assignment(draft_id: int) -> Response | tuple[str, int]:
    """Compute a stored draft once more from its seed and inputs, and say whether the same comes out."""
    draft = _draft(draft_id)
    sizes = draft.figures.get("new", 0) + draft.figures.get("fixed", 0)
    if sizes > services.AT_ONCE:
        flash(_("This draft is large: download its file and run “awardapp reassign” on it."))
        return _home()
    try:
        found = services.recompute(actor=access.actor(), cycle=access.cycle(), draft=draft, now=clock.database_now())
    except SelectionError as error:
        db.session.rollback()
        return _page(str(error)), 422
    db.session.commit()
    if found == draft.result_sha256:
        flash(
            _("Computed again from the seed and the inputs: the same readings, digest %(digest)s.", digest=found[:16]),
            "success",
        )
    else:
        flash(_("Computed again, something else came out: digest %(digest)s.", digest=found[:16]), "error")
    return _home()


@bp.get("/assignment/drafts/<int:draft_id>.json")
@requires(Role.SECRETARIAT)
def assignment_file(draft_id: int) -> FlaskResponse:
    """Everything a draft is computed from, its changes, its digest and the prices that prove its total, as one file."""
    draft = _draft(draft_id)
    proof = {key: draft.figures[key] for key in ("best_total", "prices", "weakest_bound")}
    steps = [one.to_json() for one in services.steps(access.cycle(), last=draft)]
    answer = FlaskResponse(dumps({"steps": steps, "proof": proof}), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="assignment-{access.cycle().slug}-{draft.id}.json"'
    return answer


@bp.post("/assignment/loads")
@requires(Role.SECRETARIAT)
def set_loads() -> Response | tuple[str, int]:
    """A member's own bounds on the number of readings; empty: those of the rules."""
    cycle = access.cycle()
    member = db.session.get(Membership, whole_number(request.form.get("member")) or 0)
    if member is None or member.cycle_id != cycle.id or member.role is not Role.COMMITTEE:
        abort(404)
    try:
        services.bound_load(
            actor=access.actor(),
            cycle=cycle,
            member=member,
            least=request.form.get("least", "").strip(),
            most=request.form.get("most", "").strip(),
            now=clock.database_now(),
        )
    except RuleViolation as error:
        return _refused(error)
    db.session.commit()
    flash(_("Kept. It counts from the next draft on."), "success")
    return _home()
