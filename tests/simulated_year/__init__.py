"""A year of drawings on a fast clock, from templates to doorsteps."""
