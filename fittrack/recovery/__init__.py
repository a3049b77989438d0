"""How members sleep and how rested they wake, as their trackers have it."""
