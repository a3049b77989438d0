"""Which of several records of one workout counts."""
