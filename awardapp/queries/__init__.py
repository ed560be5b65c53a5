"""Selects that are used twice or scoped to a person. Every list has a deterministic order."""
