"""Real parts for the tests: PostgreSQL, a broker, a mail server, a browser and our own processes, each
bounded in time.
"""
