"""Is the process up, and can it work."""
