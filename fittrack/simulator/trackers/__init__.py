"""Simulated trackers: accounts with histories, OAuth, and the ways in which providers misbehave."""
