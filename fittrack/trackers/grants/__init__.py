"""What providers let us in with: sealed at rest, renewed by one worker at a time."""
