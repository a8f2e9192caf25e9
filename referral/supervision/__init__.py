"""What institutions answer for: the acts of their own people, month by month (R034)."""
