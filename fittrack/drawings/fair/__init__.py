"""The public pages for trust: what each drawing rests on, and how anyone checks it."""
