"""The selection: every method against published worked examples, and its bad input."""
