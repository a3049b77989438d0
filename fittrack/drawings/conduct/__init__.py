"""How a drawing is conducted: the steps that time takes, each once, whoever is killed."""
