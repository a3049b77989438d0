"""What providers tell us by themselves: proven, written down, done by jobs."""
