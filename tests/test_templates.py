"""Templates: each compiles, each is used, and none carries what the content security policy would refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, meta, nodes

from awardapp import create_app, errors
from tests.conftest import environment
from tests.support.processes import ROOT

FOLDER = ROOT / "templates"
MAIL_CATCHER = ROOT / "awardapp" / "embedded" / "templates"
# The bundle's own files are filled in by the worker's typesetter, not by Jinja.
NAMES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file())
JINJA = [name for name in NAMES if not name.startswith("bundle/")]
PAGES = [name for name in JINJA if name.endswith((".html", ".xml"))]
PYTHON = "\n".join(
    path.read_text() for folder in ("awardapp", "worker") for path in sorted((ROOT / folder).rglob("*.py"))
)


def text_of(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.fixture(scope="module")
def jinja(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    app: Flask = create_app(environment(tmp_path_factory.mktemp("var")))
    return app.jinja_env


@pytest.mark.parametrize("name", JINJA)
def test_every_template_compiles_and_finds_what_it_is_made_of(jinja: Environment, name: str) -> None:
    jinja.get_template(name)
    for other in meta.find_referenced_templates(jinja.parse(text_of(name))):
        assert other in NAMES, f"{name} asks for {other}"


@pytest.mark.parametrize("name", JINJA)
def test_every_filter_test_and_global_function_exists(jinja: Environment, name: str) -> None:
    tree = jinja.parse(text_of(name))
    assert [node.name for node in tree.find_all(nodes.Filter) if node.name not in jinja.filters] == []
    assert [node.name for node in tree.find_all(nodes.Test) if node.name not in jinja.tests] == []


def referenced(jinja: Environment) -> set[str]:
    """What templates extend, include and import, and what Python code names in full or by its changing part."""
    found = {other for name in JINJA for other in meta.find_referenced_templates(jinja.parse(text_of(name))) if other}
    found |= set(re.findall(r'"([\w/-]+/[\w.-]+\.(?:html|txt|xml|typ))"', PYTHON))
    found |= {f"errors/{code}.html" for code in errors._PAGES}
    kinds = set(re.findall(r'"(\w+)"', PYTHON))
    return found | {f"email/{kind}/{part}.txt" for kind in kinds for part in ("subject", "body")}


def test_every_template_is_shown_by_a_view_or_used_by_another(jinja: Environment) -> None:
    used = referenced(jinja)
    names = {name for name in NAMES if Path(name).name not in PYTHON or "/" not in name}
    assert sorted(names - used - _of_the_bundle()) == []


def _of_the_bundle() -> set[str]:
    return {name for name in NAMES if name.startswith("bundle/") and Path(name).name in PYTHON}


def test_every_template_that_python_names_exists() -> None:
    named = set(re.findall(r'render_template\(\s*"([^"]+)"', PYTHON))
    of_the_mail_catcher = {str(path.relative_to(MAIL_CATCHER)) for path in MAIL_CATCHER.rglob("*") if path.is_file()}
    assert sorted(named - set(NAMES) - of_the_mail_catcher) == []


def test_every_letter_has_a_subject_and_a_body() -> None:
    letters = sorted({name.split("/")[1] for name in NAMES if name.startswith("email/") and name.count("/") == 2})
    assert letters
    wanted = [f"email/{kind}/{part}.txt" for kind in letters for part in ("body", "subject")]
    assert sorted(name for name in NAMES if name.count("/") == 2 and name.startswith("email/")) == wanted


def imports(tree: nodes.Template) -> Iterator[tuple[str, str, str]]:
    """Each macro import as (template, macro, name under which it is used)."""
    for node in tree.find_all(nodes.FromImport):
        for name in node.names:
            macro, own = name if isinstance(name, tuple) else (name, name)
            assert isinstance(node.template, nodes.Const)
            yield node.template.value, macro, own


def assigned(tree: nodes.Template) -> list[str]:
    """Names that a file of macros gives to functions of the application."""
    return [
        node.target.name for node in tree.body if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name)
    ]


@pytest.mark.parametrize("name", JINJA)
def test_no_macro_is_imported_for_nothing(jinja: Environment, name: str) -> None:
    tree = jinja.parse(text_of(name))
    read = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    assert [own for _, _, own in imports(tree) if own not in read] == []


def test_every_macro_is_used_and_every_imported_one_exists(jinja: Environment) -> None:
    trees = {name: jinja.parse(text_of(name)) for name in JINJA}
    defined = {(name, node.name) for name, tree in trees.items() for node in tree.find_all(nodes.Macro)}
    defined |= {(name, made) for name, tree in trees.items() if name.startswith("_macros/") for made in assigned(tree)}
    imported = {(template, macro) for tree in trees.values() for template, macro, _ in imports(tree)}
    at_home = {
        (name, node.name)
        for name, tree in trees.items()
        for node in tree.find_all(nodes.Name)
        if node.ctx == "load" and (name, node.name) in defined
    }
    assert sorted(imported - defined) == []
    assert sorted(defined - imported - at_home) == []


REFUSED = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "a script of its own": r"<script\b(?![^>]*\ssrc=)",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "a javascript: address": r"javascript:",
    "something of another site": r"""(?:src|action|formaction)=["'](?:https?:)?//""",
}


# A letter's style sheet is written into its elements before it is sent; mail programs know no other way.
@pytest.mark.parametrize("name", [name for name in PAGES if name != "email/letter.html"])
def test_no_page_carries_what_the_policy_refuses(name: str) -> None:
    text = text_of(name)
    assert [what for what, expression in REFUSED.items() if re.search(expression, text, re.IGNORECASE)] == []


@pytest.mark.parametrize("name", JINJA)
def test_text_is_declared_safe_only_with_a_reason_beside_it(name: str) -> None:
    lines = text_of(name).splitlines()
    bare = [
        number
        for number, line in enumerate(lines, 1)
        if re.search(r"\|\s*safe\b|autoescape\s+false", line)
        and "{#" not in line + (lines[number - 2] if number > 1 else "")
    ]
    assert bare == []


@pytest.mark.parametrize("name", PAGES)
def test_every_posting_form_carries_the_token(name: str) -> None:
    """Only the request for a public file does without: its page is the same for everybody and may be kept by proxies."""
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text_of(name), re.DOTALL | re.IGNORECASE):
        assert "csrf" in form or "hidden" in form or "casebank.request_bundle" in form, form[:120]
