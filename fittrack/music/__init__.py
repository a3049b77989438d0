"""What members listen to, and what they might listen to today."""
