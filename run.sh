#!/bin/sh
# Runs the award system on this machine, with nothing installed beforehand but Python 3.11 and git. Ctrl-C stops it.
# AWARD_PORT moves it from port 8000; AWARD_VAR_DIR says where its data live (./var).
set -eu
cd "$(dirname "$0")"
. ./.ci/bootstrap.sh
bootstrap run.lock
exec .venv/bin/python -m awardapp.launch
