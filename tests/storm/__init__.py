"""Real processes and simulated trackers in a storm: everything comes in, once."""
