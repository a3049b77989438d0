"""Members' links to the services that record what they do."""
