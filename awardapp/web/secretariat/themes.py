"""The themes in which initiatives are entered: adding, renaming, ordering, taking out."""

from __future__ import annotations

from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.people import Role
from awardapp.services import forms as services
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.form_forms import ThemesForm
from awardapp.web.secretariat.rules import changed, page


@bp.get("/rules/themes")
@requires(Role.SECRETARIAT)
def rule_themes() -> str:
    cycle = access.cycle()
    return page("form/themes.html", ThemesForm.of(cycle), used=services.used_themes(cycle))


@bp.post("/rules/themes")
@requires(Role.SECRETARIAT)
def change_themes() -> Response | tuple[str, int]:
    cycle = access.cycle()
    form = ThemesForm.of(cycle)

    def change() -> None:
        services.change_themes(
            actor=access.actor(),
            cycle=cycle,
            themes=form.values(cycle),
            reason=form.reason.data,
            now=clock.database_now(),
            seen=form.seen.data,
        )

    return changed(form, "form/themes.html", change, used=services.used_themes(cycle))
