"""Running an invented cycle through the real services: for `awardapp rehearse` and for the demonstration cycles.

course: one run and its people. intake, committee, finale: what they do, stage by stage, through the same services as the pages.
run: the rehearsal in a database of its own with a real broker, mail catcher and worker. demonstration: invented cycles, each
stopped in another phase.
"""
