"""Archives of activities: kept in pieces while they are read, opened, and read entry by entry."""
