"""Measurements of the product: one file a figure, one command to show each."""
