"""What is asked of a provider while a member waits: nothing of it is stored."""
