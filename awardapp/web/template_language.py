"""Translation inside templates: `_("…")`, `ngettext(…)` and `{% trans %}`.

The message itself is ours and may be trusted; what is filled in is escaped, unless it is markup already (a `<time>`).
In plain-text templates (letters) nothing is escaped.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup

from awardapp import i18n


def _filled(context: EvalContext, text: str, params: dict[str, Any]) -> str:
    # {% trans %} doubles per cent signs for the formatting, `_("100 %")` does not; both come out as one sign.
    template = Markup(text) if context.autoescape else text  # noqa: S704 - a message of our own catalogues
    return template % params if params else template.replace("%%", "%")


@lru_cache(maxsize=4096)  # the catalogues have fewer; a variable given as a message must not fill the memory
def _words(msgid: str, language: str, autoescape: bool) -> str:
    """A message without places to fill. A page has some hundred of them, so what was looked up once is kept."""
    text = i18n.translations(language).gettext(msgid).replace("%%", "%")
    return Markup(text) if autoescape else text  # noqa: S704 - a message of our own catalogues


@pass_eval_context
def _gettext(context: EvalContext, msgid: str, **params: Any) -> str:
    if not params:
        return _words(msgid, i18n.language(), bool(context.autoescape))
    return _filled(context, i18n.translations(i18n.language()).gettext(msgid), params)


@pass_eval_context
def _ngettext(context: EvalContext, singular: str, plural: str, n: int, **params: Any) -> str:
    text = i18n.translations(i18n.language()).ngettext(singular, plural, n)
    return _filled(context, text, {"n": n, "num": n, **params})


def install(environment: Environment) -> None:
    """Make the reader's language available to every template and macro of this environment."""
    environment.add_extension("jinja2.ext.i18n")
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    environment.globals.update(gettext=_gettext, ngettext=_ngettext, _=_gettext)

    def globals_of_template(own: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Jinja chains two mappings, which each page and each import of macros then walks key by key; no global is added
        # after the first template is loaded, so one flat mapping says the same.
        return {**environment.globals, **(own or {})}

    environment.make_globals = globals_of_template  # type: ignore[method-assign, assignment]
