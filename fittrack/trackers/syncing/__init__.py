"""Reading what providers have, page by page, nothing twice and nothing lost."""
