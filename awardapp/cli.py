"""Commands: `awardapp <command>`. Each is a thin call of a service; see `awardapp --help`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import click
from flask import Flask

from awardapp import clock, create_app, migrations, seeding
from awardapp.config import ConfigError
from awardapp.domain.errors import RuleViolation
from awardapp.domain.report import EDITIONS
from awardapp.domain.selection import record as selection_record
from awardapp.domain.selection.canonical import loads
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.reassigning import AssignmentStep, pairs_digest
from awardapp.domain.selection.reassigning import reassign as recompute_assignment
from awardapp.domain.selection.record_text import Part
from awardapp.extensions import db
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import people as people_queries
from awardapp.rehearsal import demonstration, run
from awardapp.services import cycles, factor_resets, freezes, integrity, people, report_files


@click.group()
def main() -> None:
    """Runs the award: set-up, rehearsal, verification, repair."""


def _app() -> Flask:
    try:
        return create_app()
    except ConfigError as error:
        click.echo(f"awardapp: {error}", err=True)
        sys.exit(2)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Recompute a selection from its RECORD alone; exit 0 when all of it follows, 1 naming the first difference."""
    data = file.read_bytes()
    differences = selection_record.verify(data)
    if differences:
        click.echo(f"NOT verified: {differences[0]}")
        sys.exit(1)
    click.echo(f"verified: sha256 {selection_record.digest(data)}")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def reassign(file: Path) -> None:
    """Recompute an assignment from its FILE alone, all rounds and changes by hand; exit 1 naming what does not follow."""
    try:
        part = Part(loads(file.read_bytes()), "")
        pairs = recompute_assignment([AssignmentStep.from_json(one.value, one.path) for one in part["steps"].list()])
    except SelectionError as problem:
        click.echo(f"NOT the same: {problem}")
        sys.exit(1)
    click.echo(f"the same: {len(pairs)} readings, sha256 {pairs_digest(pairs)}")


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    app = _app()
    with app.app_context():
        migrations.upgrade()


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the demonstration accounts as JSON.")
def seed(as_json: bool) -> None:
    """Load the archive of six cycles; in development also the demonstration cycles, on the first start."""
    app = _app()
    conf = app.config["AWARD"]
    with app.app_context():
        seeding.load_archive(now=clock.now())
        db.session.commit()
        if not conf.is_production:
            demonstration.seed(conf.var_dir, now=clock.now(), progress=lambda _what, _done, _total: None)
            db.session.commit()
    if as_json:
        click.echo(json.dumps(demonstration.accounts(conf.var_dir), ensure_ascii=False))


@main.command("create-secretary")
@click.argument("email")
@click.argument("name")
@click.option("--cycle", "slug", required=True, help="Address of a new cycle, e.g. 7.")
@click.option("--name-en", required=True)
@click.option("--name-zh", required=True)
@click.option("--year", type=int, required=True)
def create_secretary(email: str, name: str, slug: str, name_en: str, name_zh: str, year: int) -> None:
    """Make the first cycle and its secretary, who gets a letter with a link to choose a password."""
    with _app().app_context():
        now = clock.now()
        try:
            cycle = cycles.create(actor=None, slug=slug, name_en=name_en, name_zh=name_zh, year=year, now=now)
            people.welcome_secretary(cycle=cycle, email=email, name=name, now=now)
        except RuleViolation as error:
            click.echo(f"awardapp: {error}", err=True)
            sys.exit(1)
        db.session.commit()
    click.echo(f"The cycle {slug} is in preparation; {email} gets a letter.")


@main.command()
@click.argument("slug", metavar="CYCLE")
@click.option(
    "--edition", type=click.Choice(EDITIONS), default="both", show_default=True, help="Languages of the report."
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where the files go (default: here).",
)
def report(slug: str, edition: str, folder: Path) -> None:
    """Write the committee's report of a CYCLE as PDF and DOCX, as it stands now; the look at it is recorded."""
    with _app().app_context():
        cycle = cycle_queries.by_slug(slug)
        if cycle is None:
            click.echo(f"awardapp: there is no cycle {slug}", err=True)
            sys.exit(1)
        try:
            written = report_files.write(cycle, edition=edition, folder=folder, now=clock.now())
        except RuleViolation as error:
            click.echo(f"awardapp: {error}", err=True)
            sys.exit(1)
        db.session.commit()
    for path, sha256 in written:
        click.echo(f"{sha256}  {path}")


