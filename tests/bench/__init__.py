"""Measurements: how long pages take with 255 and with 1,600 submissions, on the production server and both
databases.
"""
