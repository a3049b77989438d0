"""What sponsors, and the operator, offer as prizes: their inventory."""
