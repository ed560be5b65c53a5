"""The mathematics of the selection: pure, exact where it can be, and re-runnable by anyone from a record.

assignment, calibration, shortlist, jury, agreement, record. Nothing here knows the web, the database or the
clock; numpy is used for arrays and scipy is imported inside the few functions that need it, so that importing
stays cheap.
"""
