"""All that accounts has of one member, to be taken along."""
