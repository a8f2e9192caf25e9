"""A post ends or moves, and its open work gets another owner in the same transaction; nothing is left with somebody gone."""
