"""What trackers have left behind, forgotten once it is of no more use."""
