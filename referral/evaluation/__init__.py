"""The district's monthly evaluation: what the records say, where it falls short, what was found and what is to be done (R163, R178)."""
