"""The parts `./run.sh` brings along so that a newcomer installs nothing: broker, mail catcher, supervisor.

Production has its own Redis, mail server and systemd. Apart from `awardapp.launch` and the tests only the worker
uses a module of this package, `tether`.
"""
