"""The site map in one screen: every blueprint, and what surrounds every page."""

from __future__ import annotations

from flask import Flask

from awardapp.domain.people import Role
from awardapp.web import (
    access,
    advice,
    arriving,
    auth,
    casebank,
    cities,
    committee,
    filters,
    freezing,
    health,
    jury,
    navigation,
    no_more_letters,
    observer,
    presentations,
    public,
    secretariat,
    submissions,
)

# Its pages use what the rooms have, so the rooms are there before it gives them more.
presentations.register(secretariat.bp, Role.SECRETARIAT)
presentations.register(jury.bp, Role.JUROR)
presentations.register_desk(submissions.bp)


def init_app(app: Flask) -> None:
    """Register all rooms; closed by default (see access)."""
    arriving.init_app(app)
    filters.install(app)
    app.register_blueprint(public.bp)  #       /                        home, call, announcements
    app.register_blueprint(auth.bp)  #         /sign-in, /register ...  accounts
    app.register_blueprint(no_more_letters.bp)  #  /no-more-letters, /account/letters
    app.register_blueprint(casebank.bp)  #     /cases                   the public case bank
    app.register_blueprint(cities.bp)  #       /cities                  a city's people and its cycles
    app.register_blueprint(submissions.bp)  #  /submissions             the city's desk
    app.register_blueprint(secretariat.bp)  #  /secretariat/<cycle>     running the cycle
    app.register_blueprint(committee.bp)  #    /committee/<cycle>       reading and scoring, the shortlist
    app.register_blueprint(jury.bp)  #         /jury/<cycle>            ballots, winners
    app.register_blueprint(advice.bp)  #       /advice/<cycle>          advice before the early date
    app.register_blueprint(observer.bp)  #     /observer/<cycle>        the process for those who watch it
    app.register_blueprint(health.bp)  #       /healthz
    navigation.init_app(app)
    access.init_app(app)
    freezing.init_app(app)
