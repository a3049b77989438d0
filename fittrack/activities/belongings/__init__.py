"""All that one member has here, to be handed out or to be forgotten."""
