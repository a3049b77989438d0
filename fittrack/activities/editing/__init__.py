"""What members type in and change: manual entries, edits, and what a source sends again."""
