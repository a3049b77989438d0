"""Responsible play: a limit that members set themselves, and self-exclusion."""