@main.command()
@click.argument("reason")
@click.option("--zh", "reason_zh", default="", help="The reason in Chinese.")
def freeze(reason: str, reason_zh: str) -> None:
    """Stop everything that changes or leaves, with a REASON that every page shows; on the record as the operator's."""
    with _app().app_context():
        try:
            freezes.freeze(actor=None, reason_en=reason, reason_zh=reason_zh, now=clock.database_now())
        except RuleViolation as error:
            click.echo(f"awardapp: {error}", err=True)
            sys.exit(1)
        db.session.commit()
        freezes.wait_for_publications()
    click.echo("Everything is frozen; `awardapp unfreeze REASON`, or two secretaries, lift it.")


@main.command()
@click.argument("reason")
def unfreeze(reason: str) -> None:
    """Lift the freeze, with a REASON for the record; in the site two secretaries do."""
    with _app().app_context():
        try:
            row = freezes.lift(actor=None, reason=reason, now=clock.database_now())
        except RuleViolation as error:
            click.echo(f"awardapp: {error}", err=True)
            sys.exit(1)
        db.session.commit()
        passed = [cycle.slug for cycle in freezes.waiting_for_extension(now=row.lifted_at or clock.now())]
    click.echo("The freeze is lifted.")
    if passed:
        click.echo(f"Deadlines passed meanwhile, to be extended within a day or closed: {', '.join(passed)}")


@main.command("reset-second-factor")
@click.argument("email")
@click.argument("reason")
def reset_second_factor(email: str, reason: str) -> None:
    """Take the second factor off the account of EMAIL, where there are no two secretaries to do it; with a REASON."""
    with _app().app_context():
        user = people_queries.by_email(email)
        try:
            if user is None:
                raise RuleViolation("there is no account with this address")
            factor_resets.by_operator(user, reason=reason, now=clock.database_now())
        except RuleViolation as error:
            click.echo(f"awardapp: {error}", err=True)
            sys.exit(1)
        db.session.commit()
    click.echo(f"{email} signs in with the password and sets up a second factor anew; a letter says so.")


@main.command()
def check() -> None:
    """Check the audit chain, every file's bytes, every version and every record; exit 1 naming what does not hold."""
    with _app().app_context():
        found = 0
        for fault in integrity.faults():
            found += 1
            click.echo(fault)
    if found:
        sys.exit(1)
    click.echo("everything holds")


@main.command()
@click.option("--submissions", default=274, show_default=True, help="Submissions begun.")
@click.option("--members", default=11, show_default=True, help="Members of the technical committee.")
@click.option("--jurors", default=7, show_default=True)
@click.option("--seed", default=7, show_default=True, help="The same seed invents the same cycle.")
@click.option("--folder", type=click.Path(path_type=Path), help="New folder for its database and files.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def rehearse(*, submissions: int, members: int, jurors: int, seed: int, folder: Path | None, as_json: bool) -> None:
    """Run an invented cycle from the call to the case bank, in a database of its own, with a real worker."""
    if folder is None:
        state = Path(os.environ.get("AWARD_VAR_DIR", "var")).resolve()
        folder = state / "rehearsals" / time.strftime("%Y%m%d-%H%M%S")
    try:
        summary = run.rehearse(
            run.Plan(submissions, members, jurors, seed, folder.resolve()), say=lambda line: click.echo(line, err=True)
        )
    except (run.RehearsalError, ConfigError, RuleViolation, FileExistsError) as error:
        click.echo(f"awardapp: the rehearsal stopped: {error}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
        return
    for name, value in summary.items():
        click.echo(f"{name:<15}{json.dumps(value, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
