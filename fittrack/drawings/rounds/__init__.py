"""Rounds of a drand chain as a source of randomness that nobody here can know before."""
