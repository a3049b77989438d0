"""What drawings publish: signed documents, reveals, the frozen list, picks and the public log."""
