"""Nominations: handed in by institutions, examined and decided by the district (R045, R046, R049)."""
