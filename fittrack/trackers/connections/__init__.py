"""A member's link to a provider: begun, come back, kept, ended."""
