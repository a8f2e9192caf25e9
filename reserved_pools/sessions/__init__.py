"""Sessions with their places: published weeks, extra ones, and what changes them."""
