"""Templates: what a series of drawings is made from, and the making of the coming ones."""
