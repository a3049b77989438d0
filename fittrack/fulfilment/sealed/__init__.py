"""What is kept sealed of deliveries: winners' addresses, and the codes of digital prizes."""
