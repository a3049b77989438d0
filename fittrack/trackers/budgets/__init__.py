"""What may be asked of providers, counted for all workers together.

It is counted in the database, not in Redis: a call to a provider costs a hundred times the row, and
what was spent is never forgotten. All windows of a provider are taken in one transaction, or none.
"""
