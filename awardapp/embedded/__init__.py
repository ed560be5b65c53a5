"""The parts `./run.sh` brings along so that a newcomer installs nothing: a broker, a mail catcher and a
supervisor.

Production has its own Redis, mail server and systemd; nothing outside `awardapp.launch` and the tests imports
this package.
"""
