"""Drawings: tickets are sold, a list is frozen, winners are drawn, and anyone can check it."""
