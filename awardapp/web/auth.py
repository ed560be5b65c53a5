"""Accounts: registering, signing in and out, invitations, forgotten passwords."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("auth", __name__)
