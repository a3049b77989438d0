"""What a recording says of its member: splits, efforts, zones, power, loads, records."""
