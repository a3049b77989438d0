"""Reviews: what is held until somebody has looked at it, what was decided, and appeals."""
