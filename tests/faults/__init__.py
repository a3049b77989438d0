"""Faults planted into real processes, and what must hold after each."""
