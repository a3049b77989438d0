"""Tickets: who may enter a drawing, buying, and what a member holds."""
