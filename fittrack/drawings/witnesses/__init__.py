"""Sponsors as witnesses: what they have to commit to and to reveal, in advance and in time."""
