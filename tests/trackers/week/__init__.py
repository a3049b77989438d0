"""A week of trouble with simulated trackers, lived through event by event."""
