"""What changed for each person: notices written with the act, read in the product, and cleared when they are old."""
