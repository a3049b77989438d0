"""Who may see an activity, and how much of it."""
