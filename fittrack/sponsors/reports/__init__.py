"""What a sponsor is told of its drawings: numbers, and nobody's data."""
